using System.Globalization;
using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>A network of real routers, hosts that talk, a meter at each edge: what is counted is what was sent, and in the end nothing is left.</summary>
[TestFixture]
public sealed class LabTests
{
    private const int Edges = 3;

    private Lab _lab = null!;

    [TearDown]
    public void Stop() => _lab?.Dispose();

    [Test]
    public void What_the_meters_count_is_what_the_hosts_sent_and_received()
    {
        _lab = Lab.Start(Edges);
        Assert.That(() => Conversations().Count(each => each.SentPackets > 20), Is.EqualTo(2 * 4 * Edges * (Edges - 1)).After(15_000, 200));
        Assert.That(_lab.Run("traffic", "stop").ExitCode, Is.Zero);
        var conversations = Conversations();

        for (var n = 1; n <= Edges; n++)
        {
            var own = conversations.Where(each => each.Host == $"host{n}").ToList();
            Assert.That(() => Differences(own, $"10.97.0.{n}"), Is.Empty.After(5_000, 200));
        }
    }

    [Test]
    public void When_it_goes_down_nothing_of_it_is_left()
    {
        _lab = Lab.Start(edges: 1);
        var prefix = File.ReadAllText(Path.Combine(_lab.Folder, "prefix")).Trim();

        var down = _lab.Run("down");

        Assert.That(down.ExitCode, Is.Zero, down.Output + down.Errors);
        Assert.That(_lab.Folder, Does.Not.Exist);
        Assert.That(SnmpTool.Run("ip", ["netns", "list"]).Output, Does.Not.Contain(prefix));
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
