using System.Diagnostics;
using System.Globalization;
using System.Net;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>An agent that runs as a process of its own and is asked.</summary>
internal abstract class Server : IDisposable
{
    public const string Community = "bench";
    public const string User = "bench";
    public const string Password = "bench-password";

    public static readonly SnmpCredentials Credentials = new CommunityCredentials(Community);

    public static readonly SnmpCredentials SecureCredentials = new UserCredentials(
        User,
        AuthProtocol.HmacSha256,
        UserSecret.Password(Password),
        PrivProtocol.Aes128,
        UserSecret.Password(Password)
    );

    /// <summary>Of /proc/PID/stat, on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public abstract string Name { get; }

    public abstract IPEndPoint EndPoint { get; }

    protected Process? Program { get; set; }

    /// <summary>User and system time of all its threads so far, in seconds, to a hundredth.</summary>
    public double CpuSeconds
    {
        get
        {
            // proc(5): utime and stime are fields 14 and 15; the name, field 2, stands in brackets and may have spaces.
            var stat = File.ReadAllText($"/proc/{Program!.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        }
    }

    /// <summary>Resident memory, octets.</summary>
    public long ResidentOctets
    {
        get
        {
            var line = File.ReadLines($"/proc/{Program!.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return Number(line.AsSpan(6).Trim(" \tkB")) * 1024;
        }
    }

    public bool HasEnded => Program is { HasExited: true };

    public void Dispose()
    {
        if (Program is null)
            return;
        if (!Program.HasExited)
            Program.Kill();
        Program.WaitForExit();
        Program.Dispose();
        Program = null;
    }

    private static long Number(ReadOnlySpan<char> text) => long.Parse(text, CultureInfo.InvariantCulture);
}
