using System.Buffers.Binary;

namespace Rtfm.Model.Delay;

/// <summary>Which packets of one direction of a flow are samples, and since when.</summary>
/// <param name="Level">As <see cref="PacketSample.IsSelected"/> takes it: the coarsest since the latest sample.</param>
/// <param name="SinceNs">Nanoseconds since 1970, in the clock of the samples; 0: no packet has come yet.</param>
public readonly record struct SamplingLevel(byte Level, long SinceNs);

/// <summary>What stands before the samples of a package.</summary>
/// <param name="FirstTime">The flow's, in the meter's Uptime: with meter and flow index it says which flow it is.</param>
/// <param name="First">The number of the first sample here, or the next to come where there is none. A flow's first sample is 1; a gap to what was read before is samples that were
/// overwritten. Goes on from 0 after 2^32 − 1.</param>
/// <param name="Count">How many follow, oldest first.</param>
/// <param name="To">The level now in force from source to dest.</param>
/// <param name="From">The level now in force from dest to source.</param>
public readonly record struct SamplePackageHeader(Uptime FirstTime, uint First, int Count, SamplingLevel To, SamplingLevel From);

/// <summary>The samples of one flow as octets: what attribute DelaySamples and rtfmDelayPackageTable hold.</summary>
/// <remarks>
/// Version 1: an octet with the version; first time and first number, four octets each; level and since when, one and eight octets, to then from; the number of samples, two octets. All of them big-endian.
/// Each sample: the time since the one before (of the first: its time), signed, as zigzag with seven bits an octet, the lowest first, the top bit set in all octets but its last;
/// then four octets with selection, direction and level (<see cref="PacketSample.Packed"/>), four with the identity. 12 to 14 octets a sample at one or more in four seconds.
/// </remarks>
public static class SamplePackage
{
    /// <summary>No flow keeps more samples.</summary>
    public const int MostSamples = 256;

    /// <summary>Octets before the first sample.</summary>
    public const int HeaderLength = 1 + 4 + 4 + 2 * LevelLength + 2;

    /// <summary>No sample takes more octets.</summary>
    public const int LongestSample = VarInt.Longest + 8;

    /// <summary>No package is longer.</summary>
    public const int Longest = HeaderLength + MostSamples * LongestSample;

    private const byte EncodingVersion = 1;
    private const int LevelLength = 1 + 8;

    /// <summary>Writes a package.</summary>
    /// <param name="header">Its count is that of <paramref name="samples"/>.</param>
    /// <param name="samples">Oldest first, at most <see cref="MostSamples"/>.</param>
    /// <param name="octets">Room for <see cref="Longest"/>, or <see cref="LongestSample"/> for each sample behind the header.</param>
    /// <returns>The octets written.</returns>
    public static int Write(in SamplePackageHeader header, ReadOnlySpan<PacketSample> samples, Span<byte> octets)
    {
        octets[0] = EncodingVersion;
        BinaryPrimitives.WriteUInt32BigEndian(octets[1..], header.FirstTime.Hundredths);
        BinaryPrimitives.WriteUInt32BigEndian(octets[5..], header.First);
        PutLevel(octets[9..], header.To);
        PutLevel(octets[(9 + LevelLength)..], header.From);
        BinaryPrimitives.WriteUInt16BigEndian(octets[(HeaderLength - 2)..], checked((ushort)samples.Length));
        var at = HeaderLength;
        var before = 0L;
        foreach (ref readonly var sample in samples)
        {
            at += VarInt.PutSigned(octets[at..], unchecked(sample.TimeNs - before));
            BinaryPrimitives.WriteUInt32BigEndian(octets[at..], sample.Packed);
            BinaryPrimitives.WriteUInt32BigEndian(octets[(at + 4)..], sample.Identity);
            at += 8;
            before = sample.TimeNs;
        }
        return at;
    }

    /// <summary>Reads a package. Takes no memory.</summary>
    /// <param name="octets">Exactly the package.</param>
    /// <param name="samples">Receives the samples, oldest first; room for <see cref="MostSamples"/> is always enough.</param>
    /// <param name="header">What stands before them; its count is how many samples were read.</param>
    /// <returns>False where the octets are no such package: another version, cut short, too long, a level that there is not, or more samples than room.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, Span<PacketSample> samples, out SamplePackageHeader header)
    {
        header = default;
        if (octets.Length < HeaderLength || octets[0] != EncodingVersion)
            return false;
        int count = BinaryPrimitives.ReadUInt16BigEndian(octets[(HeaderLength - 2)..]);
        var (to, from) = (LevelOf(octets[9..]), LevelOf(octets[(9 + LevelLength)..]));
        if (count > Math.Min(samples.Length, MostSamples) || Math.Max(to.Level, from.Level) > PacketSample.MaxLevel)
            return false;
        var rest = octets[HeaderLength..];
        var before = 0L;
        for (var i = 0; i < count; i++)
        {
            if (!VarInt.TryTakeSigned(ref rest, out var delta) || rest.Length < 8)
                return false;
            before = unchecked(before + delta);
            samples[i] = PacketSample.FromPacked(before, BinaryPrimitives.ReadUInt32BigEndian(rest), BinaryPrimitives.ReadUInt32BigEndian(rest[4..]));
            if (samples[i].Level > PacketSample.MaxLevel)
                return false;
            rest = rest[8..];
        }
        var firstTime = new Uptime(BinaryPrimitives.ReadUInt32BigEndian(octets[1..]));
        header = new(firstTime, BinaryPrimitives.ReadUInt32BigEndian(octets[5..]), count, to, from);
        return rest.IsEmpty;
    }

    private static void PutLevel(Span<byte> octets, SamplingLevel level)
    {
        octets[0] = level.Level;
        BinaryPrimitives.WriteInt64BigEndian(octets[1..], level.SinceNs);
    }

    private static SamplingLevel LevelOf(ReadOnlySpan<byte> octets) => new(octets[0], BinaryPrimitives.ReadInt64BigEndian(octets[1..]));
}
