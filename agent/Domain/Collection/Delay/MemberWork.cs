using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>What a member is to be told, and how far it was read.</summary>
internal sealed class MemberWork
{
    /// <summary>Numbers that are new, or other than they were told.</summary>
    public HashSet<uint> Changed { get; } = [];

    /// <summary>Numbers whose samples are to be read.</summary>
    public HashSet<uint> Active { get; } = [];

    public List<uint> Removed { get; } = [];

    /// <summary>Members that its work names, or named.</summary>
    public HashSet<int> Named { get; } = [];

    /// <summary>Parts that it has not confirmed, the first one <see cref="Confirmed"/> + 1.</summary>
    public Queue<byte[]> Parts { get; } = [];

    public uint Confirmed { get; set; }

    /// <summary>The life that its work is in; null: it has none.</summary>
    public uint? Boots { get; set; }

    /// <summary>Its Uptime when its results were last read.</summary>
    public uint ResultsSince { get; set; }

    /// <summary>How it is to be read; null: it cannot be.</summary>
    public ReadMember? Reading { get; set; }

    /// <summary>Up to when the flows of all its samples are known.</summary>
    public long ReachNs { get; set; } = long.MinValue;

    /// <summary>The same of the life before; <see cref="long.MinValue"/>: none is known.</summary>
    public long EndedNs { get; set; } = long.MinValue;

    /// <summary>Who answered when it was last read.</summary>
    public (EngineId Id, uint Boots)? Life { get; set; }

    /// <summary>When it was last read, in our Uptime.</summary>
    public uint SeenAt { get; set; }

    public bool HasWork => Changed.Count + Active.Count + Removed.Count + Parts.Count > 0 || Confirmed > 0;

    public void BeginAnew()
    {
        Changed.Clear();
        Active.Clear();
        Removed.Clear();
        Named.Clear();
        Parts.Clear();
        (Confirmed, Boots, ResultsSince) = (0, null, 0);
    }
}
