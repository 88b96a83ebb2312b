using System.Buffers.Binary;

namespace Rtfm.Agent.Capture;

/// <summary>A pcapng file: both byte orders, several sections and interfaces, their own time units.</summary>
public sealed unsafe class PcapngFileSource : IPacketSource
{
    internal const uint SectionHeader = 0x0A0D_0D0A;

    private const uint InterfaceDescription = 1;
    private const uint ObsoletePacket = 2;
    private const uint SimplePacket = 3;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1A2B_3C4D;

    /// <summary>Type and length in front, length again behind.</summary>
    private const int BlockOverhead = 12;

    /// <summary>A section header and its length behind.</summary>
    private const int SectionOverhead = 28;

    /// <summary>So much is to be in memory when a batch begins.</summary>
    private const int Ahead = 65_536;

    /// <summary>A section with more interfaces than this is an attack.</summary>
    private const int MaxInterfaces = 4_096;

    private readonly FileWindow _file;
    private readonly int _firstIfIndex;
    private readonly List<Interface> _interfaces = [];
    private bool _isSwapped;
    private long _position;
    private ulong _received;
    private ulong _damaged;

    /// <summary>One interface of the current section.</summary>
    /// <param name="UnitsPerSecond">Time stamps count these.</param>
    /// <param name="OffsetSeconds">Added to every time stamp.</param>
    private readonly record struct Interface(LinkType LinkType, uint SnapLength, ulong UnitsPerSecond, long OffsetSeconds);

    internal PcapngFileSource(string path, FileWindow file, int ifIndex)
    {
        Name = path;
        _file = file;
        _firstIfIndex = ifIndex;
    }

    public string Name { get; }

    public SourceCounters Counters => new(_received, 0, 0, _damaged);

