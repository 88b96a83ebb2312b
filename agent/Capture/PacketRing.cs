using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Capture;

/// <summary>Packets of a network interface, taken in blocks from a ring that the kernel fills.</summary>
/// <remarks>
/// A batch points into one block of the ring: nothing is copied. The block goes back to the kernel at the first <see cref="Read"/> after its last packet was handed
/// over. What the kernel writes is bounded all the same before it is followed.
/// </remarks>
public sealed unsafe class PacketRing : IPacketSource
{
    private const int LongestWaitMs = 100;
    private const int CookedHeader = 16;
    private const uint MaxBlock = 1 << 30;
    private const uint MaxWireLength = 1 << 30;

    /// <summary>PACKET_OUTGOING of packet(7).</summary>
    private const byte Outgoing = 4;

    private readonly PacketSocket _socket;
    private readonly InterfaceDrops _drops;
    private readonly int _ifIndex;
    private readonly LinkType _linkType;
    private readonly int _blockSize;
    private readonly int _leastOffset;
    private readonly PacketDirection _inwards;
    private readonly PacketDirection _outwards;
    private int _blockNumber;
    private byte* _block;
    private uint _packetsLeft;
    private uint _next;
    private string? _fault;
    private ulong _received;
    private ulong _damaged;
    private ulong _lostByKernel;
    private ulong _lostByInterface;

    /// <exception cref="CaptureException">The interface cannot be captured at: the message says why and what helps.</exception>
    public PacketRing(RingOptions options)
    {
        Name = options.Interface;
        _socket = new PacketSocket(options);
        _drops = new InterfaceDrops(options.Interface);
        _ifIndex = _socket.IfIndex;
        _linkType = _socket.LinkType;
        _blockSize = _socket.BlockSize;
        _leastOffset = RingPacketHeader.Size + (_linkType == LinkType.LinuxSll ? CookedHeader : 0);
        if (options.KnowsDirection)
            (_inwards, _outwards) = (PacketDirection.In, PacketDirection.Out);
    }

    public string Name { get; }

    /// <summary>The number of the group that it shares packets with; null: it shares them with nobody.</summary>
    public ushort? FanoutGroup => _socket.FanoutGroup;

    public int IfIndex => _ifIndex;

    public SourceCounters Counters => new(_received, _lostByInterface, _lostByKernel, _damaged);

    public SourceState Read(PacketBatch batch)
    {
        batch.Clear();
        if (_packetsLeft == 0)
        {
            GiveBack();
            if (!TryTake())
            {
                Wait();
                if (!TryTake())
                    return SourceState.Open;
            }
        }
        Fill(batch);
        return SourceState.Open;
    }

    public void Dispose()
    {
        _block = null;
        _packetsLeft = 0;
        _socket.Dispose();
        _drops.Dispose();
    }

    private bool TryTake()
    {
        var block = _socket.Block(_blockNumber);
        var header = (RingBlockHeader*)block;
        if ((Volatile.Read(ref header->Status) & RingBlockHeader.StatusUser) == 0)
            return false;
        _block = block;
        _packetsLeft = header->PacketCount;
        _next = header->OffsetToFirstPacket;
        CountLost();
        return true;
    }

    private void GiveBack()
    {
        if (_block == null)
            return;
        Volatile.Write(ref ((RingBlockHeader*)_block)->Status, 0);
        _block = null;
        _blockNumber = _blockNumber + 1 < _socket.BlockCount ? _blockNumber + 1 : 0;
    }

    private void Fill(PacketBatch batch)
    {
        var left = _packetsLeft;
        var next = _next;
        while (left > 0 && !batch.IsFull)
        {
            // The header, with the address behind it, lies inside the block.
            if (next > _blockSize - RingPacketHeader.Size)
            {
                left = Abandon();
                break;
            }
            var header = (RingPacketHeader*)(_block + next);
            // The packet lies behind the header, with room for a cooked one where we write that, and inside the block.
            if (header->LinkOffset < _leastOffset || header->LinkOffset + (long)header->CapturedLength > _blockSize - next)
            {
                left = Abandon();
                break;
            }
            Add(ref batch.Add(), header);
            // Every step goes forward, by no more than a block.
            if (--left > 0 && header->NextOffset is < RingPacketHeader.Size or > MaxBlock)
                left = Abandon();
            next += header->NextOffset;
        }
        _packetsLeft = left;
        _next = next;
        _received += (ulong)batch.Count;
    }

    private void Add(ref CapturedPacket packet, RingPacketHeader* header)
    {
        packet.TimeNs = header->Seconds * 1_000_000_000L + header->Nanoseconds;
        packet.Data = (byte*)header + header->LinkOffset;
        packet.CapturedLength = (int)header->CapturedLength;
        packet.WireLength = (int)Math.Min(header->WireLength, MaxWireLength) + (header->VlanTpid != 0 ? CapturedPacket.VlanTagLength : 0);
        packet.Interface = _ifIndex;
        packet.LinkType = _linkType;
        packet.Direction = header->PacketType == Outgoing ? _outwards : _inwards;
        packet.VlanTpid = header->VlanTpid;
        packet.VlanTci = (ushort)header->VlanTci;
        if (_linkType == LinkType.LinuxSll)
            PutCookedHeader(ref packet, header);
    }

    /// <summary>Writes LINKTYPE_LINUX_SLL's header in front of the packet, where the ring has room: direction, hardware, address, protocol.</summary>
    private static void PutCookedHeader(ref CapturedPacket packet, RingPacketHeader* header)
    {
        packet.Data -= CookedHeader;
        packet.CapturedLength += CookedHeader;
        packet.WireLength += CookedHeader;
        var cooked = new Span<byte>(packet.Data, CookedHeader);
        BinaryPrimitives.WriteUInt16BigEndian(cooked, header->PacketType);
        BinaryPrimitives.WriteUInt16BigEndian(cooked[2..], header->HardwareType);
        BinaryPrimitives.WriteUInt16BigEndian(cooked[4..], header->AddressLength);
        new ReadOnlySpan<byte>(header->Address, 8).CopyTo(cooked[6..]);
        MemoryMarshal.Write(cooked[14..], header->Protocol);
    }

    /// <summary>A block that cannot be as the kernel writes it: what is left of it counts as one damaged record.</summary>
    /// <returns>The packets left: none.</returns>
    private uint Abandon()
    {
        _damaged++;
        return 0;
    }

    private void Wait()
    {
        if (_fault is not null)
            throw new CaptureException($"{Name}: capture ended: {_fault}");
        _fault = _socket.Wait(LongestWaitMs);
        // The last packets may lie in a block that is not full yet.
        if (_fault is not null)
            Thread.Sleep(2 * PacketSocket.RetireMs);
        CountLost();
    }

    private void CountLost()
    {
        _lostByKernel += _socket.TakeDrops();
        _lostByInterface = _drops.Count;
    }
}
