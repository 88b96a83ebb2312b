using System.Diagnostics;
using System.Globalization;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>IP-MIB: what a management system recognises a host by, its addresses and whether it routes (RFC 4293).</summary>
internal sealed class IpMib(TimeProvider clock, Func<uint> uptime)
{
    private static readonly ObjectIdentifier ZeroDotZero = new(0, 0);

    private readonly Aged<Tables> _tables = new(clock, Links.Freshness, Look);

    private sealed record Tables(RowSnapshot<IpAddressEntry> V4, RowSnapshot<IpAddressEntry> All);

    public IEnumerable<IMibProvider> Providers =>
        [
            Setting(1, "ipForwarding", "ipv4/ip_forward", value => value > 0 ? 1 : 2),
            Setting(2, "ipDefaultTTL", "ipv4/ip_default_ttl", value => value),
            Setting(25, "ipv6IpForwarding", "ipv6/conf/all/forwarding", value => value > 0 ? 1 : 2),
            Setting(26, "ipv6IpDefaultHopLimit", "ipv6/conf/default/hop_limit", value => value),
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 4, 20, 1], () => _tables.Value.V4)
                .Octets(1, "ipAdEntAddr", BerTag.IpAddress, row => row.Address)
                .Integer(2, "ipAdEntIfIndex", row => row.IfIndex)
                .Octets(3, "ipAdEntNetMask", BerTag.IpAddress, row => row.Mask)
                .Integer(4, "ipAdEntBcastAddr", row => row.BroadcastBit),
            ReadOnlyTable
                .Of([1, 3, 6, 1, 2, 1, 4, 34, 1], () => _tables.Value.All)
                .Integer(3, "ipAddressIfIndex", row => row.IfIndex)
                .Integer(4, "ipAddressType", _ => 1) // unicast: the kernel lists no others
                .Oid(5, "ipAddressPrefix", _ => ZeroDotZero)
                .Integer(6, "ipAddressOrigin", row => row.Origin)
                .Integer(7, "ipAddressStatus", row => row.Status)
                .TimeTicks(8, "ipAddressCreated", row => UptimeAt(row.Times.Created))
                .TimeTicks(9, "ipAddressLastChanged", row => UptimeAt(row.Times.Changed))
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
        var v4 = new List<(uint[], IpAddressEntry)>();
        var all = new List<(uint[], IpAddressEntry)>();
        foreach (var entry in found)
        {
            var index = entry.Index;
            all.Add((index, entry));
            if (!entry.IsV6)
                v4.Add((index[2..], entry));
        }
        return new(new(v4), new(all));
    }

    /// <summary>From the time since the boot, which the kernel counts as .NET's stopwatch does, to the agent's Uptime; 0: before the agent.</summary>
    private uint UptimeAt(uint hundredthsSinceBoot)
    {
        var now = Stopwatch.GetTimestamp() * 100.0 / Stopwatch.Frequency;
        return (uint)Math.Clamp(uptime() - (now - hundredthsSinceBoot), 0, uint.MaxValue);
    }
}
