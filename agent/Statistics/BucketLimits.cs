using System.Buffers.Binary;
using System.Numerics;

namespace Rtfm.Agent.Statistics;

/// <summary>The limits of a distribution's buckets, from the parameters that its rule gave (RFC 2724 §3.2; NEW-04, NEW-05).</summary>
internal sealed class BucketLimits
{
    private const byte Linear = 1;
    private const byte Logarithmic = 2;

    /// <summary>The highest whole number of each bucket.</summary>
    private readonly ulong[] _highest;

    private BucketLimits(ulong[] highest) => _highest = highest;

    /// <summary>Counters: one for each bucket, one for what lies above them all.</summary>
    public int Counters => _highest.Length + 1;

    /// <summary>The limits that the parameters describe.</summary>
    /// <param name="mask">Transform, scale, lower limit, upper limit.</param>
    /// <param name="value">Number of buckets first.</param>
    /// <returns>Null where they describe none (NEW-11).</returns>
    public static BucketLimits? Make(ReadOnlySpan<byte> mask, ReadOnlySpan<byte> value)
    {
        var transform = mask[0];
        var lower = BinaryPrimitives.ReadUInt16BigEndian(mask[2..]);
        var upper = BinaryPrimitives.ReadUInt16BigEndian(mask[4..]);
        var buckets = value[0];
        var isPossible =
            transform is Linear or Logarithmic
            && buckets > 0
            && (lower < upper || (lower == upper && buckets == 1))
            && (transform == Linear || lower > 0);
        if (!isPossible)
            return null;

        var (lowest, highest) = (Scaled(lower, mask[1]), Scaled(upper, mask[1]));
        var limits = new ulong[buckets];
        // A single bucket ends at the upper limit.
        for (var i = 0; i < buckets - 1; i++)
            limits[i] = transform == Linear ? OnLine(lowest, highest, i, buckets - 1) : OnCurve(lowest, highest, i, buckets - 1);
        limits[^1] = highest;
        return new BucketLimits(limits);
    }

    /// <summary>The first bucket whose limit is not below the sample; the last counter where there is none.</summary>
    public int BucketOf(ulong sample)
    {
        var (low, high) = (0, _highest.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sample <= _highest[middle])
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    /// <summary>AMB-29: the scale is a power of ten, for the limits only. What 64 bits cannot hold is their highest number.</summary>
    private static ulong Scaled(ushort limit, byte scale)
    {
        var scaled = (UInt128)limit;
        for (var i = 0; i < scale && scaled != 0 && scaled <= ulong.MaxValue; i++)
            scaled *= 10;
        return scaled > ulong.MaxValue ? ulong.MaxValue : (ulong)scaled;
    }

    private static ulong OnLine(ulong lowest, ulong highest, int step, int steps) =>
        lowest + (ulong)((UInt128)(highest - lowest) * (uint)step / (uint)steps);

    /// <summary>The whole part of lowest × (highest ÷ lowest)^(step ÷ steps), exactly: a limit that is a whole number must not be missed by rounding.</summary>
    private static ulong OnCurve(ulong lowest, ulong highest, int step, int steps)
    {
        // The highest c with c^steps ≤ lowest^(steps − step) × highest^step.
        var bound = BigInteger.Pow(lowest, steps - step) * BigInteger.Pow(highest, step);
        var near = new BigInteger(lowest * Math.Pow((double)highest / lowest, (double)step / steps));
        var margin = near / 1_000_000_000_000 + 1;
        var (low, high) = (BigInteger.Max(near - margin, BigInteger.Zero), near + margin);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (BigInteger.Pow(middle, steps) <= bound)
                low = middle;
            else
                high = middle - 1;
        }
        return (ulong)BigInteger.Min(low, ulong.MaxValue);
    }
}