    public SourceState Read(PacketBatch batch)
    {
        batch.Clear();
        _file.Available(_position, Ahead, mayMove: true);
        while (!batch.IsFull)
        {
            var left = _file.Length - _position;
            if (left < BlockOverhead)
                return End(isDamaged: left > 0);
            if (!TryReach(BlockOverhead, batch))
                return _file.IsAtEnd ? End(isDamaged: true) : SourceState.Open;
            // A section says in which byte order its own length is.
            var type = UInt32(Octets(0, 4));
            if (type == SectionHeader && left >= SectionOverhead && !TryReach(SectionOverhead, batch))
                return _file.IsAtEnd ? End(isDamaged: true) : SourceState.Open;
            if (type == SectionHeader && !TryBeginSection(left))
                return End(isDamaged: true);
            var length = UInt32(Octets(4, 4));
            if (length < BlockOverhead || (length & 3) != 0 || length > left)
                return End(isDamaged: true);
            if (length > FileWindow.Longest)
            {
                _damaged += IsRead(type) ? 1ul : 0;
            }
            else if (IsRead(type))
            {
                if (!TryReach((int)length, batch))
                    return _file.IsAtEnd ? End(isDamaged: true) : SourceState.Open;
                ReadBlock(type, Octets(8, (int)length - BlockOverhead), batch);
            }
            _position += length;
        }
        return SourceState.Open;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>False where so many octets are not in memory: the batch must go first, or the file has ended.</summary>
    private bool TryReach(int length, PacketBatch batch) => _file.Available(_position, length, mayMove: batch.Count == 0) >= length;

    private ReadOnlySpan<byte> Octets(int from, int length) => new(_file.At(_position) + from, length);

    private static bool IsRead(uint type) => type is InterfaceDescription or EnhancedPacket or ObsoletePacket or SimplePacket;

    private bool TryBeginSection(long left)
    {
        if (left < SectionOverhead)
            return false;
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(Octets(8, 4));
        if (magic is not (ByteOrderMagic or 0x4D3C_2B1A))
            return false;
        _isSwapped = magic != ByteOrderMagic;
        _interfaces.Clear();
        return true;
    }

    private void ReadBlock(uint type, ReadOnlySpan<byte> body, PacketBatch batch)
    {
        switch (type)
        {
            case InterfaceDescription when body.Length >= 8 && _interfaces.Count < MaxInterfaces:
                _interfaces.Add(ReadInterface(body));
                break;
            case EnhancedPacket when body.Length >= 20:
                AddPacket(UInt32(body), Ticks(body[4..]), UInt32(body[12..]), UInt32(body[16..]), body[20..], batch);
                break;
            case ObsoletePacket when body.Length >= 20:
                AddPacket(UInt16(body), Ticks(body[4..]), UInt32(body[12..]), UInt32(body[16..]), body[20..], batch);
                break;
            case SimplePacket when body.Length >= 4 && _interfaces.Count > 0:
                // It has no captured length of its own: the snap length and the block bound it.
                var onWire = UInt32(body);
                var snapLength = _interfaces[0].SnapLength is 0 ? uint.MaxValue : _interfaces[0].SnapLength;
                var captured = Math.Min(Math.Min(onWire, snapLength), (uint)body.Length - 4);
                AddPacket(0, 0, captured, onWire, body[4..], batch);
                break;
            case InterfaceDescription or EnhancedPacket or ObsoletePacket or SimplePacket:
                _damaged++;
                break;
        }
    }

    private void AddPacket(uint interfaceId, ulong ticks, uint captured, uint onWire, ReadOnlySpan<byte> data, PacketBatch batch)
    {
        if (interfaceId >= _interfaces.Count || captured > data.Length || captured > CaptureFile.LongestPacket)
        {
            _damaged++;
            return;
        }
        var from = _interfaces[(int)interfaceId];
        ref var packet = ref batch.Add();
        packet.TimeNs = ToNanoseconds(ticks, from);
        fixed (byte* start = data)
            packet.Data = start; // in the window, which does not move before the next batch
        packet.CapturedLength = (int)captured;
        packet.WireLength = PcapFileSource.WireLength((int)captured, onWire, 0);
        packet.Interface = _firstIfIndex + (int)interfaceId;
        packet.LinkType = from.LinkType;
        _received++;
    }

    private Interface ReadInterface(ReadOnlySpan<byte> body)
    {
        const ushort EndOfOptions = 0;
        const ushort TimeResolution = 9;
        const ushort TimeOffset = 14;
        ulong unitsPerSecond = 1_000_000;
        var offsetSeconds = 0L;
        var options = body[8..];
        while (options.Length >= 4)
        {
            var code = UInt16(options);
            int length = UInt16(options[2..]);
            if (code == EndOfOptions || options.Length - 4 < length)
                break;
            var value = options.Slice(4, length);
            if (code == TimeResolution && length >= 1)
                unitsPerSecond = UnitsPerSecond(value[0]);
            else if (code == TimeOffset && length >= 8)
                offsetSeconds = (long)UInt64(value);
            options = options[Math.Min(options.Length, 4 + ((length + 3) & ~3))..];
        }
        return new((LinkType)UInt16(body), UInt32(body[4..]), unitsPerSecond, offsetSeconds);
    }

    /// <summary>if_tsresol: a negative power of ten, or of two where the top bit is set; what 64 bits cannot hold becomes nanoseconds.</summary>
    private static ulong UnitsPerSecond(byte resolution)
    {
        var exponent = resolution & 0x7F;
        if ((resolution & 0x80) != 0)
            return exponent < 63 ? 1ul << exponent : 1_000_000_000;
        var units = 1ul;
        for (var i = 0; i < exponent && i < 19; i++)
            units *= 10;
        return exponent <= 19 ? units : 1_000_000_000;
    }

    private static long ToNanoseconds(ulong ticks, in Interface from)
    {
        var seconds = ticks / from.UnitsPerSecond;
        var rest = ticks % from.UnitsPerSecond;
        var nanoseconds = (long)((UInt128)rest * 1_000_000_000 / from.UnitsPerSecond);
        // Whatever a hostile file says, arithmetic only wraps.
        return unchecked(((long)seconds + from.OffsetSeconds) * 1_000_000_000 + nanoseconds);
    }

    private SourceState End(bool isDamaged)
    {
        if (isDamaged)
            _damaged++;
        _position = _file.Length;
        return SourceState.Ended;
    }

    /// <summary>A time stamp: its upper half comes first in either byte order.</summary>
    private ulong Ticks(ReadOnlySpan<byte> octets) => (ulong)UInt32(octets) << 32 | UInt32(octets[4..]);

    private ushort UInt16(ReadOnlySpan<byte> octets) =>
        _isSwapped ? BinaryPrimitives.ReadUInt16BigEndian(octets) : BinaryPrimitives.ReadUInt16LittleEndian(octets);

    private uint UInt32(ReadOnlySpan<byte> octets) =>
        _isSwapped ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt32LittleEndian(octets);

    private ulong UInt64(ReadOnlySpan<byte> octets) =>
        _isSwapped ? BinaryPrimitives.ReadUInt64BigEndian(octets) : BinaryPrimitives.ReadUInt64LittleEndian(octets);
}
