using System.Diagnostics;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Commands;

/// <summary><c>rtfm-manager delay</c> at a domain of one member; with several it is tested in the lab.</summary>
[TestFixture]
public sealed class DelayCommandTests
{
    private string _folder = "";
    private AgentProcess _agent = null!;

    [OneTimeSetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("rtfm-delay-").FullName;
        var state = Path.Combine(_folder, "state");
        var added = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "user", "add-member", Credentials, "--state", state]);
        Assert.That((added.ExitCode, added.Errors), Is.EqualTo((0, "")));
        _agent = AgentProcess.Start(state, "--domain", "net", "--domain-credentials", Credentials);
        var watch = Stopwatch.StartNew();
        while (Run("domain", "status", Target).ExitCode != 0 && watch.Elapsed < TimeSpan.FromSeconds(20))
            Thread.Sleep(50);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _agent?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Credentials => Path.Combine(_folder, "domain.conf");

    private string Target => _agent.EndPoint.ToString();

    [Test, Order(1)]
    public void Where_no_rule_set_samples_packets_it_says_so()
    {
        Apply("domain-flows.srl");
        var delay = Run("delay", Target);
        Assert.That((delay.ExitCode, delay.Output), Is.EqualTo((1, "")));
        Assert.That(delay.Errors, Does.StartWith("domain 'net': none of its rule sets saves DelaySamples").And.Contain("domain-delay.srl"));
    }

    [Test, Order(2)]
    public void Where_packets_are_sampled_there_is_a_table()
    {
        Apply("domain-delay.srl");
        var delay = Run("delay", Target);
        Assert.That(
            (delay.ExitCode, delay.Errors),
            Is.EqualTo((0, $"nothing is known yet: results come two windows and a collection after the packets{Environment.NewLine}"))
        );
        Assert.That(delay.Output, Does.StartWith("flow  source  dest"));
        Assert.That(Run("delay", Target, "--by", "edges", "--json").Output.Trim(), Is.EqualTo("[]"));
        Assert.That(Run("delay", Target, "--watch", "--count", "2", "--interval", "0.1", "--json").Output, Is.EqualTo("[]\n[]\n"));
    }

    [Test, Order(3)]
    public void A_community_cannot_read_the_flows_of_a_domain()
    {
        var delay = ManagerProgram.Run("delay", Target, "-c", AgentProcess.ReadCommunity);
        Assert.That(
            (delay.ExitCode, delay.Errors),
            Is.EqualTo((1, $"{Target}: a domain's flows are in SNMP context 'domain': name a user of SNMPv3, with --credentials\n"))
        );
    }

    private void Apply(string program)
    {
        var applied = Run("domain", "apply", Target, Path.Combine(Repository.Root, "docs", "rulesets", program));
        Assert.That(applied.ExitCode, Is.Zero, applied.Errors);
    }

    private ToolResult Run(params string[] arguments) => ManagerProgram.Run([.. arguments, "--credentials", Credentials]);
}
