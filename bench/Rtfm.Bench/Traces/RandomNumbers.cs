namespace Rtfm.Bench.Traces;

/// <summary>SplitMix64: the same numbers for the same seed, on every machine and runtime.</summary>
internal struct RandomNumbers(ulong seed)
{
    private ulong _state = seed;

    public ulong Next() => Mix(_state += 0x9E37_79B9_7F4A_7C15);

    /// <summary>From 0 to <paramref name="limit"/> - 1.</summary>
    public uint Below(uint limit) => (uint)((Next() >> 32) * limit >> 32);

    /// <summary>From 0 to 1, without 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1ul << 53));

    /// <summary>A number that looks random, always the same one for the same value.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
