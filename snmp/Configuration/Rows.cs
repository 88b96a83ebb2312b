using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Configuration;

/// <summary>How long a row lives (RFC 2579 StorageType).</summary>
public enum StorageType
{
    Other = 1,

    /// <summary>Until the agent ends.</summary>
    Volatile = 2,
    NonVolatile = 3,

    /// <summary>Can be changed, not removed.</summary>
    Permanent = 4,

    /// <summary>From the settings: SNMP can neither change nor remove it.</summary>
    ReadOnly = 5,
}

/// <summary>What all these rows have.</summary>
public abstract record ConfigurationRow
{
    public StorageType Storage { get; init; } = StorageType.NonVolatile;

    public RowStatus Status { get; init; } = RowStatus.Active;
}

/// <summary>A user and the keys that he has at one engine (RFC 3414 §5 usmUserTable). Keys are localised: they open no other engine.</summary>
public sealed record UsmUser : ConfigurationRow, IIndexedRow
{
    /// <summary>Octets of the longest name.</summary>
    public const int LongestName = 32;

    /// <summary>The engine that has authority over the messages: this one, or the receiver of informs.</summary>
    public required EngineId EngineId { get; init; }

    /// <summary>1 to 32 octets of UTF-8.</summary>
    public required string Name { get; init; }

    public AuthProtocol Auth { get; init; }

    public byte[] AuthKey { get; init; } = [];

    public PrivProtocol Priv { get; init; }

    public byte[] PrivKey { get; init; } = [];

    /// <summary>Anyone who may may write it: tells whether a change of keys went through.</summary>
    public byte[] Public { get; init; } = [];

    /// <summary>False until the row got its keys from another (usmUserCloneFrom).</summary>
    public bool IsCloned { get; init; } = true;

    public ObjectIdentifier Index => default(ObjectIdentifier).String(EngineId.Octets).String(Name);

    /// <summary>The best protection that the user has keys for.</summary>
    public SecurityLevel Level =>
        Auth == AuthProtocol.None ? SecurityLevel.NoAuthNoPriv
        : Priv == PrivProtocol.None ? SecurityLevel.AuthNoPriv
        : SecurityLevel.AuthPriv;

    public override string ToString() => $"user {Name} at {EngineId}";
}

/// <summary>A community and whom it stands for (RFC 3584 §5.2 snmpCommunityTable).</summary>
public sealed record CommunityEntry : ConfigurationRow, IIndexedRow
{
    /// <summary>1 to 32 octets of UTF-8.</summary>
    public required string Id { get; init; }

    /// <summary>The community. A secret: never logged.</summary>
    public byte[] Name { get; init; } = [];

    public string SecurityName { get; init; } = "";

    public byte[] ContextEngineId { get; init; } = [];

    public string ContextName { get; init; } = "";

    /// <summary>Only from addresses of snmpTargetAddrTable with this tag; empty: from anywhere.</summary>
    public string TransportTag { get; init; } = "";

    public ObjectIdentifier Index => default(ObjectIdentifier).Implied(Id);

    public override string ToString() => $"community {Id} of {SecurityName}";
}

/// <summary>Which group someone is in (RFC 3415 §4 vacmSecurityToGroupTable).</summary>
public sealed record GroupMember : ConfigurationRow, IIndexedRow
{
    public required SecurityModel Model { get; init; }

    public required string SecurityName { get; init; }

    public string Group { get; init; } = "";

    public ObjectIdentifier Index => new ObjectIdentifier((uint)Model).String(SecurityName);
}

/// <summary>What a group may see, change and be told of (RFC 3415 §4 vacmAccessTable).</summary>
public sealed record AccessEntry : ConfigurationRow, IIndexedRow
{
    public required string Group { get; init; }

    public string ContextPrefix { get; init; } = "";

    public required SecurityModel Model { get; init; }

    public required SecurityLevel Level { get; init; }

    /// <summary>The context's name begins with <see cref="ContextPrefix"/>; otherwise it is the whole name.</summary>
    public bool IsPrefix { get; init; }

    public string ReadView { get; init; } = "";

    public string WriteView { get; init; } = "";

    public string NotifyView { get; init; } = "";

