using System.Diagnostics;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>How long answers took: the latest four million.</summary>
internal sealed class Latencies
{
    private readonly uint[] _nanoseconds = new uint[1 << 22];
    private long _count;

    public void Add(long began)
    {
        var took = (Stopwatch.GetTimestamp() - began) * (1_000_000_000 / Stopwatch.Frequency);
        _nanoseconds[Interlocked.Increment(ref _count) - 1 & _nanoseconds.Length - 1] = (uint)Math.Min(took, uint.MaxValue);
    }

    public void Clear() => _count = 0;

    /// <summary>Sorts what there is.</summary>
    /// <param name="shares">From 0 to 1.</param>
    /// <returns>Microseconds.</returns>
    public double[] Quantiles(params double[] shares)
    {
        var all = _nanoseconds.AsSpan(0, (int)Math.Min(_count, _nanoseconds.Length));
        all.Sort();
        var quantiles = new double[shares.Length];
        for (var i = 0; i < shares.Length && all.Length > 0; i++)
            quantiles[i] = all[Math.Min((int)(shares[i] * all.Length), all.Length - 1)] / 1_000.0;
        return quantiles;
    }
}
