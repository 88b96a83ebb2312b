using System.Globalization;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>docs/integration/collectd.md, with a running collectd that writes CSV files.</summary>
public sealed class CollectdTests
{
    private const string Collectd = "/usr/sbin/collectd";

    [OneTimeSetUp]
    public void RequireCollectd() => Docs.Require(Collectd, "collectd-core");

    [Test]
    public void Files_have_the_meter_s_values() => CollectAndLook(Docs.Read("collectd-rtfm.conf"));

    [Test]
    public void Files_have_the_meter_s_values_with_SNMPv3()
    {
        var login = string.Join('\n', Docs.Code("collectd.md").SkipWhile(line => line != "Version 3"));
        var settings = Docs.Read("collectd-rtfm.conf")
            .Replace("        Version 2\n        Community \"public\"\n", login + "\n", StringComparison.Ordinal);
        Assert.That(settings, Does.Contain("AuthProtocol").And.Not.Contain("Community"));
        CollectAndLook(settings);
    }

    private static void CollectAndLook(string settings)
    {
        const string ifHCInOctets = "1.3.6.1.2.1.31.1.1.1.6.1";
        using var folder = new TemporaryFolder();
        var path = folder.Write(
            "collectd.conf",
            $"""
            BaseDir "{folder.Path}"
            PIDFile "{folder.Path}/pid"
            TypesDB "/usr/share/collectd/types.db"
            Interval 1
            LoadPlugin csv
            <Plugin csv>
                DataDir "{folder.Path}/csv"
                StoreRates false
            </Plugin>
            {Meter.Fill(settings).Replace("Interval 60", "Interval 1", StringComparison.Ordinal)}
            """
        );
        var before = Meter.Number(ifHCInOctets);
        using (Service.Start(Collectd, "-f", "-C", path))
            Assert.That(() => Rows(folder, "packets-in table 1").Count, Is.GreaterThanOrEqualTo(3).After(30_000, 100), "three intervals");

        Assert.That(Rows(folder, "packets-in table 1"), Has.All.EqualTo(222));
        Assert.That(Rows(folder, "packets-lost kernel"), Has.All.Zero);
        Assert.That(Rows(folder, "packets-counted by rule set 1"), Has.All.EqualTo(222));
        Assert.That(Rows(folder, "gauge-flows at most")[0], Is.EqualTo(Meter.Number("1.3.6.1.2.1.40.1.8.0")));
        Assert.That(Rows(folder, "memory-meter")[0], Is.GreaterThan(10_000_000), "octets");
        Assert.That(Rows(folder, "if_octets-lo")[0], Is.InRange(before, Meter.Number(ifHCInOctets)));
    }

    /// <summary>The first value of each row; the first line names the columns, and the last may be under way.</summary>
    private static List<double> Rows(TemporaryFolder folder, string name)
    {
        var data = Path.Combine(folder.Path, "csv", "meter", "snmp");
        if (!Directory.Exists(data))
            return [];
        var lines = Directory.GetFiles(data, name + "-2*").Order().SelectMany(file => File.ReadAllText(file).Split('\n')[..^1]);
        return [.. lines.Where(line => char.IsDigit(line[0])).Select(line => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture))];
    }
}
