using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rtfm.Testing;

/// <summary>A real <c>snmptrapd</c> on a port of its own: shows which notifications arrived, one line each.</summary>
public sealed class TrapReceiver : IDisposable
{
    /// <summary>Whom SNMPv1 and v2c notifications must come from.</summary>
    public const string Community = "notified";

    /// <summary>The receiver's own engine ID, for informs.</summary>
    public const string EngineId = "80001F8805AABBCCDDEEFF0011";

    private const string Path = "/usr/sbin/snmptrapd";

    private readonly ProcessStartInfo _start;
    private Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("rtfm-snmptrapd-").FullName;
    private readonly List<string> _lines = [];
    private readonly StringBuilder _output = new();
    private bool _isRunning;

    private TrapReceiver(IPAddress address, string[] configuration)
    {
        EndPoint = new(address, FreePort(address));
        var conf = System.IO.Path.Combine(_folder, "snmptrapd.conf");
        // %P: PDU type, version and who sent it; %v: the varbinds.
        string[] lines =
        [
            $"exactEngineID 0x{EngineId}",
            $"authCommunity log {Community}",
            "format1 NOTIFICATION %P|%A|%N|%w|%q|%T|%v\\n",
            "format2 NOTIFICATION %P|%v\\n",
            .. configuration,
        ];
        File.WriteAllLines(conf, lines);
        var transport = address.AddressFamily == AddressFamily.InterNetwork ? $"udp:{EndPoint}" : $"udp6:{EndPoint}";
        _start = new ProcessStartInfo(Path, ["-f", "-C", "-c", conf, "-Lo", "-On", "-Oe", "-Ot", "-n", transport])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _start.Environment["MIBS"] = "";
        _start.Environment["SNMP_PERSISTENT_DIR"] = _folder;
        _process = Run();
    }

    public static bool IsInstalled { get; } = File.Exists(Path);

    public IPEndPoint EndPoint { get; }

    /// <summary>All that the program printed, for messages of failed tests.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
                return _output.ToString();
        }
    }

    /// <summary>Starts the program and waits until it listens.</summary>
    /// <param name="address">On which; null: IPv4 loopback.</param>
    /// <param name="configuration">More lines of snmptrapd.conf: users, and what is let in.</param>
    public static TrapReceiver Start(IPAddress? address = null, params string[] configuration)
    {
        var receiver = new TrapReceiver(address ?? IPAddress.Loopback, configuration);
        if (receiver.WaitFor(() => receiver._isRunning && receiver.IsListening, TimeSpan.FromSeconds(20)))
            return receiver;
        var output = receiver.Output;
        receiver.Dispose();
        throw new InvalidOperationException($"snmptrapd did not begin to listen:\n{output}");
    }

    /// <summary>The notifications that arrived so far.</summary>
    public string[] Notifications
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>Waits for a notification that has this in its line.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public string WaitFor(string text, int count = 1)
    {
        return WaitFor(
            () => Array.FindAll(Notifications, line => line.Contains(text, StringComparison.Ordinal)).Length >= count,
            TimeSpan.FromSeconds(20)
        )
            ? Array.FindLast(Notifications, line => line.Contains(text, StringComparison.Ordinal))!
            : throw new TimeoutException($"no notification with {text} arrived:\n{Output}");
    }

    /// <summary>Kills it and starts it again, at the same port, with what it kept.</summary>
    public void Restart()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        lock (_lines)
            _isRunning = false;
        _process = Run();
        if (!WaitFor(() => _isRunning && IsListening, TimeSpan.FromSeconds(20)))
            throw new InvalidOperationException($"snmptrapd did not begin to listen again:\n{Output}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Run()
    {
        var process = Process.Start(_start) ?? throw new InvalidOperationException("snmptrapd does not start");
        process.OutputDataReceived += (_, line) => Receive(line.Data);
        process.ErrorDataReceived += (_, line) => Receive(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private bool WaitFor(Func<bool> condition, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        lock (_lines)
        {
            while (!condition())
            {
                var left = patience - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero || _process.HasExited)
                    return false;
                Monitor.Wait(_lines, TimeSpan.FromMilliseconds(Math.Min(left.TotalMilliseconds, 100)));
            }
            return true;
        }
    }

    private void Receive(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
        {
            _output.AppendLine(line);
            _isRunning |= line.StartsWith("NET-SNMP version", StringComparison.Ordinal);
            if (line.StartsWith("NOTIFICATION ", StringComparison.Ordinal))
                _lines.Add(line["NOTIFICATION ".Length..]);
            Monitor.PulseAll(_lines);
        }
    }

    /// <summary>As the kernel sees it.</summary>
    private bool IsListening
    {
        get
        {
            var table = EndPoint.AddressFamily == AddressFamily.InterNetwork ? "/proc/thread-self/net/udp" : "/proc/thread-self/net/udp6";
            return File.ReadAllText(table).Contains($":{EndPoint.Port:X4} ", StringComparison.Ordinal);
        }
    }

    private static int FreePort(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
