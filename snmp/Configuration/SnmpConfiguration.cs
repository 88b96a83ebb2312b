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

    public IndexedRows<ViewFamily> Filters { get; init; } = IndexedRows<ViewFamily>.Empty;

    /// <summary>snmpEnableAuthenTraps.</summary>
    public bool AuthenticationTraps { get; init; }
}
