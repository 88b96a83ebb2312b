using Rtfm.Agent.Mib.Host;

namespace Rtfm.Agent.Metering;

/// <summary>How much memory the agent may still take: what the machine has left, or what is left of the limit that was set for the agent, if that is less.</summary>
internal static class MemoryRoom
{
    /// <summary>What one rule takes, at most: as it was written, as it is read back and saved, and as machine code while that is made.</summary>
    public const long OctetsOfRule = 4 * 1_024;

    /// <summary>Left to everything else that goes on. Whoever takes the last octet ends the program.</summary>
    public const long Reserve = 8 * 1_024 * 1_024;

    /// <summary>Octets that the agent may have, all in all: of a container's limit, or the machine's.</summary>
    public static long Limit => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Octets.</summary>
    public static long Of(MemoryInfo machine) =>
        Math.Max(0, Math.Min((long)machine.Available * 1_024, Limit - GC.GetTotalMemory(forceFullCollection: false)));

    /// <summary>True where a rule set of that size can be taken in.</summary>
    /// <param name="room">Octets; what is garbage by now counts as taken, so a collection may be worth it.</param>
    public static bool IsEnough(Func<long> room, int rules)
    {
        var needed = Reserve + rules * OctetsOfRule;
        if (room() >= needed)
            return true;
        GC.Collect();
        return room() >= needed;
    }
}
