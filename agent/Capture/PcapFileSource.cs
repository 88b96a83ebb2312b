using System.Buffers.Binary;

namespace Rtfm.Agent.Capture;

/// <summary>A classic pcap file: both byte orders, micro- or nanoseconds.</summary>
public sealed unsafe class PcapFileSource : IPacketSource
{
    internal const uint MicrosecondMagic = 0xA1B2_C3D4;
    internal const uint NanosecondMagic = 0xA1B2_3C4D;

    /// <summary>A variant with eight more octets in each record's header.</summary>
    internal const uint ModifiedMagic = 0xA1B2_CD34;
    internal const uint SwappedMicrosecondMagic = 0xD4C3_B2A1;
    internal const uint SwappedNanosecondMagic = 0x4D3C_B2A1;
    internal const uint SwappedModifiedMagic = 0x34CD_B2A1;

    private const int FileHeader = 24;

    /// <summary>So much is to be in memory when a batch begins: enough for most batches.</summary>
    private const int Ahead = 65_536;

    private readonly FileWindow _file;
    private readonly bool _isSwapped;
    private readonly int _recordHeader;
    private readonly long _fractionNs;
    private readonly int _frameCheckOctets;
    private readonly LinkType _linkType;
    private readonly int _ifIndex;
    private long _position = FileHeader;
    private bool _isEnded;
    private ulong _received;
    private ulong _damaged;

    internal PcapFileSource(string path, FileWindow file, uint magic, int ifIndex)
    {
        Name = path;
        _file = file;
        _ifIndex = ifIndex;
        if (file.Available(0, FileHeader, mayMove: true) < FileHeader)
            throw new CaptureException($"{path}: a pcap file that ends inside its header of {FileHeader} octets");
        _isSwapped = magic is SwappedMicrosecondMagic or SwappedNanosecondMagic or SwappedModifiedMagic;
        _recordHeader = magic is ModifiedMagic or SwappedModifiedMagic ? 24 : 16;
        _fractionNs = magic is NanosecondMagic or SwappedNanosecondMagic ? 1 : 1_000;
        // The upper bits of the link type may say how long the frame check sequence is, in 16-bit words (draft-ietf-opsawg-pcap).
        var network = UInt32(file.At(20));
        _linkType = (LinkType)(network & 0xFFFF);
        _frameCheckOctets = (network & 0x0400_0000) != 0 ? (int)(network >> 28) * 2 : 0;
    }

    public string Name { get; }

    public SourceCounters Counters => new(_received, 0, 0, _damaged);

    public SourceState Read(PacketBatch batch)
    {
        batch.Clear();
        if (_isEnded)
            return SourceState.Ended;
        var available = _file.Available(_position, Ahead, mayMove: true);
        while (!batch.IsFull)
        {
            if (available < _recordHeader)
            {
                if (!_file.IsAtEnd && batch.Count > 0)
                    break;
                available = _file.Available(_position, _recordHeader, mayMove: true);
                if (available < _recordHeader)
                    return End(isDamaged: available > 0);
            }
            var at = _file.At(_position);
            var captured = UInt32(at + 8);
            var onWire = UInt32(at + 12);
            if (captured > CaptureFile.LongestPacket)
                return End(isDamaged: true);
            var length = _recordHeader + (int)captured;
            if (available < length)
            {
                if (!_file.IsAtEnd && batch.Count > 0)
                    break;
                available = _file.Available(_position, length, mayMove: true);
                if (available < length)
                    return End(isDamaged: true);
                at = _file.At(_position);
            }
            ref var packet = ref batch.Add();
            packet.TimeNs = UInt32(at) * 1_000_000_000L + UInt32(at + 4) * _fractionNs;
            packet.Data = at + _recordHeader;
            packet.CapturedLength = (int)captured;
            packet.WireLength = WireLength((int)captured, onWire, _frameCheckOctets);
            packet.Interface = _ifIndex;
            packet.LinkType = _linkType;
            _position += length;
            available -= length;
            _received++;
        }
        return SourceState.Open;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The length on the wire, which damaged files give as less than what was captured, or as nonsense.</summary>
    internal static int WireLength(int captured, uint onWire, int frameCheckOctets) =>
        onWire > int.MaxValue ? captured : Math.Max(Math.Max((int)onWire - frameCheckOctets, 0), Math.Max(captured - frameCheckOctets, 0));

    private SourceState End(bool isDamaged)
    {
        // After a record of impossible length nothing says where the next one begins.
        if (isDamaged)
            _damaged++;
        _isEnded = true;
        return SourceState.Ended;
    }

    private uint UInt32(byte* at)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(at, 4));
        return _isSwapped ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
