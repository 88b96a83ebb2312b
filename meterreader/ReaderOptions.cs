namespace Rtfm.MeterReader;

/// <summary>Settings of the meter reader: section <c>Rtfm:MeterReader</c>, <c>RTFM_MeterReader__…</c> in the environment.</summary>
public sealed record ReaderOptions
{
    public const string Section = "Rtfm:MeterReader";

    /// <summary>The database file.</summary>
    public string? Store { get; init; }

    public RetentionOptions Retention { get; init; } = new();

    /// <summary>The meters to collect from.</summary>
    public MeterOptions[] Meters { get; init; } = [];

    /// <summary>Domains of meters, each collected from as one, from whoever is its master.</summary>
    public DomainOptions[] Domains { get; init; } = [];
}

/// <summary>A domain and what to collect from it.</summary>
public sealed record DomainOptions
{
    /// <summary>What the store calls it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Addresses of some members, as a meter's target; one that answers is enough, and names the others.</summary>
    public string[] Members { get; init; } = [];

    /// <inheritdoc cref="MeterOptions.Credentials"/>
    public string? Credentials { get; init; }

    /// <inheritdoc cref="MeterOptions.Interval"/>
    public string Interval { get; init; } = "60s";

    /// <inheritdoc cref="MeterOptions.Timeout"/>
    public string Timeout { get; init; } = "1s";

    /// <inheritdoc cref="MeterOptions.Retries"/>
    public int Retries { get; init; } = 1;

    /// <summary>Wait here for the master to push flows, as <c>udp:ADDRESS:PORT</c>, instead of fetching them; its rtfmDomainPushTarget must name it.</summary>
    public string? Listen { get; init; }

    /// <summary>The user that all members have, in whose name flows are pushed: the file of <c>rtfm-agent user add-member</c>; unset: <see cref="Credentials"/>.</summary>
    public string? PushCredentials { get; init; }

    /// <inheritdoc cref="MeterOptions.FlowsPerRequest"/>
    public int? FlowsPerRequest { get; init; }

    /// <inheritdoc cref="MeterOptions.RequestsInFlight"/>
    public int RequestsInFlight { get; init; } = MeterOptions.DefaultRequestsInFlight;

    /// <inheritdoc cref="MeterOptions.RuleSets"/>
    public string[] RuleSets { get; init; } = [];

    /// <inheritdoc cref="MeterOptions.Owner"/>
    public string? Owner { get; init; }
}

/// <summary>How much is kept.</summary>
public sealed record RetentionOptions
{
    /// <summary>What is older than this is removed, for example <c>90d</c>; empty: nothing.</summary>
    public string MaxAge { get; init; } = "90d";

    /// <summary>The oldest is removed when the database grows beyond this, for example <c>10GiB</c>; empty: never.</summary>
    public string MaxSize { get; init; } = "";
}

/// <summary>One meter and what to collect from it.</summary>
public sealed record MeterOptions
{
    public const int DefaultRequestsInFlight = 4;

    /// <summary>What the store calls it; the target unless given.</summary>
    public string? Name { get; init; }

    /// <summary><c>HOST[:PORT]</c> or <c>[V6]:PORT</c>; <c>tcp:</c> or <c>tlstcp:</c> in front for a connection.</summary>
    public string Target { get; init; } = "";

    /// <summary>A file with an SNMPv3 user who may write, as <c>rtfm-agent init</c> makes it, or any snmp.conf.</summary>
    public string? Credentials { get; init; }

    /// <summary>Of the community: <c>1</c> or <c>2c</c>, which it is unless set.</summary>
    public string? Version { get; init; }

    /// <summary>A community that may write: a reader registers with the meter.</summary>
    public string? Community { get; init; }

    /// <summary>A file whose first line is the community, instead of <see cref="Community"/>.</summary>
    public string? CommunityFile { get; init; }

    /// <summary>Time between collections.</summary>
    public string Interval { get; init; } = "60s";

    /// <summary>How long to wait for an answer before asking again.</summary>
    public string Timeout { get; init; } = "2s";

    public int Retries { get; init; } = 3;

    /// <summary>Flows asked for with each GETBULK; unset: 100, on the machine itself as many as fit into a datagram.</summary>
    public int? FlowsPerRequest { get; init; }

    /// <summary>Requests for flows that are under way at the same time.</summary>
    public int RequestsInFlight { get; init; } = DefaultRequestsInFlight;

    /// <summary>Names or numbers of the rule sets to collect; empty: all that run or have flows.</summary>
    public string[] RuleSets { get; init; } = [];

    /// <summary>Attributes to collect beside the counters and times; empty: all columns of flowDataTable that can be part of a flow's key but identifiers, and what the rules push.</summary>
    public string[] Attributes { get; init; } = [];

    /// <summary>Who we are in the meter's table of readers, where the store's own name will not do. No two readers may have the same.</summary>
    public string? Owner { get; init; }
}
