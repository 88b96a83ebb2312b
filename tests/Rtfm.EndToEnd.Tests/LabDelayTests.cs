using System.Globalization;
using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>One-way delay and loss of real traffic through real routers, beside what the relay on its way really did.</summary>
[TestFixture]
public sealed class LabDelayTests
{
    private const int Edges = 2;
    private const string Members = "10.97.0.1,10.97.0.2";

    /// <summary>rtfmDelayControl.</summary>
    private const string Control = ".1.3.6.1.4.1.8072.9999.9999.2722.4.1.1";

    private Lab _lab = null!;

    [TearDown]
    public void Stop() => _lab?.Dispose();

    [Test]
    public void What_the_master_reads_is_what_the_relay_did()
    {
        _lab = Lab.Start(Edges);
        for (var n = 1; n <= Edges; n++)
            Set($"10.97.0.{n}", ("1", 10), ("2", 1_000), ("6", 128)); // interval and window in milliseconds, ring
        Good(_lab.Run("relay", "edge1", "--delay", "12.6", "--loss", "5", "--duplicate", "2", "--reorder", "2"));
        Good(_lab.Manager("domain", "collection", Members, "--interval", "1"));
        Good(_lab.Manager("domain", "apply", Members, Path.Combine(Repository.Root, "docs", "rulesets", "domain-delay.srl")));

        Assert.That(() => Sum("paired"), Is.GreaterThan(2_000).After(60_000, 1_000));

        var (expected, lost) = ((double)Sum("expected"), (double)Sum("lost"));
        var truth = Relay();
        Assert.That(lost / expected, Is.EqualTo(truth.Loss).Within(5 * Math.Sqrt(0.05 * 0.95 / expected)));
        // Of the latest round's pairs: nobody is faster than the relay, and most are hardly slower.
        foreach (var flow in Flows().Where(each => each.GetProperty("paired").GetInt64() > 0))
        {
            Assert.That(flow.GetProperty("minimumNs").GetInt64(), Is.GreaterThanOrEqualTo(12_600_000), flow.ToString());
            Assert.That(flow.GetProperty("negative").GetInt64() + flow.GetProperty("unpaired").GetInt64(), Is.Zero, flow.ToString());
        }
        var medians = Flows().Where(each => each.GetProperty("paired").GetInt64() > 50).Select(each => each.GetProperty("medianNs").GetInt64());
        Assert.That(medians.Order().ElementAt(medians.Count() / 2), Is.EqualTo(12_650_000).Within(1_000_000));
    }

    [Test]
    public void What_passed_while_a_meter_was_away_is_unknown_and_not_lost()
    {
        _lab = Lab.Start(Edges);
        for (var n = 1; n <= Edges; n++)
            Set($"10.97.0.{n}", ("1", 10), ("2", 1_000), ("6", 256));
        Good(_lab.Manager("domain", "collection", Members, "--interval", "1"));
        Good(_lab.Manager("domain", "apply", Members, Path.Combine(Repository.Root, "docs", "rulesets", "domain-delay.srl")));
        Assert.That(() => Sum("paired"), Is.GreaterThan(200).After(60_000, 1_000));

        for (var n = 1; n <= Edges; n++)
        {
            Good(_lab.Run("kill", $"edge{n}"));
            Good(_lab.Run("start", $"edge{n}"));
            // A new master begins to count with what the meters still have.
            Assert.That(() => Sum("unknown"), Is.Positive.After(60_000, 1_000));
            var before = Sum("paired");
            Assert.That(() => Sum("paired"), Is.GreaterThan(before + 200).After(60_000, 1_000));
            Assert.That(Sum("lost"), Is.Zero, $"edge{n} was away");
        }
    }

    private long Sum(string name) => Flows().Sum(each => each.GetProperty(name).GetInt64());

    private List<JsonElement> Flows() => [.. _lab.ManagerJson("delay", Members).EnumerateArray().Select(each => each.GetProperty("statistics"))];

    private (double Loss, double MeanNs) Relay()
    {
        var rows = File.ReadLines(Path.Combine(_lab.Folder, "relay", "edge1.csv")).Skip(1).Select(line => line.Split(',')).ToList();
        return (rows.Sum(cells => Number(cells[3])) / rows.Sum(cells => Number(cells[1])), rows.Average(cells => Number(cells[7])));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private void Set(string member, params (string Object, int Value)[] settings)
    {
        var password = File.ReadAllText(Path.Combine(_lab.Folder, "password")).Trim();
        string[] user = ["-v3", "-l", "authPriv", "-u", "noc", "-a", "SHA-256", "-A", password, "-x", "AES", "-X", password];
        Good(
            _lab.Run([
                "run",
                "noc",
                "snmpset",
                .. user,
                member,
                .. settings.SelectMany(each => new[] { $"{Control}.{each.Object}.0", "u", $"{each.Value}" }),
            ])
        );
    }

    private static void Good(ToolResult result) => Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
}
