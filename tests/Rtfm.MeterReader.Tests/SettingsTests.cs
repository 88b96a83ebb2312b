using Microsoft.Extensions.Logging;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests;

[TestFixture]
[NonParallelizable]
public sealed class SettingsTests
{
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("rtfm-meterreader-");

    [TearDown]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    [TestCase("30s", 30)]
    [TestCase("5m", 300)]
    [TestCase("1.5h", 5_400)]
    [TestCase("90d", 7_776_000)]
    public void A_duration_is_a_number_and_a_unit(string text, double seconds)
    {
        Assert.That(Duration.TryParse(text, out var duration), Is.True);
        Assert.That(duration.TotalSeconds, Is.EqualTo(seconds));
    }

    [TestCase("")]
    [TestCase("5")]
    [TestCase("s")]
    [TestCase("5x")]
    [TestCase("-5s")]
    [TestCase("5 s ")]
    [TestCase("1e9d")]
    [TestCase("99999999999d")]
    [TestCase("NaNs")]
    public void Anything_else_is_no_duration(string text) => Assert.That(Duration.TryParse(text, out _), Is.False);

    [TestCase("512MiB", 512L << 20)]
    [TestCase("10GiB", 10L << 30)]
    [TestCase("0.5KiB", 512)]
    public void A_size_is_a_number_and_a_unit(string text, long octets)
    {
        Assert.That(ByteSize.TryParse(text, out var bytes), Is.True);
        Assert.That(bytes, Is.EqualTo(octets));
    }

    [TestCase("")]
    [TestCase("10")]
    [TestCase("10GB")]
    [TestCase("GiB")]
    [TestCase("-1GiB")]
    [TestCase("99999999999TiB")]
    public void Anything_else_is_no_size(string text) => Assert.That(ByteSize.TryParse(text, out _), Is.False);

    [TestCase("\"Interval\": \"5x\"", "Rtfm:MeterReader:Meters[0]:Interval is '5x': not a duration. Write for example 30s, 5m.")]
    [TestCase("\"Interval\": \"0.1s\"", "Rtfm:MeterReader:Meters[0]:Interval is '0.1s'. Write a time from 1s to 7d.")]
    [TestCase("\"Timeout\": \"soon\"", "Rtfm:MeterReader:Meters[0]:Timeout is 'soon': not a duration")]
    [TestCase("\"Version\": \"3\"", "Rtfm:MeterReader:Meters[0]:Version is '3'. Write 1 or 2c; for 3, set Credentials.")]
    [TestCase("\"Retries\": -1", "Rtfm:MeterReader:Meters[0]:Retries is -1")]
    [TestCase("\"Retries\": \"many\"", "Rtfm:MeterReader:Meters[0]:Retries is 'many': not a whole number.")]
    [TestCase("\"FlowsPerRequest\": 0", "Rtfm:MeterReader:Meters[0]:FlowsPerRequest is 0")]
    [TestCase("\"Owner\": \"\"", "Rtfm:MeterReader:Meters[0]:Owner is ''")]
    [TestCase("\"Attributes\": [\"colour\"]", "Rtfm:MeterReader:Meters[0]:Attributes has 'colour'")]
    [TestCase("\"Attributes\": [\"pduScale\"]", "Rtfm:MeterReader:Meters[0]:Attributes has 'pduScale'")]
    [TestCase("\"CommunityFile\": \"/nonexistent/file\"", "Rtfm:MeterReader:Meters[0]:CommunityFile is '/nonexistent/file'")]
    [TestCase("\"Credentials\": \"/nonexistent/file\"", "Rtfm:MeterReader:Meters[0]:Credentials: /nonexistent/file: ")]
    [TestCase("\"Colour\": \"red\"", "Rtfm:MeterReader:Meters[0]:Colour: there is no such setting. There are Attributes, Community,")]
    public void A_wrong_setting_of_a_meter_is_named_with_its_value(string setting, string message) =>
        Assert.That(
            () => Load($$"""{ "Meters": [ { "Target": "192.0.2.1", "Community": "c", {{setting}} } ] }"""),
            Throws.TypeOf<SettingsException>().With.Message.Contains(message)
        );

    [TestCase("""{ "Retention": { "MaxAge": "old" } }""", "Rtfm:MeterReader:Retention:MaxAge is 'old': not a duration")]
    [TestCase("""{ "Retention": { "MaxSize": "10GB" } }""", "Rtfm:MeterReader:Retention:MaxSize is '10GB': not a size")]
    [TestCase("""{ "Meters": [ { "Community": "c" } ] }""", "Rtfm:MeterReader:Meters[0]:Target is missing")]
    [TestCase("""{ "Meters": [ { "Target": "192.0.2.1" } ] }""", "Rtfm:MeterReader:Meters[0]:Credentials is missing")]
    [TestCase("""{ "Meters": [ { "Target": "h:99999", "Community": "c" } ] }""", "Rtfm:MeterReader:Meters[0]:Target: 'h:99999' names no agent")]
    [TestCase("""{ "Meters": [ { "Target": "h", "Community": "c" }, { "Target": "h", "Community": "c" } ] }""", "named 'h'")]
    [TestCase("""{ "Meters": """, "Failed to load")]
    public void Other_wrong_settings_are_named_too(string section, string message) =>
        Assert.That(() => Load(section), Throws.TypeOf<SettingsException>().With.Message.Contains(message));

