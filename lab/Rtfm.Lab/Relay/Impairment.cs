namespace Rtfm.Lab.Relay;

/// <summary>What becomes of packets on their way. Times in nanoseconds, the rest in shares from 0 to 1.</summary>
/// <param name="Delay">Of every packet.</param>
/// <param name="Jitter">Each waits longer by something between 0 and this, evenly spread: packets overtake one another.</param>
/// <param name="Loss">Of all packets.</param>
/// <param name="Burst">So many packets in a row are lost, on average; 1: each on its own.</param>
/// <param name="Duplicate">These are sent twice.</param>
/// <param name="Reorder">These are held back for another <paramref name="HeldBack"/>.</param>
internal sealed record Impairment(long Delay, long Jitter, double Loss, double Burst, double Duplicate, double Reorder, long HeldBack);

/// <summary>The fate of one packet after the other, in one direction.</summary>
internal sealed class Fate(Impairment impairment, int seed)
{
#pragma warning disable CA5394 // chance, no secret
    private readonly Random _random = new(seed);
    private bool _isBad;

    /// <summary>Two states, after Gilbert: all are lost in the bad one.</summary>
    public bool IsLost()
    {
        if (impairment.Loss <= 0)
            return false;
        var leave = 1 / Math.Max(impairment.Burst, 1);
        var enter = impairment.Loss >= 1 ? 1 : leave * impairment.Loss / (1 - impairment.Loss);
        // Bursts of one: each on its own, whatever became of the one before.
        _isBad =
            impairment.Burst <= 1 ? _random.NextDouble() < impairment.Loss
            : _isBad ? _random.NextDouble() >= leave
            : _random.NextDouble() < enter;
        return _isBad;
    }

    public bool IsDuplicated() => impairment.Duplicate > 0 && _random.NextDouble() < impairment.Duplicate;

    public long Delay()
    {
        var delay = impairment.Delay + (impairment.Jitter > 0 ? _random.NextInt64(impairment.Jitter + 1) : 0);
        return impairment.Reorder > 0 && _random.NextDouble() < impairment.Reorder ? delay + impairment.HeldBack : delay;
    }
#pragma warning restore CA5394
}
