using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>A reader that flows are pushed to: what it has in the end is what the hosts counted.</summary>
public sealed partial class LabDomainTests
{
    private const string PushTarget = "10.97.0.254:10162";

    [Test]
    public void What_is_pushed_is_what_the_hosts_counted_though_the_reader_was_away_and_the_master_died()
    {
        // Conversations of their own: those before may have begun while a meter was away.
        _lab.Run("traffic", "stop");
        _lab.Run("traffic", "start");
        var dead = "";
        try
        {
            using (StartReader())
            {
                Assert.That(Collect("--mode", "parallel", "--interval", "1", "--push", PushTarget), Is.Zero);
                Assert.That(() => Collection("pushed"), Is.Positive.After(20_000, 100));
            }
            var rounds = Collection("rounds");
            Assert.That(() => Collection("rounds"), Is.GreaterThan(rounds + 1).After(20_000, 100), "members are collected though nobody takes it");
            var pushed = Collection("pushed");
            using var reader = StartReader();
            Assert.That(() => Collection("pushed"), Is.GreaterThan(pushed).After(20_000, 100));

            var master = dead = Master()!;
            _lab.Run("kill", dead);
            Assert.That(Master, Is.Not.Null.And.Not.EqualTo(master).After(20_000, 100));
            Assert.That(() => Collection("pushed"), Is.Positive.After(20_000, 100), "the new master pushes");
            _lab.Run("traffic", "stop");

            Assert.That(() => Differences(without: [dead, "edge4"]), Is.Empty.After(20_000, 200));
        }
        finally
        {
            Collect("--interval", "10", "--push", "none");
            if (dead.Length > 0)
                _lab.Run("start", dead);
        }
        Assert.That(Names, Has.Length.EqualTo(Edges).After(10_000, 100));
    }

    [Test]
    public void What_is_collected_along_a_chain_and_pushed_is_what_the_hosts_counted()
    {
        _lab.Run("traffic", "stop");
        _lab.Run("traffic", "start");
        try
        {
            using var reader = StartReader();
            Assert.That(Collect("--mode", "serial", "--interval", "1", "--push", PushTarget), Is.Zero);
            Assert.That(() => Collection("pushed"), Is.Positive.After(20_000, 100));
            _lab.Run("traffic", "stop");

            Assert.That(() => Differences(without: ["edge4"]), Is.Empty.After(20_000, 200));
        }
        finally
        {
            Collect("--mode", "parallel", "--interval", "10", "--push", "none");
        }
    }

    private string PushStore => Path.Combine(_lab.Folder, "pushed.db");

    /// <summary>rtfm-meterreader at the management network; ends as in a crash.</summary>
    private ReaderProcess StartReader()
    {
        var settings = Path.Combine(_lab.Folder, "pushed.json");
        var domain = new
        {
            Name = "lab",
            Members = new[] { "10.97.0.1" },
            Credentials = Path.Combine(_lab.Folder, "noc.conf"),
            Listen = $"udp:{PushTarget}",
            PushCredentials = Path.Combine(_lab.Folder, "member.conf"),
        };
        File.WriteAllText(
            settings,
            JsonSerializer.Serialize(new { Rtfm = new { MeterReader = new { Store = PushStore, Domains = new[] { domain } } } })
        );
        var prefix = File.ReadAllText(Path.Combine(_lab.Folder, "prefix")).Trim();
        var program = Path.Combine(Repository.Root, "out", "rtfm-meterreader");
        return new(Process.Start(new ProcessStartInfo("ip", ["netns", "exec", $"{prefix}-noc", program, "run", "--config", settings]))!);
    }

    private sealed class ReaderProcess(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private int Collect(params string[] changes) => _lab.Manager(["domain", "collection", Members, .. changes]).ExitCode;

    /// <summary>What the master says of its collection; -1: there is none that answers.</summary>
    private int Collection(string figure) =>
        Status() is { } status && status.GetProperty("collection") is { ValueKind: JsonValueKind.Object } collection
            ? collection.GetProperty(figure).GetInt32()
            : -1;

    private string? Master() => Status()?.GetProperty("master").GetString();

    private JsonElement? Status()
    {
        var status = _lab.Manager("-t", "0.5", "-r", "0", "domain", "status", Members, "--json").Output;
        return status.Length > 0 ? JsonDocument.Parse(status).RootElement : null;
    }

    /// <summary>UDP conversations of which the hosts' counters and view domain_flow differ: what came into the domain, and what left it.</summary>
    private List<string> Differences(string[] without)
    {
        var flows = PushedFlows();
        var differences = new List<string>();
        foreach (var path in Directory.GetFiles(Path.Combine(_lab.Folder, "traffic"), "host*.csv"))
        {
            foreach (var cells in File.ReadLines(path).Skip(1).Select(line => line.Split(',')).Where(cells => cells[0] == "udp"))
            {
                if (without.Any(edge => IsBehind(edge, cells[1]) || IsBehind(edge, cells[3])))
                    continue;
                var (local, remote) = ($"{cells[1]} {cells[2]}", $"{cells[3]} {cells[4]}");
                var metered = (flows.GetValueOrDefault((local, remote)).Entered, flows.GetValueOrDefault((remote, local)).Left);
                var counted = (Number(cells[5]), Number(cells[7]));
                if (metered != counted || counted.Item1 == 0)
                    differences.Add($"{local} - {remote}: sent and received {counted}, pushed {metered}");
            }
        }
        return differences;
    }

    private static bool IsBehind(string edge, string address) =>
        address.StartsWith($"10.99.{edge[4..]}.", StringComparison.Ordinal) || address.StartsWith($"fd99:{edge[4..]}:", StringComparison.Ordinal);

    private static long Number(string cell) => long.Parse(cell, CultureInfo.InvariantCulture);

    private Dictionary<(string From, string To), (long Entered, long Left)> PushedFlows()
    {
        using var connection = new SqliteConnection($"Data Source={PushStore};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT sourcePeerAddress, sourceTransAddress, destPeerAddress, destTransAddress, toPDUs, left_toPDUs, fromPDUs, left_fromPDUs FROM domain_flow WHERE sourceTransType = 17";
        using var rows = command.ExecuteReader();
        var flows = new Dictionary<(string, string), (long Entered, long Left)>();
        while (rows.Read())
        {
            var (source, dest) = ($"{rows.GetString(0)} {rows.GetInt64(1)}", $"{rows.GetString(2)} {rows.GetInt64(3)}");
            Add((source, dest), rows.GetInt64(4), rows.GetInt64(5));
            Add((dest, source), rows.GetInt64(6), rows.GetInt64(7));
        }
        return flows;

        void Add((string, string) way, long entered, long left)
        {
            var (before, after) = flows.GetValueOrDefault(way);
            flows[way] = (before + entered, after + left);
        }
    }
}
