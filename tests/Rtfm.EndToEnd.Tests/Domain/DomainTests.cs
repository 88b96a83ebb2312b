using System.Diagnostics;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Domain;

/// <summary>Programs that are a domain, made with the commands of the operations guide; one of them is killed.</summary>
[TestFixture]
public sealed class DomainTests
{
    private const string Self = ".1.3.6.1.4.1.8072.9999.9999.2722.3.1.1";
    private const string MemberAddress = ".1.3.6.1.4.1.8072.9999.9999.2722.3.1.3.1.2";

    private readonly List<AgentProcess> _agents = [];
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        _folder = Directory.CreateTempSubdirectory("rtfm-domain-").FullName;
    }

    [TearDown]
    public void Stop()
    {
        foreach (var agent in _agents)
            agent.Dispose();
        _agents.Clear();
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void A_killed_master_has_a_successor_and_comes_back_at_another_address()
    {
        var first = Start(0);
        Start(1, first.EndPoint.ToString());
        Start(2, first.EndPoint.ToString());
        Await(() => _agents.All(each => Get(each, "5.0") == Quoted(first)));
        Assert.That(Get(first, "2.0"), Is.EqualTo("5"));

        first.Kill();
        _agents.Remove(first);
        first.Dispose();
        var watch = Stopwatch.StartNew();
        Await(() => _agents.Count(each => Get(each, "2.0") == "5") == 1);
        TestContext.Out.WriteLine($"another master after {watch.ElapsedMilliseconds} ms");

        // The system gives it another port. It knows the others from before and tells them.
        var again = Start(0);
        Await(() => _agents.All(each => Members(each).Contains(Quoted(again)) && Members(each).Length == 3 && Get(each, "9.0") == "1"));
        Assert.That(Get(again, "2.0"), Is.EqualTo("3"));
    }

    [Test]
    public void A_master_that_is_stopped_leaves_its_place_to_another_before_anybody_misses_it()
    {
        var first = Start(0);
        Start(1, first.EndPoint.ToString());
        Start(2, first.EndPoint.ToString());
        Await(() => _agents.All(each => Get(each, "5.0") == Quoted(first)) && Get(first, "9.0") == "1");

        Assert.That(first.Stop(), Is.Zero);
        _agents.Remove(first);
        first.Dispose();
        Await(() => _agents.Count(each => Get(each, "2.0") == "5") == 1);

        Assert.That(_agents.Select(each => each.Output), Has.None.Contains("no master is heard of"));
    }

    [Test]
    public void Figures_tell_how_many_packets_come_and_how_many_could()
    {
        var agent = AgentProcess.Start(null, "--read", Path.Combine(Repository.Captures, "edge.pcap"), "--loop");
        _agents.Add(agent);
        const string figures = ".1.3.6.1.4.1.8072.9999.9999.2722.3.1.2";
        Await(() => Figure(4) > 0 && Figure(5) > 0);
        Assert.That(Figure(5), Is.GreaterThan(Figure(4) / 10));
        // No domain: the module is there all the same, and says so.
        Assert.That((Get(agent, "1.0"), Get(agent, "2.0")), Is.EqualTo(("\"\"", "1")));

        uint Figure(int number) => uint.Parse(agent.Snmp("snmpget", "-Oqv", $"{figures}.{number}.0").Output);
    }

    private AgentProcess Start(int number, params string[] join)
    {
        var (state, credentials) = (Path.Combine(_folder, $"{number}"), Path.Combine(_folder, "domain.conf"));
        var added = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "user", "add-member", credentials, "--state", state]);
        Assert.That((added.ExitCode, added.Errors), Is.EqualTo((0, "")));
        string[] domain = ["--domain", "edge", "--domain-credentials", credentials, .. join.SelectMany(each => new[] { "--join", each })];
        var agent = AgentProcess.Start(state, domain);
        _agents.Add(agent);
        return agent;
    }

    private static string Get(AgentProcess agent, string scalar) => agent.Snmp("snmpget", "-Oqv", $"{Self}.{scalar}").Output.Trim();

    private static string[] Members(AgentProcess agent) => agent.Snmp("snmpwalk", "-Oqv", MemberAddress).Lines;

    private static string Quoted(AgentProcess agent) => $"\"{agent.EndPoint}\"";

    private void Await(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(20))
                Assert.Fail(string.Join('\n', _agents.Select(each => each.Output)));
            Thread.Sleep(20);
        }
    }
}
