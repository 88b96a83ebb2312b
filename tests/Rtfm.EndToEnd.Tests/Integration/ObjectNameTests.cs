using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>What the files of docs/integration name is in the modules of mibs/, and the meter has it.</summary>
public sealed partial class ObjectNameTests
{
    private const string SysObjectId = ".1.3.6.1.2.1.1.2.0";

    private Dictionary<string, string> _numbers = [];
    private HashSet<string> _indexes = [];

    [OneTimeSetUp]
    public void ReadModules()
    {
        _numbers = SnmpTool
            .Run("snmptranslate", ["-M", MibModules.Folder, "-m", "ALL", "-Tz"])
            .Lines.Select(line => line.Split(['"', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0])
            .ToDictionary(parts => parts[0], parts => "." + parts[1]);
        _indexes = [.. _numbers.Where(each => Regex.IsMatch(each.Key, "(Index|Rank)$")).Select(each => each.Value)];
    }

    [TestCaseSource(typeof(Docs), nameof(Docs.Files))]
    public void Every_number_in_a_file_is_an_object_that_the_meter_has(string file)
    {
        foreach (var number in Numbers(Docs.Read(file)))
            Assert.That(IsThere(number) || Meter.Walk[SysObjectId] == $"OID: {number}", $"{number} of {file} is in no walk");
    }

    [TestCaseSource(typeof(Docs), nameof(Docs.Files))]
    public void Every_name_in_a_file_is_an_object_that_the_meter_has(string file)
    {
        foreach (var name in Names(Docs.Read(file)))
        {
            Assert.That(_numbers, Does.ContainKey(name), file);
            Assert.That(IsThere(_numbers[name]), $"{name} of {file} is in no walk");
        }
    }

    [TestCase("nagios-rtfm.cfg", @"\n\n")]
    [TestCase("mrtg.cfg", @"\n\n")]
    [TestCase("collectd-rtfm.conf", @"(?=\n *# )")]
    [TestCase("zabbix-rtfm.yaml", "- uuid:")]
    [TestCase("librenms/os_discovery/rtfm.yaml", @"\n +-\n")]
    public void Each_number_is_that_of_the_name_beside_it(string file, string separator)
    {
        var seen = 0;
        foreach (var part in Regex.Split(Docs.Read(file), separator))
        {
            var named = Names(part).Select(name => _numbers[name]).ToList();
            foreach (var number in Numbers(part))
            {
                Assert.That(named.Any(each => IsAtOrBelow(number, each)), $"{number} of {file} is none of those named beside it:\n{part}");
                seen++;
            }
        }
        Assert.That(seen, Is.GreaterThan(4));
    }

    [Test]
    public void Identifiers_in_the_Zabbix_template_are_unique()
    {
        var identifiers = ZabbixIdentifier().Matches(Docs.Read("zabbix-rtfm.yaml")).Select(match => match.Value).ToList();
        Assert.That(identifiers, Has.Count.GreaterThan(30));
        Assert.That(identifiers, Is.Unique);
    }

    [Test]
    public void Every_trigger_of_the_Zabbix_template_looks_at_an_item_of_it()
    {
        var text = Docs.Read("zabbix-rtfm.yaml");
        var keys = ZabbixKey().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();
        var looked = ZabbixReference().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.That(looked, Has.Count.GreaterThan(5));
        Assert.That(keys, Is.SupersetOf(looked));
    }

    private static IEnumerable<string> Numbers(string text) => Number().Matches(text).Select(match => "." + match.Value).Distinct();

    private static IEnumerable<string> Names(string text) => Name().Matches(text).Select(match => match.Value).Distinct();

    // Indexes of tables are not accessible: their row must be there. Notifications are told, not asked for.
    private bool IsThere(string number) =>
        IsAtOrBelow(number, _numbers["rtfmMeterExtNotifications"])
        || Meter.Walk.Keys.Any(instance => IsAtOrBelow(instance, number))
        || (_indexes.Contains(number) && Meter.Walk.Keys.Any(instance => IsAtOrBelow(instance, number[..number.LastIndexOf('.')])));

    private static bool IsAtOrBelow(string number, string root) => number == root || number.StartsWith(root + ".", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<![\d])1\.3\.6\.1(\.\d+)+")]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(?:rtfm|flow|sysUp|if|hr|la|mem)[A-Z]\w+\b")]
    private static partial Regex Name();

    // Version 4 of a UUID, without hyphens: what Zabbix asks for.
    [GeneratedRegex("(?<=uuid: )[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$", RegexOptions.Multiline)]
    private static partial Regex ZabbixIdentifier();

    [GeneratedRegex(@"^ *key: '?([^'\n]+)'?$", RegexOptions.Multiline)]
    private static partial Regex ZabbixKey();

    [GeneratedRegex(@"/(rtfm\.[\w.]+(?:\[\{#SNMPINDEX\}\])?)")]
    private static partial Regex ZabbixReference();
}
