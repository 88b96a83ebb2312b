using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Rtfm.Testing;

/// <summary>A real <c>snmpd</c> that takes sub-agents: a master agent (RFC 2741), with its files in a folder of its own.</summary>
public sealed class MasterAgent : IDisposable
{
    public const string User = "operator";
    public const string Password = "correct horse battery";

    private const string Program = "/usr/sbin/snmpd";

    private readonly string _folder = Directory.CreateTempSubdirectory("rtfm-master-").FullName;
    private Process? _process;

    private MasterAgent(string[] settings) => Settings = settings;

    public static bool IsInstalled => File.Exists(Program) && SnmpTool.IsInstalled;

    /// <summary>Where sub-agents connect.</summary>
    public string Socket => Path.Combine(_folder, "master");

    /// <summary>Where it answers SNMP: as ADDRESS:PORT, as tools write it.</summary>
    public string Address { get; } = $"127.0.0.1:{FreePort()}";

    private string[] Settings { get; }

    /// <param name="settings">Lines for its configuration, beside those that let <c>public</c> read and <c>private</c> and <see cref="User"/> write.</param>
    public static MasterAgent Start(params string[] settings)
    {
        var master = new MasterAgent(settings);
        master.Restart();
        return master;
    }

    /// <summary>Starts it again at the same addresses, and waits until it answers.</summary>
    public void Restart()
    {
        Kill();
        var configuration = Path.Combine(_folder, "snmpd.conf");
        File.WriteAllLines(
            configuration,
            [
                $"agentAddress udp:{Address}",
                "rocommunity public",
                "rwcommunity private",
                $"createUser {User} SHA \"{Password}\" AES \"{Password}\"",
                $"rwuser {User} priv",
                "master agentx",
                $"agentXSocket {Socket}",
                .. Settings,
            ]
        );
        var start = new ProcessStartInfo(Program, ["-f", "-C", "-c", configuration, "-Le", "-I", "-smux"]) { RedirectStandardError = true };
        start.Environment["MIBS"] = "";
        start.Environment["MIBDIRS"] = _folder;
        start.Environment["SNMP_PERSISTENT_DIR"] = _folder;
        _process = Process.Start(start) ?? throw new InvalidOperationException("snmpd does not start");
        var said = new List<string>();
        while (_process.StandardError.ReadLine() is { } line)
        {
            said.Add(line);
            if (line.StartsWith("NET-SNMP version", StringComparison.Ordinal))
            {
                // What it says later must not fill the pipe.
                _ = _process.StandardError.ReadToEndAsync();
                return;
            }
        }
        throw new InvalidOperationException($"snmpd did not start:\n{string.Join('\n', said)}");
    }

    /// <summary>Ends it at once, as a crash would: SIGKILL.</summary>
    public void Kill()
    {
        if (_process is null)
            return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Runs a Net-SNMP tool against it, v2c, numeric output.</summary>
    public ToolResult Snmp(string tool, params string[] arguments) =>
        SnmpTool.Run(tool, ["-v2c", "-c", tool == "snmpset" ? "private" : "public", "-On", "-Oe", "-Ot", "-r2", "-t5", Address, .. arguments]);

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
