namespace Rtfm.Model.Delay;

/// <summary>What a member made of one direction of a flow: what rtfmDelayResultData holds.</summary>
/// <param name="DecidedNs">Samples up to then are in it; nanoseconds since 1970.</param>
/// <remarks>An octet with the version, 1; then decided, the counts and the times in the order of <see cref="DelayStatistics"/>, each as <see cref="VarInt"/>, times signed.</remarks>
public readonly record struct DelayResult(long DecidedNs, DelayStatistics Statistics)
{
    /// <summary>No result is longer.</summary>
    public const int Longest = 1 + (1 + Counts + Times) * VarInt.Longest;

    private const byte EncodingVersion = 1;
    private const int Counts = 7;
    private const int Times = 8;

    /// <param name="octets">Room for <see cref="Longest"/>.</param>
    /// <returns>The octets written.</returns>
    public int Write(Span<byte> octets)
    {
        var (at, of) = (1, Statistics);
        octets[0] = EncodingVersion;
        at += VarInt.PutSigned(octets[at..], DecidedNs);
        foreach (var count in (ReadOnlySpan<ulong>)[of.Paired, of.Expected, of.Lost, of.Unknown, of.Repeated, of.Negative, of.Unpaired])
            at += VarInt.Put(octets[at..], count);
        foreach (
            var time in (ReadOnlySpan<long>)
                [of.MeanNs, of.MinimumNs, of.MaximumNs, of.MedianNs, of.Percentile95Ns, of.Percentile99Ns, of.VariationNs, of.ClockErrorNs]
        )
            at += VarInt.PutSigned(octets[at..], time);
        return at;
    }

    /// <returns>False where the octets are no such result.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, out DelayResult result)
    {
        result = default;
        if (octets.IsEmpty || octets[0] != EncodingVersion)
            return false;
        octets = octets[1..];
        Span<ulong> counts = stackalloc ulong[Counts];
        Span<long> times = stackalloc long[Times];
        if (!VarInt.TryTakeSigned(ref octets, out var decidedNs))
            return false;
        foreach (ref var count in counts)
        {
            if (!VarInt.TryTake(ref octets, out count))
                return false;
        }
        foreach (ref var time in times)
        {
            if (!VarInt.TryTakeSigned(ref octets, out time))
                return false;
        }
        result = new(
            decidedNs,
            new()
            {
                Paired = counts[0],
                Expected = counts[1],
                Lost = counts[2],
                Unknown = counts[3],
                Repeated = counts[4],
                Negative = counts[5],
                Unpaired = counts[6],
                MeanNs = times[0],
                MinimumNs = times[1],
                MaximumNs = times[2],
                MedianNs = times[3],
                Percentile95Ns = times[4],
                Percentile99Ns = times[5],
                VariationNs = times[6],
                ClockErrorNs = times[7],
            }
        );
        return octets.IsEmpty;
    }
}
