using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>The MIB modules about the machine that the agent runs on.</summary>
internal static class HostMib
{
    /// <summary>Their rows of sysORTable.</summary>
    public static IEnumerable<Snmpv2Mib.Module> Modules =>
        [
            new(new(1, 3, 6, 1, 2, 1, 31), "RFC 2863: IF-MIB, without counters that Linux does not have"),
            new(new(1, 3, 6, 1, 2, 1, 48), "RFC 4293: IP-MIB, addresses and default settings"),
            new(new(1, 3, 6, 1, 2, 1, 25, 7, 1), "RFC 2790: HOST-RESOURCES-MIB, of running software the agent alone"),
            new(new(1, 3, 6, 1, 2, 1, 47), "RFC 4133: ENTITY-MIB, entityPhysical group"),
            new(new(1, 3, 6, 1, 4, 1, 2021), "UCD-SNMP-MIB: memory, laTable, systemStats"),
        ];

    /// <summary>sysServices: end to end (8) and applications (64), as any host; internet (4) where it routes (RFC 3418 §2).</summary>
    public static int Services => 8 + 64 + (IpMib.Forwards ? 4 : 0);

    public static IEnumerable<IMibProvider> Providers(HostMachine host) =>
        [
            .. new IfMib(host.Links).Providers,
            .. new IpMib(host.Clock, host.Uptime).Providers,
            .. new HostResourcesMib(host).Providers,
            .. new UcdMib(host).Providers,
            .. new EntityMib(host.Hardware).Providers,
        ];
}