    public ObjectIdentifier Index => default(ObjectIdentifier).String(Group).String(ContextPrefix).Append((uint)Model, (uint)Level);
}

/// <summary>A family of subtrees that a view has or leaves out (RFC 3415 §4 vacmViewTreeFamilyTable).</summary>
public record ViewFamily : ConfigurationRow, IIndexedRow
{
    public required string View { get; init; }

    public required ObjectIdentifier Subtree { get; init; }

    /// <summary>A zero bit lets any number stand in its place; missing bits are ones.</summary>
    public byte[] Mask { get; init; } = [];

    public bool IsIncluded { get; init; } = true;

    public virtual ObjectIdentifier Index => default(ObjectIdentifier).String(View).Oid(Subtree);
}

/// <summary>A family of subtrees that a filter lets through or keeps back (RFC 3413 §4.2 snmpNotifyFilterTable); the view is the filter's profile.</summary>
public sealed record NotifyFilter : ViewFamily
{
    public override ObjectIdentifier Index => default(ObjectIdentifier).String(View).Append(Subtree.Span);
}

/// <summary>Where notifications go, or requests come from (RFC 3413 §4.1 snmpTargetAddrTable, RFC 3584 snmpTargetAddrExtTable).</summary>
public sealed record TargetAddress : ConfigurationRow, IIndexedRow
{
    public required string Name { get; init; }

    /// <summary>The transport, for example snmpUDPDomain.</summary>
    public ObjectIdentifier Domain { get; init; }

    /// <summary>The address as the transport's textual convention has it: for UDP over IPv4 four octets and two of port.</summary>
    public byte[] Address { get; init; } = [];

    /// <summary>How long to wait for the answer to an inform, in hundredths of a second.</summary>
    public int Timeout { get; init; } = 1_500;

    public int RetryCount { get; init; } = 3;

    /// <summary>Tags, parted by spaces.</summary>
    public string TagList { get; init; } = "";

    /// <summary>The name of a <see cref="TargetParams"/>.</summary>
    public string Params { get; init; } = "";

    /// <summary>Which bits of a request's address must be as in <see cref="Address"/>; empty: all.</summary>
    public byte[] Mask { get; init; } = [];

    /// <summary>The longest message that the target takes, in octets; 0: not known.</summary>
    public int MaxMessageSize { get; init; } = 2_048;

    public bool HasTag(string tag)
    {
        foreach (var part in TagList.AsSpan().SplitAny(' ', '\t', '\r', '\n', '\v'))
        {
            if (TagList.AsSpan(part).SequenceEqual(tag))
                return tag.Length > 0;
        }
        return false;
    }

    public ObjectIdentifier Index => default(ObjectIdentifier).Implied(Name);
}

/// <summary>How messages to a target are made (RFC 3413 §4.1 snmpTargetParamsTable).</summary>
public sealed record TargetParams : ConfigurationRow, IIndexedRow
{
    public required string Name { get; init; }

    /// <summary>SnmpMessageProcessingModel: 0 SNMPv1, 1 SNMPv2c, 3 SNMPv3; -1: not set.</summary>
    public int MessageModel { get; init; } = -1;

    public SecurityModel Model { get; init; }

    public string SecurityName { get; init; } = "";

    public SecurityLevel Level { get; init; }

    public ObjectIdentifier Index => default(ObjectIdentifier).Implied(Name);
}

/// <summary>Who is notified, and how (RFC 3413 §4.2 snmpNotifyTable).</summary>
public sealed record NotifyEntry : ConfigurationRow, IIndexedRow
{
    public required string Name { get; init; }

    /// <summary>Targets whose tag list has it.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Sent until it is acknowledged.</summary>
    public bool IsInform { get; init; }

    public ObjectIdentifier Index => default(ObjectIdentifier).Implied(Name);
}

/// <summary>Which filter stands between the notifications and a target (RFC 3413 §4.2 snmpNotifyFilterProfileTable).</summary>
public sealed record FilterProfile : ConfigurationRow, IIndexedRow
{
    /// <summary>The name of a <see cref="TargetParams"/>.</summary>
    public required string Params { get; init; }

    public string Profile { get; init; } = "";

    public ObjectIdentifier Index => default(ObjectIdentifier).Implied(Params);
}
