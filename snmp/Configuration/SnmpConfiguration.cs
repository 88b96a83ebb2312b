using System.Collections.Immutable;

namespace Rtfm.Snmp.Configuration;

/// <summary>The local configuration datastore (RFC 3411 §3.4.1): who there is, who may do what, and who is told. One immutable value.</summary>
public sealed record SnmpConfiguration
{
    public IndexedRows<UsmUser> Users { get; init; } = IndexedRows<UsmUser>.Empty;

    public IndexedRows<CommunityEntry> Communities { get; init; } = IndexedRows<CommunityEntry>.Empty;

    public IndexedRows<GroupMember> Groups { get; init; } = IndexedRows<GroupMember>.Empty;

    public IndexedRows<AccessEntry> Access { get; init; } = IndexedRows<AccessEntry>.Empty;

    public IndexedRows<ViewFamily> Views { get; init; } = IndexedRows<ViewFamily>.Empty;

    public IndexedRows<TargetAddress> TargetAddresses { get; init; } = IndexedRows<TargetAddress>.Empty;

    public IndexedRows<TargetParams> TargetParams { get; init; } = IndexedRows<TargetParams>.Empty;

    public IndexedRows<NotifyEntry> Notify { get; init; } = IndexedRows<NotifyEntry>.Empty;

    public IndexedRows<FilterProfile> FilterProfiles { get; init; } = IndexedRows<FilterProfile>.Empty;

    public IndexedRows<NotifyFilter> Filters { get; init; } = IndexedRows<NotifyFilter>.Empty;

    /// <summary>Advisory locks by their instances' names; they begin at 0 with each start.</summary>
    public ImmutableDictionary<string, int> SpinLocks { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>snmpEnableAuthenTraps.</summary>
    public bool AuthenticationTraps { get; init; }
}
