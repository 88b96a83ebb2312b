using System.Globalization;
using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>A network of real routers, hosts that talk, a meter at each edge, all of them a domain: what is counted is what was sent.</summary>
[TestFixture]
public sealed class LabTests
{
    private const int Edges = 3;
    private const string Members = "10.97.0.1,10.97.0.2,10.97.0.3";

    private Lab _lab = null!;

    [OneTimeSetUp]
    public void Start() => _lab = Lab.Start(Edges);

    [OneTimeTearDown]
    public void Stop() => _lab?.Dispose();

    [Test, Order(1)]
    public void What_the_meters_count_is_what_the_hosts_sent_and_received()
    {
        Assert.That(() => Conversations().Count(each => each.SentPackets > 20), Is.EqualTo(2 * 4 * Edges * (Edges - 1)).After(15_000, 200));
        Assert.That(_lab.Run("traffic", "stop").ExitCode, Is.Zero);
        var conversations = Conversations();

        for (var n = 1; n <= Edges; n++)
        {
            var own = conversations.Where(each => each.Host == $"host{n}").ToList();
            Assert.That(() => Differences(own, $"10.97.0.{n}"), Is.Empty.After(5_000, 200));
        }
    }

    [Test, Order(2)]
    public void A_rule_set_gets_a_new_version_everywhere_and_goes_back()
    {
        var applied = _lab.Manager("domain", "apply", Members, Rules);
        Assert.That(applied.ExitCode, Is.Zero, applied.Output + applied.Errors);
        Assert.That(Running(), Is.EqualTo(new[] { 2, 2, 2 }));

        var back = _lab.Manager("domain", "rollback", "10.97.0.2", "domain-flows");
        Assert.That(back.ExitCode, Is.Zero, back.Output + back.Errors);
        Assert.That(Running(), Is.EqualTo(new[] { 1, 1, 1 }));
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
        Assert.That(cut.ExitCode, Is.EqualTo(1), cut.Output);
        Assert.That(cut.Output, Does.Contain("10.97.0.3:161: no answer"));

        Assert.That(_lab.Run("heal").ExitCode, Is.Zero);

        Assert.That(() => _lab.Manager("-t", "0.5", "-r", "1", "domain", "status", Members).ExitCode, Is.Zero.After(15_000, 300));
    }

    [Test, Order(99)]
    public void When_it_goes_down_nothing_of_it_is_left()
    {
        var prefix = File.ReadAllText(Path.Combine(_lab.Folder, "prefix")).Trim();

        var down = _lab.Run("down");

        Assert.That(down.ExitCode, Is.Zero, down.Output + down.Errors);
        Assert.That(_lab.Folder, Does.Not.Exist);
        Assert.That(SnmpTool.Run("ip", ["netns", "list"]).Output, Does.Not.Contain(prefix));
    }

    private static string Rules => Path.Combine(Repository.Root, "docs", "rulesets", "domain-flows.srl");

    private int[] Running() =>
        [
            .. _lab.ManagerJson("domain", "status", Members)
                .GetProperty("members")
                .EnumerateArray()
                .Select(each => each.GetProperty("ruleSets").EnumerateArray().Single().GetProperty("active").GetInt32()),
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

    private List<Conversation> Conversations() =>
        [
            .. Directory
                .GetFiles(Path.Combine(_lab.Folder, "traffic"), "*.csv")
                .SelectMany(path => File.ReadLines(path).Skip(1).Select(line => Conversation.Of(Path.GetFileNameWithoutExtension(path), line))),
        ];

    /// <summary>Where a host's own counters and those of the meter at its edge differ.</summary>
    private List<string> Differences(List<Conversation> conversations, string meter)
    {
        string[] attributes =
        [
            "sourcePeerAddress",
            "sourceTransAddress",
            "destPeerAddress",
            "destTransAddress",
            "sourceTransType",
            "toPDUs",
            "toOctets",
            "fromPDUs",
            "fromOctets",
        ];
        var sums = new Dictionary<(string, string), (long Packets, long Octets)>();
        foreach (var flow in _lab.ManagerJson("flows", meter, "--top", "100000", "--attributes", string.Join(',', attributes)).EnumerateArray())
        {
            // The built-in rule set counts them, too.
            if (flow.GetProperty("ruleSet").GetInt32() == 1)
                continue;
            var source = $"{Word(flow, "sourcePeerAddress")} {Word(flow, "sourceTransAddress")} {Word(flow, "sourceTransType")}";
            var dest = $"{Word(flow, "destPeerAddress")} {Word(flow, "destTransAddress")} {Word(flow, "sourceTransType")}";
            Add((source, dest), flow, "toPDUs", "toOctets");
            Add((dest, source), flow, "fromPDUs", "fromOctets");
        }
        return [.. conversations.SelectMany(each => each.Differences(sums))];

        void Add((string, string) key, JsonElement flow, string packets, string octets)
        {
            var sum = sums.GetValueOrDefault(key);
            sums[key] = (sum.Packets + flow.GetProperty(packets).GetInt64(), sum.Octets + flow.GetProperty(octets).GetInt64());
        }
    }

    private static string Word(JsonElement flow, string attribute) => flow.GetProperty(attribute).ToString();

    /// <summary>A line of a host's file.</summary>
    private sealed record Conversation(
        string Host,
        string Protocol,
        string Local,
        string Remote,
        long SentPackets,
        long SentPayload,
        long ReceivedPackets,
        long ReceivedPayload
    )
    {
        /// <summary>Segments that the kernel does not count for a connection: the answer to SYN, and what comes when it is closed already.</summary>
        private const int UncountedSegments = 3;

        public static Conversation Of(string host, string line)
        {
            var cells = line.Split(',');
            var number = cells[0] == "tcp" ? 6 : 17;
            var counts = cells[5..].Select(each => long.Parse(each, CultureInfo.InvariantCulture)).ToArray();
            return new(
                host,
                cells[0],
                $"{cells[1]} {cells[2]} {number}",
                $"{cells[3]} {cells[4]} {number}",
                counts[0],
                counts[1],
                counts[2],
                counts[3]
            );
        }

        public IEnumerable<string> Differences(Dictionary<(string, string), (long Packets, long Octets)> sums) =>
            [
                .. Difference("sent", sums.GetValueOrDefault((Local, Remote)), SentPackets, SentPayload),
                .. Difference("received", sums.GetValueOrDefault((Remote, Local)), ReceivedPackets, ReceivedPayload),
            ];

        private IEnumerable<string> Difference(string way, (long Packets, long Octets) metered, long packets, long payload)
        {
            var header = Local.Contains(':', StringComparison.Ordinal) ? 40 : 20;
            var isSame =
                Protocol == "udp"
                    ? metered.Packets == packets && metered.Octets == payload + packets * (header + 8)
                    : metered.Packets - packets is >= 0 and <= UncountedSegments
                        && metered.Octets - payload is var rest
                        && rest >= metered.Packets * (header + 20)
                        && rest <= metered.Packets * (header + 60);
            if (!isSame)
                yield return $"{Host} {Protocol} {Local} - {Remote}: {way} {packets} packets with {payload} octets of payload, metered {metered.Packets} with {metered.Octets}";
        }
    }
}
