using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>Net-SNMP's own agent on this machine, as an oracle of what ours shows of it.</summary>
internal sealed class SnmpdProcess : IDisposable
{
    private const string Path = "/usr/sbin/snmpd";
    private const string Community = "oracle";

    private readonly string _folder = Directory.CreateTempSubdirectory("rtfm-snmpd-").FullName;
    private readonly Process _process;
    private readonly int _port;

    private SnmpdProcess()
    {
        using (var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
            _port = ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
        File.WriteAllText($"{_folder}/snmpd.conf", $"rocommunity {Community}\nagentaddress udp:127.0.0.1:{_port}\n");
        var start = new ProcessStartInfo(Path, ["-f", "-Lf", $"{_folder}/log", "-C", "-c", $"{_folder}/snmpd.conf", "-p", $"{_folder}/pid"]);
        start.Environment["SNMP_PERSISTENT_DIR"] = _folder;
        start.Environment["MIBS"] = "";
        _process = Process.Start(start)!;
    }

    /// <summary>Starts it and waits until it answers; ignores the test where it is not installed.</summary>
    public static SnmpdProcess Start()
    {
        if (!File.Exists(Path))
            Assert.Ignore("Net-SNMP's snmpd is not installed");
        var snmpd = new SnmpdProcess();
        if (snmpd.Run("snmpget", "-r20", "-t0.5", "1.3.6.1.2.1.1.3.0").ExitCode == 0)
            return snmpd;
        snmpd.Dispose();
        Assert.Ignore("snmpd does not answer here");
        return snmpd;
    }

    /// <summary>Instance names and what stands behind them, numbers and enumerations as numbers.</summary>
    public Dictionary<string, string> Walk(string root) => ParseWalk(Run("snmpbulkwalk", "-r2", "-t5", root));

    /// <summary>Of a walk with -On.</summary>
    public static Dictionary<string, string> ParseWalk(ToolResult result)
    {
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        return result
            .Lines.Where(line => line.StartsWith('.') && line.Contains(" = ", StringComparison.Ordinal))
            .Select(line => line.Split(" = ", 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ToolResult Run(string tool, string retries, string timeout, string name) =>
        SnmpTool.Run(tool, ["-v2c", "-c", Community, "-On", "-Oe", "-Ot", retries, timeout, $"127.0.0.1:{_port}", name]);
}
