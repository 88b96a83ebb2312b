using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Rtfm.Testing;

/// <summary>Net-SNMP's own <c>snmpd</c>, with a configuration of the test's and folders of its own.</summary>
public sealed class NetSnmpAgent : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rtfm-snmpd-").FullName;
    private Process _process;

    private NetSnmpAgent(string configuration)
    {
        // snmpd takes no port 0: one that was free a moment ago.
        using (var free = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
            EndPoint = (IPEndPoint)free.Client.LocalEndPoint!;
        File.WriteAllText(Path.Combine(_folder, "snmpd.conf"), configuration);
        _process = Run();
    }

    public static bool IsInstalled { get; } = File.Exists("/usr/sbin/snmpd");

    /// <summary>Where it listens, for datagrams and connections.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts it; it may take a moment before it answers, which a client's retries wait out.</summary>
    public static NetSnmpAgent Start(string configuration) => new(configuration);

    /// <summary>Ends it and starts it again with the state it left: one more start of the same engine.</summary>
    public void Restart()
    {
        End();
        _process = Run();
    }

    public void Dispose()
    {
        End();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Run()
    {
        var start = new ProcessStartInfo("/usr/sbin/snmpd", ["-f", "-Ln", "-I", "-smux", $"udp:{EndPoint}", $"tcp:{EndPoint}"]);
        start.Environment["MIBS"] = "";
        // Its state lies in a file of the same name as its configuration, and is looked for where that is.
        var state = Path.Combine(_folder, "state");
        start.Environment["SNMP_PERSISTENT_DIR"] = state;
        start.Environment["SNMPCONFPATH"] = $"{_folder}:{state}";
        return Process.Start(start) ?? throw new InvalidOperationException("snmpd does not start");
    }

    private void End()
    {
        // SIGTERM: it keeps its state.
        SnmpTool.Run("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
