using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Configuration.Mib;

/// <summary>SNMP-TARGET-MIB, SNMP-NOTIFICATION-MIB (RFC 3413 §4) and SNMP-COMMUNITY-MIB (RFC 3584 §5).</summary>
internal static class TargetMib
{
    public static void Declare(ControlPlane<SnmpConfiguration> plane, SnmpCounters counters, EngineIdentity engine)
    {
        SpinLock.Declare(plane, 1, 3, 6, 1, 6, 3, 12, 1, 1, 0);
        DeclareAddresses(plane);
        DeclareParams(plane);
        plane.ReadOnly([1, 3, 6, 1, 6, 3, 12, 1, 4, 0], Smi.Counter32, _ => counters.UnavailableContexts);
        plane.ReadOnly([1, 3, 6, 1, 6, 3, 12, 1, 5, 0], Smi.Counter32, _ => counters.UnknownContexts);
        DeclareNotify(plane);
        DeclareCommunities(plane, engine);
    }

    private static void DeclareAddresses(ControlPlane<SnmpConfiguration> plane)
    {
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 12, 1, 2, 1],
                "snmpTargetAddrRow",
                8,
                state => state.TargetAddresses,
                (state, rows) => state with { TargetAddresses = rows },
                index => Named(index) is { } name ? new TargetAddress { Name = name } : null!,
                target => target.Domain.Length > 0 && target.Address.Length > 0 && target.Params.Length > 0
            )
            .ReadCreate(
                2,
                "snmpTargetAddrTDomain",
                Smi.Oid,
                target => target.Domain,
                (target, domain) => target with { Domain = domain },
                target => target.Domain.Length > 0
            )
            .ReadCreate(
                3,
                "snmpTargetAddrTAddress",
                Smi.Octets(1, 255),
                target => target.Address,
                (target, address) => target with { Address = address },
                target => target.Address.Length > 0
            )
            .ReadCreate(
                4,
                "snmpTargetAddrTimeout",
                Smi.Range(0, int.MaxValue),
                target => target.Timeout,
                (target, timeout) => target with { Timeout = timeout }
            )
            .ReadCreate(
                5,
                "snmpTargetAddrRetryCount",
                Smi.Range(0, 255),
                target => target.RetryCount,
                (target, count) => target with { RetryCount = count }
            )
            .ReadCreate(
                6,
                "snmpTargetAddrTagList",
                ConfigurationTables.AdminString,
                target => target.TagList,
                (target, tags) => target with { TagList = tags }
            )
            .ReadCreate(
                7,
                "snmpTargetAddrParams",
                ConfigurationTables.Name,
                target => target.Params,
                (target, name) => target with { Params = name },
                target => target.Params.Length > 0
            );
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 18, 1, 2, 1],
                new IndexedTableRows<SnmpConfiguration, TargetAddress>(
                    state => state.TargetAddresses,
                    (state, rows) => state with { TargetAddresses = rows },
                    index => Named(index) is { } name ? new TargetAddress { Name = name } : null!
                )
            )
            .ReadCreate(1, "snmpTargetAddrTMask", Smi.Octets(0, 255), target => target.Mask, (target, mask) => target with { Mask = mask })
            .ReadCreate(
                2,
                "snmpTargetAddrMMS",
                Smi.Range(0, int.MaxValue),
                target => target.MaxMessageSize,
                (target, size) => target with { MaxMessageSize = size }
            );
    }

    private static void DeclareParams(ControlPlane<SnmpConfiguration> plane) =>
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 12, 1, 3, 1],
                "snmpTargetParamsRow",
                6,
                state => state.TargetParams,
                (state, rows) => state with { TargetParams = rows },
                index => Named(index) is { } name ? new TargetParams { Name = name } : null!,
                made => made.MessageModel >= 0 && made.Model != SecurityModel.Any && made.SecurityName.Length > 0 && made.Level != 0
            )
            .ReadCreate(
                2,
                "snmpTargetParamsMPModel",
                Smi.Range(0, int.MaxValue),
                made => made.MessageModel,
                (made, model) => made with { MessageModel = model },
                made => made.MessageModel >= 0
            )
            .ReadCreate(
                3,
                "snmpTargetParamsSecurityModel",
                Smi.Range(1, int.MaxValue),
                made => (int)made.Model,
                (made, model) => made with { Model = (SecurityModel)model },
                made => made.Model != 0
            )
            .ReadCreate(
                4,
                "snmpTargetParamsSecurityName",
                ConfigurationTables.AdminString,
                made => made.SecurityName,
                (made, name) => made with { SecurityName = name },
                made => made.SecurityName.Length > 0
            )
            .ReadCreate(
                5,
                "snmpTargetParamsSecurityLevel",
                ConfigurationTables.Enumeration(3),
                made => (int)made.Level,
                (made, level) => made with { Level = (SecurityLevel)level },
                made => made.Level != 0
            );

    private static void DeclareNotify(ControlPlane<SnmpConfiguration> plane)
    {
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 13, 1, 1, 1],
                "snmpNotify",
                4,
                state => state.Notify,
                (state, rows) => state with { Notify = rows },
                index => Named(index) is { } name ? new NotifyEntry { Name = name } : null!
            )
            .ReadCreate(2, "snmpNotifyTag", ConfigurationTables.AdminString, entry => entry.Tag, (entry, tag) => entry with { Tag = tag })
            .ReadCreate(
                3,
                "snmpNotifyType",
                ConfigurationTables.Enumeration(2),
                entry => entry.IsInform ? 2 : 1,
                (entry, type) => entry with { IsInform = type == 2 }
            );
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 13, 1, 2, 1],
                "snmpNotifyFilterProfile",
                2,
                state => state.FilterProfiles,
                (state, rows) => state with { FilterProfiles = rows },
                index => Named(index) is { } name ? new FilterProfile { Params = name } : null!,
                made => made.Profile.Length > 0
            )
            .ReadCreate(
                1,
                "snmpNotifyFilterProfileName",
                ConfigurationTables.Name,
                made => made.Profile,
                (made, profile) => made with { Profile = profile },
                made => made.Profile.Length > 0
            );
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 13, 1, 3, 1],
                "snmpNotifyFilter",
                4,
                state => state.Filters,
                (state, rows) => state with { Filters = rows },
                MakeFilter
            )
            .ReadCreate(2, "snmpNotifyFilterMask", Smi.Octets(0, 16), family => family.Mask, (family, mask) => family with { Mask = mask })
            .ReadCreate(
                3,
                "snmpNotifyFilterType",
                ConfigurationTables.Enumeration(2),
                family => family.IsIncluded ? 1 : 2,
                (family, type) => family with { IsIncluded = type == 1 }
            );
    }

    private static void DeclareCommunities(ControlPlane<SnmpConfiguration> plane, EngineIdentity engine) =>
        plane
            .Table(
                [1, 3, 6, 1, 6, 3, 18, 1, 1, 1],
                "snmpCommunity",
                7,
                state => state.Communities,
                (state, rows) => state with { Communities = rows },
                index => Named(index) is { } name ? new CommunityEntry { Id = name, ContextEngineId = engine.Id.Octets.ToArray() } : null!,
                entry => entry.Name.Length > 0 && entry.SecurityName.Length > 0
            )
            .ReadCreate(
                2,
                "snmpCommunityName",
                Smi.Octets(0, 255),
                entry => entry.Name,
                (entry, name) => entry with { Name = name },
                entry => entry.Name.Length > 0
            )
            .ReadCreate(
                3,
                "snmpCommunitySecurityName",
                ConfigurationTables.Name,
                entry => entry.SecurityName,
                (entry, name) => entry with { SecurityName = name },
                entry => entry.SecurityName.Length > 0
            )
            .ReadCreate(
                4,
                "snmpCommunityContextEngineID",
                Smi.Octets(EngineId.Shortest, EngineId.Longest),
                entry => entry.ContextEngineId.Length > 0 ? entry.ContextEngineId : engine.Id.Octets.ToArray(),
                (entry, id) => entry with { ContextEngineId = id }
            )
            .ReadCreate(
                5,
                "snmpCommunityContextName",
                ConfigurationTables.Name,
                entry => entry.ContextName,
                (entry, name) => entry with { ContextName = name }
            )
            .ReadCreate(
                6,
                "snmpCommunityTransportTag",
                ConfigurationTables.AdminString,
                entry => entry.TransportTag,
                (entry, tag) => entry with { TransportTag = tag }
            );

    /// <summary>A name that is the whole index; null where it is none.</summary>
    private static string? Named(ReadOnlySpan<uint> index)
    {
        var reader = new RowIndexReader(index);
        var name = reader.ImpliedText(1, 32);
        return reader.IsWhole ? name : null;
    }

    private static NotifyFilter MakeFilter(ReadOnlySpan<uint> index)
    {
        var reader = new RowIndexReader(index);
        var profile = reader.Text(1, 32);
        var subtree = reader.ImpliedOid();
        return reader.IsWhole ? new() { View = profile, Subtree = subtree } : null!;
    }
}
