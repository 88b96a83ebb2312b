using System.Globalization;
using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>docs/integration/prometheus.md, with a running snmp_exporter.</summary>
public sealed partial class PrometheusTests
{
    private const string Exporter = "/usr/bin/prometheus-snmp-exporter";
    private const string Generator = "/usr/bin/prometheus-snmp-generator";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };
    private Service? _exporter;

    [OneTimeSetUp]
    public void StartExporter()
    {
        Docs.Require(Exporter, "prometheus-snmp-exporter");
        // The user of the v3 module has a password with SHA-256 here; the one called noc has SHA, for other tools.
        var settings = Meter.Fill(Docs.Read("snmp-rtfm.yml")).Replace("username: noc", "username: noc256", StringComparison.Ordinal);
        var port = Docs.FreePort();
        _exporter = Service.Start(Exporter, $"--config.file={_folder.Write("snmp.yml", settings)}", $"--web.listen-address=127.0.0.1:{port}");
        _client.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        Assert.That(() => Docs.Listens(port), Is.True.After(15_000, 50));
    }

    [OneTimeTearDown]
    public void StopExporter()
    {
        _exporter?.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    [TestCase("rtfm")]
    [TestCase("rtfm_v3")]
    public async Task The_meter_s_modules_show_what_became_of_the_packets(string module)
    {
        var metrics = await Scrape(module);
        Assert.That(metrics["rtfmStageIn{rtfmStageIndex=\"3\",rtfmStageName=\"ring\"}"], Is.EqualTo(222));
        Assert.That(metrics["rtfmStageLost{rtfmStageIndex=\"2\",rtfmStageName=\"kernel\"}"], Is.Zero);
        Assert.That(metrics["rtfmRuleSetCounted{flowRuleInfoName=\"built-in: peer types\",rtfmRuleSetIndex=\"1\"}"], Is.EqualTo(222));
        Assert.That(metrics["flowActiveFlows"], Is.EqualTo(Meter.Number("1.3.6.1.2.1.40.1.7.0")));
        Assert.That(metrics["flowMaxFlows"], Is.EqualTo(Meter.Number("1.3.6.1.2.1.40.1.8.0")));
    }

    [Test]
    public async Task The_host_s_module_shows_interfaces_by_name()
    {
        const string ifHCInOctets = "1.3.6.1.2.1.31.1.1.1.6.1";
        var before = Meter.Number(ifHCInOctets);
        var metrics = await Scrape("rtfm_host");
        Assert.That(metrics["ifHCInOctets{ifIndex=\"1\",ifName=\"lo\"}"], Is.InRange(before, Meter.Number(ifHCInOctets)));
        Assert.That(metrics.Keys, Has.Some.StartsWith("hrStorageUsed{hrStorageDescr=\"Physical memory\""));
    }

    [Test]
    public async Task The_module_of_the_busiest_flows_describes_them()
    {
        // Flows are among the busiest for some seconds only: a meter of its own.
        using var agent = Meter.StartAgent();
        var metrics = await Scrape("rtfm_top", agent);
        var (name, rate) = metrics.Single(each =>
            each.Key.StartsWith("rtfmTopFlowOctetRate", StringComparison.Ordinal) && each.Key.Contains("Rank=\"1\"")
        );
        Assert.That(name, Does.Contain("rtfmTopFlowDescription=\"IPv4\"").And.Contain("flowRuleInfoName=\"built-in: peer types\""));
        Assert.That(rate, Is.GreaterThan(0));
    }

    [Test]
    public async Task Every_alert_of_the_page_is_about_a_metric_that_is_there()
    {
        var scraped = (await Scrape("rtfm")).Keys.Select(name => name.Split('{')[0]).ToHashSet();
        var named = Docs.Code("prometheus.md").SelectMany(line => Metric().Matches(line)).Select(match => match.Value).ToHashSet();
        Assert.That(named, Has.Count.GreaterThan(5));
        Assert.That(scraped, Is.SupersetOf(named));
    }

    [Test]
    public void The_generator_makes_the_file_of_its_input()
    {
        Docs.Require(Generator, "prometheus-snmp-exporter");
        using var folder = new TemporaryFolder();
        folder.Write("generator.yml", Docs.Read("generator.yml"));
        var run = SnmpTool.Run("env", ["-C", folder.Path, $"MIBDIRS={MibModules.Folder}", "MIBS=ALL", Generator, "generate"]);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        // Not the help: it may lag behind the words of the modules.
        Assert.That(
            Structure().Matches(File.ReadAllText(Path.Combine(folder.Path, "snmp.yml"))).Select(match => match.Value),
            Is.EqualTo(Structure().Matches(Docs.Read("snmp-rtfm.yml")).Select(match => match.Value)),
            "docs/integration/prometheus.md says how to make it anew"
        );
    }

    private async Task<Dictionary<string, double>> Scrape(string module, AgentProcess? agent = null)
    {
        var text = await _client.GetStringAsync($"/snmp?module={module}&target={(agent ?? Meter.Agent).EndPoint}");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .Select(line => (line, end: line.LastIndexOf(' ')))
            .ToDictionary(each => each.line[..each.end], each => double.Parse(each.line[each.end..], CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"\b(?:rtfm|flow)[A-Z]\w+(?=\b(?!=))")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^[a-z_\d]+:|^ *(- )?(name|oid|type|labelname|version):.*|^ *- 1\.3\.6\S+", RegexOptions.Multiline)]
    private static partial Regex Structure();
}
