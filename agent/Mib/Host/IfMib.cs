using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>IF-MIB: the machine's network interfaces (RFC 2863). ifIndex is the kernel's number, as in flowInterfaceTable.</summary>
/// <remarks>
/// Not there, since Linux does not count it: broadcasts, multicasts sent, packets of unknown protocols. Unicasts are what is left of all packets without
/// the multicasts that are known.
/// </remarks>
internal sealed class IfMib(Links links)
{
    private readonly LinkStack _stack = new();

    public IEnumerable<IMibProvider> Providers =>
        [
            ReadOnlyTable.Scalar([1, 3, 6, 1, 2, 1, 2, 1], () => links).Integer(1, "ifNumber", all => all.Current.Count),
            Table(),
            ExtendedTable(),
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 31, 1, 2, 1], () => _stack.Of(links.Current, links.Uptime))
                .Integer(3, "ifStackStatus", _ => (long)RowStatus.Active),
            ReadOnlyTable.Scalar([1, 3, 6, 1, 2, 1, 31, 1, 5], () => links).TimeTicks(5, "ifTableLastChange", TableChangedAt),
            ReadOnlyTable.Scalar([1, 3, 6, 1, 2, 1, 31, 1, 6], () => links).TimeTicks(6, "ifStackLastChange", StackChangedAt),
        ];

    private ReadOnlyTable<Link> Table() =>
        ReadOnlyTable
            .Of([1, 3, 6, 1, 2, 1, 2, 2, 1], () => links.Current)
            .Integer(1, "ifIndex", link => link.Index)
            .Octets(2, "ifDescr", link => link.NameOctets)
            .Integer(3, "ifType", link => link.Type)
            .Integer(4, "ifMtu", link => link.Mtu)
            .Gauge32(5, "ifSpeed", link => link.SpeedMegabits * 1_000_000ul)
            .Octets(6, "ifPhysAddress", link => link.Address)
            .Integer(7, "ifAdminStatus", link => link.IsAdminUp ? 1 : 2)
            .Integer(8, "ifOperStatus", link => (long)link.Status)
            .TimeTicks(9, "ifLastChange", link => link.LastChange)
            .Counter32(10, "ifInOctets", link => (uint)link.Statistics.InOctets)
            .Counter32(11, "ifInUcastPkts", link => (uint)InUnicasts(link))
            .Counter32(13, "ifInDiscards", link => (uint)link.Statistics.InDropped)
            .Counter32(14, "ifInErrors", link => (uint)link.Statistics.InErrors)
            .Counter32(16, "ifOutOctets", link => (uint)link.Statistics.OutOctets)
            .Counter32(17, "ifOutUcastPkts", link => (uint)link.Statistics.OutPackets)
            .Counter32(19, "ifOutDiscards", link => (uint)link.Statistics.OutDropped)
            .Counter32(20, "ifOutErrors", link => (uint)link.Statistics.OutErrors);

    private ReadOnlyTable<Link> ExtendedTable() =>
        ReadOnlyTable
            .Of([1, 3, 6, 1, 2, 1, 31, 1, 1, 1], () => links.Current)
            .Octets(1, "ifName", link => link.NameOctets)
            .Counter32(2, "ifInMulticastPkts", link => (uint)link.Statistics.InMulticast)
            .Counter64(6, "ifHCInOctets", link => link.Statistics.InOctets)
            .Counter64(7, "ifHCInUcastPkts", InUnicasts)
            .Counter64(8, "ifHCInMulticastPkts", link => link.Statistics.InMulticast)
            .Counter64(10, "ifHCOutOctets", link => link.Statistics.OutOctets)
            .Counter64(11, "ifHCOutUcastPkts", link => link.Statistics.OutPackets)
            .Integer(14, "ifLinkUpDownTrapEnable", _ => links.AreChangesNotified ? 1 : 2)
            .Gauge32(15, "ifHighSpeed", link => link.SpeedMegabits)
            .Integer(16, "ifPromiscuousMode", link => link.Promiscuity > 0 ? 1 : 2)
            .Integer(17, "ifConnectorPresent", link => link.HasDevice ? 1 : 2)
            .Octets(18, "ifAlias", link => link.Alias)
            .TimeTicks(19, "ifCounterDiscontinuityTime", link => link.Since);

    /// <summary>A driver may count a multicast late or twice: never below zero.</summary>
    private static ulong InUnicasts(Link link) => link.Statistics.InPackets - Math.Min(link.Statistics.InPackets, link.Statistics.InMulticast);

    private static uint TableChangedAt(Links all)
    {
        _ = all.Current;
        return all.TableChangedAt;
    }

    private uint StackChangedAt(Links all)
    {
        _stack.Of(all.Current, all.Uptime);
        return _stack.ChangedAt;
    }
}
