using System.Buffers.Binary;

namespace Rtfm.Agent.Capture;

/// <summary>Opens capture files, whatever their format.</summary>
public static class CaptureFile
{
    /// <summary>Longer than any packet: a record that says it has more is damaged.</summary>
    internal const int LongestPacket = 262_144 + 65_536;

    /// <summary>Opens a pcap or pcapng file.</summary>
    /// <param name="ifIndex">What its packets' interface is called; a pcapng file's further interfaces count on from there.</param>
    /// <exception cref="CaptureException">It cannot be read or is no capture file; the message says what it is.</exception>
    public static IPacketSource Open(string path, int ifIndex = 1)
    {
        var file = new FileWindow(path);
        try
        {
            if (file.Available(0, 4, mayMove: true) is < 4 and var length)
                throw new CaptureException($"{path}: not a capture file: it has {length} octets");
            unsafe
            {
                var magic = BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(file.At(0), 4));
                return magic switch
                {
                    PcapFileSource.MicrosecondMagic
                    or PcapFileSource.NanosecondMagic
                    or PcapFileSource.ModifiedMagic
                    or PcapFileSource.SwappedMicrosecondMagic
                    or PcapFileSource.SwappedNanosecondMagic
                    or PcapFileSource.SwappedModifiedMagic => new PcapFileSource(path, file, magic, ifIndex),
                    PcapngFileSource.SectionHeader => new PcapngFileSource(path, file, ifIndex),
                    _ => throw new CaptureException($"{path}: not a capture file: {Describe(magic)}"),
                };
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string Describe(uint magic) =>
        (magic & 0xFFFF) == 0x8B1F ? "it is compressed with gzip. Unpack it first."
        : magic == 0xFD2F_B528 ? "it is compressed with zstd. Unpack it first."
        : $"it begins with {BinaryPrimitives.ReverseEndianness(magic):X8}, neither pcap nor pcapng";
}
