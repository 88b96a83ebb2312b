using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>A meter reader's interest in a rule set: a row of flowReaderInfoTable (RFC 2720 §4, RFC 2722 §5).</summary>
public sealed record RegisteredReader
{
    public RowStatus Status { get; init; }

    /// <summary>The rule set it collects; 0 until set.</summary>
    public uint RuleSet { get; init; }

    public string Owner { get; init; } = "";

    /// <summary>Without a collection for so many seconds the row is removed; 0: never.</summary>
    public int TimeoutSeconds { get; init; }

    /// <summary>Uptime at which its latest collection began.</summary>
    public uint LastTime { get; init; }

    /// <summary>Uptime at which the one before began: what was last active earlier has been read and may be recovered (AMB-47).</summary>
    public uint PreviousTime { get; init; }

    /// <summary>Uptime from which <see cref="TimeoutSeconds"/> counts: creation or the latest collection (MIB-52).</summary>
    public uint AliveAt { get; init; }

    /// <summary>Uptime of the latest SET: an unfinished row is removed some time after (MIB-26).</summary>
    public uint TouchedAt { get; init; }

    /// <summary>A collection begins (MIB-50).</summary>
    public RegisteredReader BeginCollection(uint now) => this with { PreviousTime = LastTime, LastTime = now, AliveAt = now };
}
