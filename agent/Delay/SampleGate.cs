namespace Rtfm.Agent.Delay;

/// <summary>Of one direction of a flow: the interval of its latest packet, and the level. Most packets are neither a sample nor the first of an interval, and need nothing more.</summary>
internal readonly struct SampleGate(int interval, int level)
{
    private const int LevelBits = 5;

    /// <summary>Bits of an interval's number; what is above them does not matter to neighbours.</summary>
    public const int IntervalBits = 32 - LevelBits;

    private readonly uint _value = (uint)interval << LevelBits | (uint)level;

    /// <summary>The interval's number, without its upper bits.</summary>
    public int Interval => (int)(_value >> LevelBits);

    public int Level => (int)(_value & ((1 << LevelBits) - 1));

    /// <summary>How many intervals later another one is; negative: earlier.</summary>
    public int IntervalsUntil(int interval) => (interval - Interval) << LevelBits >> LevelBits;
}