    [Test]
    public void Everything_but_target_and_community_has_a_default()
    {
        var settings = Load("""{ "Meters": [ { "Target": "192.0.2.1", "Community": "c" } ] }""");
        var meter = settings.Meters.Single();
        Assert.That((meter.Name, meter.Interval, meter.Target.Version), Is.EqualTo(("192.0.2.1", TimeSpan.FromMinutes(1), SnmpVersion.V2c)));
        Assert.That(settings.MaxAge, Is.EqualTo(TimeSpan.FromDays(90)));
        Assert.That(meter.Attributes, Has.Length.EqualTo(32).And.No.Member(FlowAttribute.SessionId).And.Member(FlowAttribute.FlowKind));
    }

    [Test]
    public void Counters_and_times_are_always_asked_for_and_nothing_twice()
    {
        var settings = Load("""{ "Meters": [ { "Target": "h", "Community": "c", "Attributes": ["toOctets", "sourcePeerAddress", "9"] } ] }""");
        Assert.That(
            settings.Meters[0].Attributes,
            Is.EquivalentTo(
                new[]
                {
                    FlowAttribute.SourcePeerAddress,
                    FlowAttribute.ToOctets,
                    FlowAttribute.ToPdus,
                    FlowAttribute.FromOctets,
                    FlowAttribute.FromPdus,
                    FlowAttribute.FirstTime,
                    FlowAttribute.LastActiveTime,
                }
            )
        );
    }

    [Test]
    public void The_environment_has_the_last_word()
    {
        const string Variable = "RTFM_MeterReader__Meters__0__Interval";
        Environment.SetEnvironmentVariable(Variable, "7s");
        try
        {
            var settings = Load("""{ "Meters": [ { "Target": "h", "Community": "c", "Interval": "5m" } ] }""");
            Assert.That(settings.Meters[0].Interval, Is.EqualTo(TimeSpan.FromSeconds(7)));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    [Test]
    public void The_first_line_of_a_file_may_be_the_community()
    {
        var file = Path.Combine(_folder.FullName, "secret");
        File.WriteAllText(file, "hush \nand more");
        var settings = Load($$"""{ "Meters": [ { "Target": "h", "CommunityFile": "{{file}}" } ] }""");
        Assert.That(((CommunityCredentials)settings.Meters[0].Target.Credentials).Community, Is.EqualTo("hush"));
    }

    [Test]
    public void The_example_is_right_once_its_communities_are_there()
    {
        var example = File.ReadAllText(Path.Combine(Repository.Root, "docs", "examples", "meterreader.json"));
        foreach (var name in new[] { "edge-1", "edge-2" })
            File.WriteAllText(Path.Combine(_folder.FullName, $"{name}.community"), "secret");
        var file = Path.Combine(_folder.FullName, "reader.json");
        File.WriteAllText(file, example.Replace("/etc/rtfm", _folder.FullName, StringComparison.Ordinal));
        var settings = ReaderSettings.Load(file);
        Assert.That(settings.Meters.Select(each => each.Name), Is.EqualTo(new[] { "edge-1", "edge-2" }));
        Assert.That(settings.MaxSize, Is.EqualTo(10L << 30));
    }

    [Test]
    public void The_example_of_a_service_is_understood_by_systemd()
    {
        const string Analyze = "/usr/bin/systemd-analyze";
        if (!File.Exists(Analyze))
            Assert.Ignore("systemd-analyze is not installed");
        var unit = File.ReadAllText(Path.Combine(Repository.Root, "docs", "examples", "rtfm-meterreader.service"));
        Assert.That(unit, Does.Contain("Type=notify").And.Contain("StateDirectory=rtfm-meterreader"));
        var file = Path.Combine(_folder.FullName, "rtfm-meterreader.service");
        File.WriteAllText(file, unit.Replace("/usr/lib/rtfm/rtfm-meterreader", "/bin/true", StringComparison.Ordinal));
        var result = SnmpTool.Run(Analyze, ["verify", "--man=no", file]);
        Assert.That((result.ExitCode, result.Errors), Is.EqualTo((0, "")));
    }

    [Test]
    public void Every_event_has_a_number_of_its_own()
    {
        var events = typeof(Log)
            .GetMethods(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public)
            .SelectMany(method => method.GetCustomAttributes(typeof(LoggerMessageAttribute), false).Cast<LoggerMessageAttribute>())
            .Select(each => each.EventId)
            .ToList();
        Assert.That(events, Is.Unique.And.Not.Empty);
        Assert.That(events, Has.All.InRange(2000, 2299));
    }

    private ReaderSettings Load(string section)
    {
        var file = Path.Combine(_folder.FullName, "reader.json");
        File.WriteAllText(file, $$"""{ "Rtfm": { "MeterReader": {{section}} } }""");
        return ReaderSettings.Load(file);
    }
}
