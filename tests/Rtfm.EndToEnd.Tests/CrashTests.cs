using System.Diagnostics;
using System.Globalization;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>Readers and agents that are killed at any moment: nothing is lost, nothing counted twice (READ-01 to READ-05).</summary>
[TestFixture]
public sealed class CrashTests
{
    private const int Kills = 8;

    [Test]
    public void A_reader_killed_in_the_middle_of_collections_ends_with_the_meters_own_counts()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        var work = Directory.CreateTempSubdirectory("rtfm-crash-").FullName;
        var store = Path.Combine(work, "flows.db");
        var random = new Random(20261121);
        TestContext.Out.WriteLine($"store {store}");
        using (var agent = StartWithTraffic(work))
        {
            for (var i = 0; i < Kills; i++)
                KillDuringCollection(agent, store, TimeSpan.FromMilliseconds(random.Next(100, 900)));
            WaitForEndOfFile(agent);
            Collect(agent, store);
            Assert.That(Stored(store), Is.EqualTo(Metered(agent)));
            agent.Kill();
        }

        // The agent again: a new life of the meter, whose flows are new flows, beside those of the life before.
        var first = Stored(store);
        using var again = StartWithTraffic(work);
        KillDuringCollection(again, store, TimeSpan.FromMilliseconds(300));
        WaitForEndOfFile(again);
        Collect(again, store);
        Assert.That(Stored(store), Is.EqualTo((first.Flows + Metered(again).Flows, first.Packets + Metered(again).Packets)));
        Directory.Delete(work, recursive: true);
    }

    /// <summary>An agent that reads the edge capture, at its own pace, as soon as the rule set runs; its state lies in the folder.</summary>
    private static AgentProcess StartWithTraffic(string work)
    {
        var capture = Path.Combine(Repository.Captures, "edge.pcap");
        var agent = AgentProcess.Start(Path.Combine(work, "state"), "--read", capture, "--pace", "real", "--wait-for-rule-set");
        if (agent.Snmp("snmpget", "-Oqv", ".1.3.6.1.2.1.40.1.1.1.5.2").Output.Trim() == "1")
            return agent; // loaded and running since the life before
        var rules = Path.Combine(Repository.Root, "docs", "rulesets", "five-tuple.rules");
        var loaded = Run("rtfm-manager", "ruleset", "load", agent.EndPoint.ToString(), rules, "--run", "-c", AgentProcess.WriteCommunity);
        Assert.That(loaded.ExitCode, Is.Zero, loaded.Errors);
        return agent;
    }

    private static void KillDuringCollection(AgentProcess agent, string store, TimeSpan after)
    {
        using var reader = Process.Start(
            new ProcessStartInfo("dotnet", [Programs.Path("rtfm-meterreader"), .. CollectArguments(agent, store)])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        if (!reader.WaitForExit(after))
            reader.Kill();
        reader.WaitForExit();
    }

    private static void Collect(AgentProcess agent, string store)
    {
        var collected = Run("rtfm-meterreader", CollectArguments(agent, store));
        Assert.That(collected.ExitCode, Is.Zero, collected.Errors);
    }

    /// <summary>The same meter by name in both its lives, whatever port the system gave it.</summary>
    private static string[] CollectArguments(AgentProcess agent, string store)
    {
        var config = Path.ChangeExtension(store, ".json");
        File.WriteAllText(
            config,
            $$"""
            { "Rtfm": { "MeterReader": { "Store": "{{store}}", "Meters": [
              { "Name": "edge", "Target": "{{agent.EndPoint}}", "Community": "{{AgentProcess.WriteCommunity}}", "RuleSets": [ "five-tuple" ] } ] } } }
            """
        );
        return ["collect", "--once", "--config", config];
    }

    private static void WaitForEndOfFile(AgentProcess agent)
    {
        var patience = Stopwatch.StartNew();
        while (!agent.Output.Contains("packets read", StringComparison.Ordinal))
        {
            Assert.That(patience.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), agent.Output);
            Thread.Yield();
        }
    }

    private static (int Flows, long Packets) Metered(AgentProcess agent)
    {
        var to = Column(agent, 28);
        var from = Column(agent, 30);
        return (to.Count, to.Sum() + from.Sum());
    }

    private static List<long> Column(AgentProcess agent, int column) =>
        [
            .. agent
                .Snmp("snmpbulkwalk", "-Oqv", $".1.3.6.1.2.1.40.2.1.1.{column}.2")
                .Lines.Select(value => long.Parse(value, CultureInfo.InvariantCulture)),
        ];

    /// <summary>What the store has of the five-tuple rule set: flows, and packets both ways.</summary>
    private static (int Flows, long Packets) Stored(string store)
    {
        var exported = Run("rtfm-meterreader", "export", "csv", "--store", store, "--rule-set", "five-tuple");
        Assert.That(exported.ExitCode, Is.Zero, exported.Errors);
        var header = exported.Lines[0].Split(',');
        var (to, from) = (Array.IndexOf(header, "toPDUs"), Array.IndexOf(header, "fromPDUs"));
        var rows = exported.Lines.Skip(1).Select(line => line.Split(',')).ToList();
        return (rows.Count, rows.Sum(row => long.Parse(row[to], CultureInfo.InvariantCulture) + long.Parse(row[from], CultureInfo.InvariantCulture)));
    }

    private static ToolResult Run(string program, params string[] arguments) => SnmpTool.Run("dotnet", [Programs.Path(program), .. arguments]);
}
