using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>HOST-RESOURCES-MIB: the host, its memory and disks, its processors, and of the programs that run the agent itself (RFC 2790).</summary>
/// <remarks>
/// Not shown: what the kernel was started with and the agent's arguments, since there may be secrets among them. Indexes are those of Net-SNMP, which
/// management systems know.
/// </remarks>
internal sealed class HostResourcesMib(HostMachine host)
{
    private static readonly ObjectIdentifier ZeroDotZero = new(0, 0);
    private static readonly byte[] ProgramName = "rtfm-agent"u8.ToArray();
    private static readonly byte[] ProgramPath = Encoding.UTF8.GetBytes(Environment.ProcessPath ?? "");

    private readonly HostStorage _storage = new(host);
    private readonly HostDevices _devices = new(host);
    private readonly RowSnapshot<HostMachine> _itself = new([([(uint)Environment.ProcessId], host)]);

    public IEnumerable<IMibProvider> Providers => [System(), .. _storage.Providers, .. _devices.Providers, Program(), ProgramPerformance()];

    /// <summary>hrSystemMaxProcesses: Linux limits threads, not processes, and no limit is 0.</summary>
    private const int NoLimit = 0;

    private ReadOnlyTable<HostSystem> System() =>
        ReadOnlyTable
            .Scalars([1, 3, 6, 1, 2, 1, 25, 1], () => host.System)
            .TimeTicks(1, "hrSystemUptime", system => system.UptimeHundredths)
            .Octets(2, "hrSystemDate", system => system.Date)
            .Gauge32(5, "hrSystemNumUsers", system => system.Users)
            .Gauge32(6, "hrSystemProcesses", system => system.Processes)
            .Integer(7, "hrSystemMaxProcesses", _ => NoLimit);

    private ReadOnlyTable<HostMachine> Program() =>
        ReadOnlyTable
            .Of([1, 3, 6, 1, 2, 1, 25, 4, 2, 1], () => _itself)
            .Integer(1, "hrSWRunIndex", _ => Environment.ProcessId)
            .Octets(2, "hrSWRunName", _ => ProgramName)
            .Oid(3, "hrSWRunID", _ => ZeroDotZero)
            .Octets(4, "hrSWRunPath", _ => ProgramPath.AsMemory(0, Math.Min(ProgramPath.Length, 128)))
            .Octets(5, "hrSWRunParameters", _ => default)
            .Integer(6, "hrSWRunType", _ => 4) // application
            .Integer(7, "hrSWRunStatus", _ => 1); // running

    private ReadOnlyTable<HostMachine> ProgramPerformance() =>
        ReadOnlyTable
            .Of([1, 3, 6, 1, 2, 1, 25, 5, 1, 1], () => _itself)
            .Integer(1, "hrSWRunPerfCPU", _ => (long)(Environment.CpuUsage.TotalTime.TotalMilliseconds / 10) & int.MaxValue)
            .Integer(2, "hrSWRunPerfMem", _ => Math.Min(Environment.WorkingSet / 1024, int.MaxValue));
}
