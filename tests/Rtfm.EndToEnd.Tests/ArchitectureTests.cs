using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>The arrows between projects point one way, and what must only grow has not shrunk.</summary>
[TestFixture]
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["model"] = [],
        ["snmp"] = [],
        ["srl"] = ["model"],
        ["control"] = ["model", "snmp"],
        ["agent"] = ["control", "model", "snmp", "srl"],
        ["manager"] = ["control", "model", "snmp", "srl"],
        ["meterreader"] = ["control", "model", "snmp", "srl"],
    };

    [TestCaseSource(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        var file = Directory.GetFiles(Path.Combine(Repository.Root, project), "*.csproj").Single();
        var referred = ProjectReference().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value);
        Assert.That(referred, Is.SubsetOf(Allowed[project]));
    }

    [TestCase("snmp")]
    [TestCase("agent")]
    public void A_file_with_hot_paths_says_so_when_it_wants_LINQ(string project)
    {
        var file = Directory.GetFiles(Path.Combine(Repository.Root, project), "*.csproj").Single();
        Assert.That(File.ReadAllText(file), Does.Contain("<Using Remove=\"System.Linq\" />"));
        string[] hot = ["agent/Capture", "agent/Packets", "agent/Matching", "agent/Flows", "snmp/Ber", "snmp/Messages", "snmp/Agent"];
        var wanting = hot.Where(folder => folder.StartsWith(project, StringComparison.Ordinal))
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs"))
            .Where(path => File.ReadAllText(path).Contains("using System.Linq;", StringComparison.Ordinal));
        Assert.That(wanting, Is.Empty);
    }

    [TestCase("agent")]
    [TestCase("meterreader")]
    public void Log_events_have_an_id_of_their_own(string project)
    {
        var ids = EventId()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, project, "Log.cs")))
            .Select(match => match.Groups[1].Value)
            .ToList();
        Assert.That(ids, Is.Not.Empty);
        Assert.That(ids, Is.Unique);
    }

    private static string[] Projects() => [.. Allowed.Keys];

    [GeneratedRegex(@"<ProjectReference Include=""\.\./(\w+)/")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"LoggerMessage\((\d+)")]
    private static partial Regex EventId();
}
