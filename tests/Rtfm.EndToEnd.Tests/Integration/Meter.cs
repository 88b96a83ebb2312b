using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>The one meter that all tools look at: it has metered a capture, and knows the user of the pages, noc.</summary>
[SetUpFixture]
internal sealed partial class Meter
{
    private const string Password = "correct horse battery";

    private static string _state = "";

    /// <summary>The running agent.</summary>
    public static AgentProcess Agent { get; private set; } = null!;

    /// <summary>Names and values of all that the meter shows, numeric, taken while the busiest flows were there.</summary>
    public static Dictionary<string, string> Walk { get; } = [];

    [OneTimeSetUp]
    public void Start()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        _state = Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
        var passwords = Path.Combine(_state, "passwords");
        File.WriteAllText(passwords, Password + "\n");
        Command("init", "--state", _state);
        // What all tools know, and what the pages say of Prometheus.
        Command("user", "add", "noc", "--auth", "SHA", "--priv", "AES", "--password-file", passwords, "--state", _state);
        Command("user", "add", "noc256", "--auth", "SHA-256", "--priv", "AES", "--password-file", passwords, "--state", _state);
        Agent = StartAgent(_state);
        // mgmt and enterprises; beyond, to the very end, the tools say the last name twice.
        foreach (var root in new[] { ".1.3.6.1.2", ".1.3.6.1.4" })
        {
            foreach (var (instance, value) in SnmpdProcess.ParseWalk(Agent.Snmp("snmpbulkwalk", root)))
                Walk[instance] = value;
        }
    }

    [OneTimeTearDown]
    public void Stop()
    {
        Agent?.Dispose();
        if (_state.Length > 0)
            Directory.Delete(_state, recursive: true);
    }

    /// <summary>Starts an agent and waits until it has metered a capture of 222 packets.</summary>
    public static AgentProcess StartAgent(string? state = null)
    {
        var agent = AgentProcess.Start(state, "--read", Path.Combine(Repository.Captures, "edge.pcap"));
        Assert.That(() => agent.Output, Does.Contain("222 packets read").After(30_000, 50));
        Assert.That(() => agent.Snmp("snmpget", "1.3.6.1.2.1.40.1.7.0").Output, Does.Match(@": [1-9]\d*\n").After(10_000, 50));
        return agent;
    }

    /// <summary>What SNMPv3 credentials <c>rtfm-agent init</c> made for readers.</summary>
    public static string ReaderCredentials => File.ReadAllText(Path.Combine(_state, "credentials", "rtfm-reader.conf"));

    /// <summary>A value of the meter now, as a number.</summary>
    public static double Number(string instance)
    {
        var value = SnmpdProcess.ParseWalk(Agent.Snmp("snmpget", instance)).Values.Single();
        return double.Parse(Digits().Match(value).Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A text of docs/integration with this meter's address, community and password in place of those there.</summary>
    public static string Fill(string text, AgentProcess? agent = null) =>
        text.Replace("127.0.0.1:1161", (agent ?? Agent).EndPoint.ToString(), StringComparison.Ordinal)
            .Replace("-p 1161", $"-p {(agent ?? Agent).EndPoint.Port}", StringComparison.Ordinal)
            .Replace("public", AgentProcess.ReadCommunity, StringComparison.Ordinal)
            .Replace("PASSWORD", Password, StringComparison.Ordinal);

    [GeneratedRegex(@"\d+$")]
    private static partial Regex Digits();

    private static void Command(params string[] arguments)
    {
        var result = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
    }
}
