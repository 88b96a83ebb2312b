using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary><c>rtfm-manager domain</c> with a domain of three real meters, in the lab.</summary>
[TestFixture]
public sealed partial class LabDomainTests
{
    private const int Edges = 3;
    private const string Members = "10.97.0.1,10.97.0.2,10.97.0.3";

    private Lab _lab = null!;

    [OneTimeSetUp]
    public void Start() => _lab = Lab.Start(Edges);

    [OneTimeTearDown]
    public void Stop() => _lab?.Dispose();

    [Test]
    public void A_rule_set_gets_a_new_version_everywhere_and_goes_back()
    {
        var before = Running()[0];
        var applied = _lab.Manager("domain", "apply", Members, Rules);
        Assert.That(applied.ExitCode, Is.Zero, applied.Output + applied.Errors);
        Assert.That(Running(), Is.EqualTo(Enumerable.Repeat(before + 1, Edges)));

        var back = _lab.Manager("domain", "rollback", "10.97.0.2", "domain-flows");
        Assert.That(back.ExitCode, Is.Zero, back.Output + back.Errors);
        Assert.That(Running(), Is.EqualTo(Enumerable.Repeat(before, Edges)));
    }

    [Test]
    public void A_rule_set_is_removed_everywhere()
    {
        var five = Path.Combine(Repository.Root, "docs", "rulesets", "host-pairs.srl");
        var applied = _lab.Manager("domain", "apply", Members, five, "--name", "pairs");
        Assert.That(applied.ExitCode, Is.Zero, applied.Output + applied.Errors);
        Assert.That(applied.Errors, Does.Contain("does not save SourceInterface and DestInterface"));

        var removed = _lab.Manager("domain", "remove", Members, "pairs");

        Assert.That(removed.ExitCode, Is.Zero, removed.Output + removed.Errors);
        var ruleSets = _lab.ManagerJson("domain", "status", Members).GetProperty("ruleSets").EnumerateArray();
        Assert.That(ruleSets.Select(each => each.GetProperty("name").GetString()), Has.None.EqualTo("pairs"));

        // Its name can be used again, for a version that no member can have.
        var again = _lab.Manager("domain", "apply", Members, five, "--name", "pairs");
        Assert.That(again.ExitCode, Is.Zero, again.Output + again.Errors);
        Assert.That(again.Output, Does.Contain("version 2"));
        Assert.That(_lab.Manager("domain", "remove", Members, "pairs").ExitCode, Is.Zero);
    }

    [Test]
    public void One_seed_is_enough_to_find_all_members()
    {
        var found = _lab.ManagerJson("domain", "discover", "10.97.0.3").EnumerateArray().ToList();

        Assert.That(found.Select(each => each.GetProperty("name").GetString()), Is.EqualTo(new[] { "edge1", "edge2", "edge3" }));
        Assert.That(found.Select(each => each.GetProperty("self").GetProperty("domain").GetString()), Is.All.EqualTo("lab"));
    }

    [Test]
    public void A_range_shows_who_is_there()
    {
        var found = _lab.ManagerJson("domain", "discover", "--range", "10.97.0.0/29", "-t", "0.3").EnumerateArray();

        Assert.That(found.Count(each => each.GetProperty("foundBy").GetString() == "range"), Is.EqualTo(Edges));
    }

    [Test]
    public void The_best_member_becomes_master_and_the_watch_tells_it()
    {
        Priority("10.97.0.2", 255);
        var watching = Task.Run(() => _lab.Manager("domain", "watch", Members, "--count", "10", "--interval", "0.5", "--json"));
        var dryRun = _lab.ManagerJson("domain", "elect", Members, "--dry-run");
        Assert.That(dryRun.GetProperty("chosen").GetString(), Is.EqualTo("edge2"));
        Assert.That(() => Snmp("snmpwalk", "10.97.0.2", ".1.3.6.1.6.3.13.1.1"), Does.Contain("watch-").After(5_000, 200), "the watch registers");

        var elected = _lab.Manager("domain", "elect", Members, "--explain");

        Assert.That(elected.ExitCode, Is.Zero, elected.Output + elected.Errors);
        Assert.That(_lab.ManagerJson("domain", "status", Members).GetProperty("master").GetString(), Is.EqualTo("edge2"));
        var events = watching.Result.Lines.Where(line => line.Contains("\"event\":{", StringComparison.Ordinal));
        if (dryRun.GetProperty("before").GetString() != "edge2")
            Assert.That(events, Has.Some.Contains("\"event\":\"elected\""), watching.Result.Output + watching.Result.Errors);
        Priority("10.97.0.2", 100);
    }

    [Test]
    public void A_member_that_is_cut_off_is_missing_until_it_is_healed()
    {
        Assert.That(_lab.Run("cut", "edge3").ExitCode, Is.Zero);
        var cut = _lab.Manager("-t", "0.5", "-r", "1", "domain", "status", Members);
        Assert.That(_lab.Run("heal").ExitCode, Is.Zero);

        Assert.That(cut.ExitCode, Is.EqualTo(1), cut.Output);
        Assert.That(cut.Output, Does.Match("edge3 .*no answer"));
        Assert.That(() => _lab.Manager("-t", "0.5", "-r", "1", "domain", "status", Members).ExitCode, Is.Zero.After(15_000, 300));
    }

