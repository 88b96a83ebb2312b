using System.Globalization;
using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>Masters die while a reader collects the domain: what others metered is neither lost nor doubled.</summary>
[TestFixture]
public sealed class LabFailoverTests
{
    private const int Edges = 4;
    private const string Members = "10.97.0.1,10.97.0.2,10.97.0.3,10.97.0.4";

    private Lab _lab = null!;

    [TearDown]
    public void Stop() => _lab?.Dispose();

    [Test]
    public void A_master_dies_in_the_middle_of_a_collection_and_what_others_saw_is_stored_once()
    {
        _lab = Lab.Start(Edges);
        Good(_lab.Manager("domain", "collection", Members, "--interval", "1"));
        var killed = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var master = Master();
            killed.Add(master);
            Good(_lab.Run("kill", master));
            Assert.That(Master, Is.Not.EqualTo(master).And.Not.Empty.After(15_000, 200));
            Good(_lab.Run("start", master));
        }
        Good(_lab.Run("traffic", "stop"));
        var sent = Conversations(killed);

        Assert.That(sent, Is.Not.Empty);
        Assert.That(() => Differences(sent), Is.Empty.After(30_000, 500));
    }

    /// <summary>Name of the master that most members know; empty: none.</summary>
    private string Master()
    {
        var status = _lab.Manager("-t", "0.5", "-r", "0", "domain", "status", Members, "--json").Output;
        return JsonDocument.Parse(status).RootElement.GetProperty("master").GetString() ?? "";
    }

    /// <summary>UDP datagrams that hosts sent, from whom to whom; not of hosts whose own edge died.</summary>
    private Dictionary<(string, string), long> Conversations(List<string> killed)
    {
        var dead = killed.Select(edge => $"host{edge[4..]}").ToHashSet();
        var addresses = dead.Select(host => $"10.99.{host[4..]}.2").Concat(dead.Select(host => $"fd99:{host[4..]}::2")).ToHashSet();
        return Directory
            .GetFiles(Path.Combine(_lab.Folder, "traffic"), "*.csv")
            .Where(path => !dead.Contains(Path.GetFileNameWithoutExtension(path)))
            .SelectMany(path => File.ReadLines(path).Skip(1).Select(line => line.Split(',')))
            .Where(cells => cells[0] == "udp" && !addresses.Contains(cells[3]))
            .ToDictionary(cells => ($"{cells[1]} {cells[2]}", $"{cells[3]} {cells[4]}"), cells => long.Parse(cells[5], CultureInfo.InvariantCulture));
    }

    /// <summary>Where what the reader has is something else.</summary>
    private List<string> Differences(Dictionary<(string, string), long> sent)
    {
        var stored = new Dictionary<(string, string), long>();
        const string Attributes = "sourcePeerAddress,sourceTransAddress,destPeerAddress,destTransAddress,sourceTransType,toPDUs,fromPDUs";
        var export = SnmpTool.Run(
            Path.Combine(Repository.Root, "out", "rtfm-meterreader"),
            ["export", "json", "--store", Path.Combine(_lab.Folder, "flows.db"), "--domain", "lab", "--attributes", Attributes]
        );
        Good(export);
        foreach (var line in export.Lines)
        {
            var flow = JsonDocument.Parse(line).RootElement;
            if (flow.GetProperty("sourceTransType").GetInt32() != 17)
                continue;
            var source = $"{flow.GetProperty("sourcePeerAddress")} {flow.GetProperty("sourceTransAddress")}";
            var dest = $"{flow.GetProperty("destPeerAddress")} {flow.GetProperty("destTransAddress")}";
            Add((source, dest), flow.GetProperty("toPDUs").GetInt64());
            Add((dest, source), flow.GetProperty("fromPDUs").GetInt64());
        }
        return
        [
            .. sent.Where(each => stored.GetValueOrDefault(each.Key) != each.Value)
                .Select(each => $"{each.Key}: sent {each.Value}, stored {stored.GetValueOrDefault(each.Key)}"),
        ];

        void Add((string, string) way, long packets) => stored[way] = stored.GetValueOrDefault(way) + packets;
    }

    private static void Good(ToolResult result) => Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
}
