using Rtfm.Agent.Delay;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent;

/// <summary>Settings of the meter: section <c>Rtfm:Agent</c>, <c>RTFM_Agent__…</c> in the environment, options of <c>rtfm-agent run</c>.</summary>
public sealed record AgentOptions
{
    public const string Section = "Rtfm:Agent";

    /// <summary>Network interfaces to capture at.</summary>
    public string[] Interfaces { get; init; } = [];

    /// <summary>Capture files to read instead of, or beside, interfaces.</summary>
    public string[] Read { get; init; } = [];

    /// <summary>How fast files are read: as packets came, or as fast as possible.</summary>
    public Pace Pace { get; init; } = Pace.Max;

    /// <summary>Read files again and again.</summary>
    public bool Loop { get; init; }

    /// <summary>Begin to read files only when a rule set other than the built-in one runs, so that it sees them from the first packet.</summary>
    public bool WaitForRuleSet { get; init; }

    /// <summary>Capture filter in libpcap's language; empty: everything.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Octets captured of each packet.</summary>
    public int SnapLength { get; init; } = 256;

    /// <summary>The kernel's capture buffer for each interface, in MiB.</summary>
    public int CaptureBufferMiB { get; init; } = 32;

    /// <summary>Take packets' times from the interface's own clock, where somebody switched that on and keeps it at UTC; else the kernel's.</summary>
    public bool HardwareTimestamps { get; init; }

    /// <summary>Capture what is not addressed to this machine, too.</summary>
    public bool Promiscuous { get; init; } = true;

    /// <summary>
    /// The interfaces are edges of a network: a packet that comes in has the interface as its source interface only, one that goes out as its destination interface only.
    /// Unset: so where the agent is in a domain.
    /// </summary>
    public bool? Edge { get; init; }

    /// <summary>Threads that meter, each on a share of an interface's packets.</summary>
    public int MeteringThreads { get; init; } = 1;

    /// <summary>Look into tunnels (GRE, IP in IP, VXLAN …), so that rules can use the addresses inside.</summary>
    public bool Tunnels { get; init; }

    /// <summary>Count the meter's own SNMP traffic, too.</summary>
    public bool CountManagementTraffic { get; init; }

    /// <summary>Which octets flows count.</summary>
    public OctetLayer Octets { get; init; } = OctetLayer.Network;

    /// <summary>The most flows the table holds (flowMaxFlows).</summary>
    public int MaxFlows { get; init; } = 1_000_000;

    /// <summary>The most memory for flows' statistics (RFC 2724), in MiB.</summary>
    public int StatisticsMiB { get; init; } = FlowTable.DefaultStatisticsMiB;

    /// <summary>Where SNMP is answered: <c>udp:ADDRESS:PORT</c>, <c>tcp:ADDRESS:PORT</c>, <c>tlstcp:ADDRESS:PORT</c>.</summary>
    public string[] Listen { get; init; } = [];

    /// <summary>Master agent to be a sub-agent of: the path of its socket, or <c>tcp:ADDRESS:PORT</c>. Who may write through it is for the master to decide.</summary>
    public string? AgentX { get; init; }

    /// <summary>Community that may read. Unset: <c>public</c>, on loopback only.</summary>
    public string? ReadCommunity { get; init; }

    /// <summary>Community that may read and write. Unset: nobody writes.</summary>
    public string? WriteCommunity { get; init; }

    /// <summary>Who is told of what happens.</summary>
    public NotifyOptions[] Notify { get; init; } = [];

    /// <summary>Certificates, for <c>tlstcp:</c> in <see cref="Listen"/>.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The domain that the meter is a member of.</summary>
    public DomainOptions? Domain { get; init; }

    /// <summary>How packets are sampled for delay and loss.</summary>
    public DelayOptions Delay { get; init; } = new();

    /// <summary>The longest SNMP message sent or taken, in octets.</summary>
    public int MaxMessageSize { get; init; } = 65_507;

    /// <summary>The longest answer, in octets, to a sender on another machine who is not authenticated: SNMPv1, v2c, or v3 without.</summary>
    public int MaxUnauthenticatedAnswer { get; init; } = 1_472;

    /// <summary>SNMP requests a second that one source may send; 0: any number.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>Where rule sets, tasks and settings are kept over restarts.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Where the meter listens unless told.</summary>
    public const string DefaultListen = "udp:127.0.0.1:161";
}

/// <summary>How fast a capture file is read.</summary>
public enum Pace
{
    /// <summary>As fast as possible.</summary>
    Max,

    /// <summary>With the times between packets as they were captured.</summary>
    Real,
}
