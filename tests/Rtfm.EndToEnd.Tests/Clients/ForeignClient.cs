using System.Diagnostics;
using System.Net;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Clients;

/// <summary>An SNMP implementation that is neither ours nor Net-SNMP's, behind a script that asks what it is told to until this is disposed of.</summary>
internal sealed class ForeignClient : IDisposable
{
    public const int LongestMessage = 65_507;

    private readonly Process _process;

    private ForeignClient(Kind kind, IPEndPoint agent, int maxMessageSize)
    {
        var script = Path.Combine(Repository.Root, "tests/Rtfm.EndToEnd.Tests/Clients", kind.Script);
        _process = Process.Start(
            new ProcessStartInfo(kind.Program, [script, $"{agent.Port}", $"{maxMessageSize}"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
    }

    /// <param name="Probe">Code that fails where the library, or what it needs, is not installed.</param>
    /// <param name="HasUsers">Knows SNMPv3.</param>
    private sealed record Kind(string Program, string Script, string Probe, string Package, bool HasUsers);

    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["pysnmp"] = new("/usr/bin/python3", "client.py", "import pysnmp.hlapi", "python3-pysnmp4", HasUsers: true),
        ["Net-SNMP for Perl alone"] = new(
            "/usr/bin/perl",
            "client.pl",
            "use Net::SNMP; use Crypt::DES; use Crypt::Rijndael;",
            "libnet-snmp-perl libcrypt-des-perl libcrypt-rijndael-perl",
            HasUsers: true
        ),
        ["Ruby"] = new("/usr/bin/ruby", "client.rb", "require 'snmp'", "ruby-snmp", HasUsers: false),
    };

    public static IEnumerable<string> Names => Kinds.Keys;

    /// <summary>Those that know SNMPv3.</summary>
    public static IEnumerable<string> NamesWithUsers => Kinds.Where(each => each.Value.HasUsers).Select(each => each.Key);

    /// <summary>Starts it, or ignores the test where it is not installed.</summary>
    public static ForeignClient Start(string name, IPEndPoint agent, int maxMessageSize = LongestMessage)
    {
        var kind = Kinds[name];
        if (
            !File.Exists(kind.Program)
            || SnmpTool.Run(kind.Program, [kind.Program.EndsWith("python3", StringComparison.Ordinal) ? "-c" : "-e", kind.Probe]).ExitCode != 0
        )
            Assert.Ignore($"not installed (Debian: {kind.Package})");
        return new ForeignClient(kind, agent, maxMessageSize);
    }

    /// <summary>One request, or the walk of a subtree.</summary>
    /// <returns>
    /// Varbinds as <c>NAME=TYPE:VALUE</c>, strings in hex, with blanks between them; or <c>error STATUS INDEX</c>; or <c>failed</c> and what the
    /// library says.
    /// </returns>
    public string Ask(string operation, Login who, params string[] arguments)
    {
        string Secret(string protocol) => protocol == "none" ? "" : who.Password;
        string[] fields = [operation, who.Version, who.Name, who.Auth, Secret(who.Auth), who.Priv, Secret(who.Priv), who.Context, .. arguments];
        _process.StandardInput.WriteLine(string.Join('\t', fields));
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the client ended");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
