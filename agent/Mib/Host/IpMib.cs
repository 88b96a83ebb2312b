using System.Diagnostics;
using System.Globalization;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>IP-MIB: what a management system recognises a host by, its addresses and whether it routes (RFC 4293).</summary>
internal sealed class IpMib(TimeProvider clock, Func<uint> uptime)
{
    private static readonly uint[] PrefixEntry = [1, 3, 6, 1, 2, 1, 4, 32, 1];

    /// <summary>The first column of <see cref="PrefixEntry"/> that can be read: what a RowPointer points to (RFC 2579).</summary>
    private const uint FirstPrefixColumn = 5;

    private readonly Aged<Tables> _tables = new(clock, Links.Freshness, Look);

    private sealed record Tables(RowSnapshot<Row> V4, RowSnapshot<Row> Prefixes, RowSnapshot<Row> All);

    private sealed record Row(IpAddressEntry Entry, ObjectIdentifier Prefix);

    public IEnumerable<IMibProvider> Providers =>
        [
            Setting(1, "ipForwarding", "ipv4/ip_forward", value => value > 0 ? 1 : 2),
            Setting(2, "ipDefaultTTL", "ipv4/ip_default_ttl", value => value),
            Setting(25, "ipv6IpForwarding", "ipv6/conf/all/forwarding", value => value > 0 ? 1 : 2),
            Setting(26, "ipv6IpDefaultHopLimit", "ipv6/conf/default/hop_limit", value => value),
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 4, 20, 1], () => _tables.Value.V4)
                .Octets(1, "ipAdEntAddr", BerTag.IpAddress, row => row.Entry.Address)
                .Integer(2, "ipAdEntIfIndex", row => row.Entry.IfIndex)
                .Octets(3, "ipAdEntNetMask", BerTag.IpAddress, row => row.Entry.Mask)
                .Integer(4, "ipAdEntBcastAddr", row => row.Entry.BroadcastBit),
            ReadOnlyTable
                .Of(PrefixEntry, () => _tables.Value.Prefixes)
                .Integer(FirstPrefixColumn, "ipAddressPrefixOrigin", row => row.Entry.PrefixOrigin)
                .Integer(6, "ipAddressPrefixOnLinkFlag", _ => 1) // true: an address at the interface makes its network one
                .Integer(7, "ipAddressPrefixAutonomousFlag", row => row.Entry.PrefixOrigin == 5 ? 1 : 2)
                .Gauge32(8, "ipAddressPrefixAdvPreferredLifetime", row => row.Entry.Lifetimes.Preferred)
                .Gauge32(9, "ipAddressPrefixAdvValidLifetime", row => row.Entry.Lifetimes.Valid),
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 4, 34, 1], () => _tables.Value.All)
                .Integer(3, "ipAddressIfIndex", row => row.Entry.IfIndex)
                .Integer(4, "ipAddressType", _ => 1) // unicast: the kernel lists no others
                .Oid(5, "ipAddressPrefix", row => row.Prefix)
                .Integer(6, "ipAddressOrigin", row => row.Entry.Origin)
                .Integer(7, "ipAddressStatus", row => row.Entry.Status)
                .TimeTicks(8, "ipAddressCreated", row => UptimeAt(row.Entry.Times.Created))
                .TimeTicks(9, "ipAddressLastChanged", row => UptimeAt(row.Entry.Times.Changed))
                .Integer(10, "ipAddressRowStatus", _ => (long)RowStatus.Active)
                .Integer(11, "ipAddressStorageType", _ => 2), // volatile: Linux keeps no addresses over a boot
        ];

    /// <summary>Whether the machine passes on packets that are not for it.</summary>
    public static bool Forwards => ReadSetting("ipv4/ip_forward") > 0 || ReadSetting("ipv6/conf/all/forwarding") > 0;

    private static ReadOnlyTable<string> Setting(uint number, string name, string file, Func<int, long> show)
    {
        uint[] scalar = [1, 3, 6, 1, 2, 1, 4, number];
        // A kernel without IPv6 has no such setting: then there is no such object either.
        return ReadOnlyTable
            .Scalar(scalar, () => file)
            .Integer(number, name, path => show(ReadSetting(path) ?? 0), path => ReadSetting(path) is not null);
    }

    private static int? ReadSetting(string file)
    {
        try
        {
            return int.Parse(File.ReadAllText("/proc/sys/net/" + file), CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static Tables Look()
    {
        var found = new List<IpAddressEntry>();
        Netlink.List(
            Netlink.GetAddress,
            IpAddressEntry.HeaderLength,
            found.Clear,
            message =>
            {
                if (IpAddressEntry.Read(message) is { } entry)
                    found.Add(entry);
            }
        );
        var v4 = new List<(uint[], Row)>();
        var prefixes = new List<(uint[], Row)>();
        var all = new List<(uint[], Row)>();
        foreach (var entry in found)
        {
            var (index, prefix) = (entry.Index, entry.PrefixIndex);
            var row = new Row(entry, new([.. PrefixEntry, FirstPrefixColumn, .. prefix]));
            all.Add((index, row));
            prefixes.Add((prefix, row));
            if (!entry.IsV6)
                v4.Add((index[2..], row));
        }
        return new(new(v4), new(prefixes), new(all));
    }

    /// <summary>From the time since the boot, which the kernel counts as .NET's stopwatch does, to the agent's Uptime; 0: before the agent.</summary>
    private uint UptimeAt(uint hundredthsSinceBoot)
    {
        var now = Stopwatch.GetTimestamp() * 100.0 / Stopwatch.Frequency;
        return (uint)Math.Clamp(uptime() - (now - hundredthsSinceBoot), 0, uint.MaxValue);
    }
}