    [Test]
    public void A_member_that_leaves_is_out_until_it_is_told_to_join()
    {
        var left = _lab.Manager("domain", "leave", "10.97.0.3");
        Assert.That((left.ExitCode, left.Output), Is.EqualTo((0, "10.97.0.3: edge3 leaves domain 'lab'\n")), left.Errors);
        Assert.That(Names, Is.EqualTo(new[] { "edge1", "edge2" }).After(10_000, 100));
        Assert.That(_lab.Manager("domain", "leave", "10.97.0.3").Output, Does.Contain("is out of domain 'lab' already"));

        var joined = _lab.Manager("domain", "join", "10.97.0.3");

        Assert.That((joined.ExitCode, joined.Output), Is.EqualTo((0, "10.97.0.3: edge3 joins domain 'lab'\n")), joined.Errors);
        Assert.That(Names, Is.EqualTo(new[] { "edge1", "edge2", "edge3" }).After(10_000, 100));
        Assert.That(() => Running().Distinct().Count(), Is.EqualTo(1).After(10_000, 100), "it has the rule sets again");
    }

    [Test]
    public void An_edge_is_added_with_all_that_the_others_have_and_removed_when_it_is_dead()
    {
        var added = _lab.Run("add");
        Assert.That(added.ExitCode, Is.Zero, added.Output + added.Errors);
        Assert.That(Names(), Is.EqualTo(new[] { "edge1", "edge2", "edge3", "edge4" }));
        Assert.That(() => Running().Distinct().Count(), Is.EqualTo(1).After(10_000, 100));
        var ping = _lab.Run("run", "host4", "ping", "-c", "1", "-W", "2", "10.99.1.2");
        Assert.That(ping.ExitCode, Is.Zero, ping.Output + ping.Errors);

        _lab.Run("kill", "edge4");
        var removed = _lab.Manager("domain", "remove-member", "10.97.0.1", "edge4");

        Assert.That(removed.ExitCode, Is.Zero, removed.Output + removed.Errors);
        Assert.That(Names, Is.EqualTo(new[] { "edge1", "edge2", "edge3" }).After(10_000, 100));
    }

    [Test]
    public void What_one_member_refuses_runs_nowhere_unless_it_is_forced()
    {
        var before = Running()[0];
        int forcedVersion;
        // The master does not ask itself.
        var edge = Master() == "edge2" ? "edge3" : "edge2";
        var address = $"10.97.0.{edge[4..]}";
        // What members may write there is without FLOW-METER-MIB: vacmViewTreeFamilyType, excluded.
        const string mayLoad = ".1.3.6.1.6.3.16.1.5.2.1.4.11.114.116.102.109.45.100.111.109.97.105.110.7.1.3.6.1.2.1.40";
        Snmp("snmpset", address, mayLoad, "i", "2");
        try
        {
            var givenUp = _lab.Manager("domain", "apply", Members, Rules);
            Assert.That((givenUp.ExitCode, Running()), Is.EqualTo((1, Enumerable.Repeat(before, Edges))), givenUp.Output + givenUp.Errors);
            Assert.That(givenUp.Output, Does.Match($"{edge} .*refused .*may not write"));

            var forced = _lab.Manager("domain", "apply", Members, Rules, "--force");
            Assert.That(forced.ExitCode, Is.EqualTo(3), forced.Output + forced.Errors);
            forcedVersion = Running().Max();
            Assert.That((Running().Min(), Running().Count(each => each == forcedVersion)), Is.EqualTo((before, Edges - 1)));
            Assert.That(forcedVersion, Is.GreaterThan(before));
        }
        finally
        {
            Snmp("snmpset", address, mayLoad, "i", "1");
        }
        Assert.That(Running, Is.EqualTo(Enumerable.Repeat(forcedVersion, Edges)).After(20_000, 200), "it gets it when it may");
    }

    private string[] Names() =>
        [
            .. _lab.ManagerJson("domain", "status", Members)
                .GetProperty("members")
                .EnumerateArray()
                .Select(each => each.GetProperty("name").GetString()!)
                .Order(StringComparer.Ordinal),
        ];

    private static string Rules => Path.Combine(Repository.Root, "docs", "rulesets", "domain-flows.srl");

    private int[] Running() =>
        [
            .. _lab.ManagerJson("domain", "status", Members)
                .GetProperty("members")
                .EnumerateArray()
                .Select(each =>
                    each.GetProperty("ruleSets")
                        .EnumerateArray()
                        .Single(its => its.GetProperty("name").GetString() == "domain-flows")
                        .GetProperty("active")
                        .GetInt32()
                ),
        ];

    /// <summary>rtfmDomainPriority.</summary>
    private void Priority(string member, int priority) => Snmp("snmpset", member, ".1.3.6.1.4.1.8072.9999.9999.2722.3.1.1.14.0", "i", $"{priority}");

    /// <summary>A tool of Net-SNMP's at the management network.</summary>
    private string Snmp(string tool, string member, params string[] arguments)
    {
        var password = File.ReadAllText(Path.Combine(_lab.Folder, "password")).Trim();
        string[] user = ["-v3", "-l", "authPriv", "-u", "noc", "-a", "SHA-256", "-A", password, "-x", "AES", "-X", password];
        var result = _lab.Run(["run", "noc", tool, .. user, member, .. arguments]);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        return result.Output;
    }
}
