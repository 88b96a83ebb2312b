namespace Rtfm.Agent;

/// <summary>The domain that the meter is a member of: section <c>Rtfm:Agent:Domain</c> (decision 0012).</summary>
/// <remarks>Durations carry their unit: <c>300ms</c>, <c>10s</c>, <c>5m</c>, <c>24h</c>.</remarks>
public sealed record DomainOptions
{
    /// <summary>The domain's name, the same at all members.</summary>
    public string Name { get; init; } = "";

    /// <summary>How the others reach this agent: <c>HOST:PORT</c>. Unset: as it listens, where that is one address.</summary>
    public string? Address { get; init; }

    /// <summary>Addresses of any members. Empty: this agent founds the domain, unless its state is of one.</summary>
    public string[] Join { get; init; } = [];

    /// <summary>File with the user that all members have: <c>rtfm-agent user add-member</c> makes it.</summary>
    public string? Credentials { get; init; }

    /// <summary>By what the score in the selection of a master is multiplied, 100 being 1; 0: never master. What is set over SNMP is kept and counts more.</summary>
    public int Priority { get; init; } = 100;

    /// <summary>A member that was not heard of for so long is called silent.</summary>
    public string SilentAfter { get; init; } = "10s";

    /// <summary>And is taken out of the domain.</summary>
    public string RemoveAfter { get; init; } = "24h";

    /// <summary>From one sign of life of the master to the next. Members of a domain have the same, and the two below.</summary>
    public string Claim { get; init; } = "300ms";

    /// <summary>How long after the last sign of life another master may be elected.</summary>
    public string Lease { get; init; } = "1s";

    /// <summary>Members wait longer than that by a random part of this.</summary>
    public string Spread { get; init; } = "500ms";
}
