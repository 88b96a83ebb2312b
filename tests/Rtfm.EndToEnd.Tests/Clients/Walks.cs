using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Clients;

/// <summary>All that an agent shows, as Net-SNMP's tools and as other clients see it.</summary>
internal static partial class Walks
{
    private static readonly Dictionary<string, string> Types = new()
    {
        ["INTEGER"] = "int",
        ["OID"] = "oid",
        ["IpAddress"] = "ip",
        ["Counter32"] = "counter",
        ["Gauge32"] = "gauge",
        ["Counter64"] = "counter64",
    };

    /// <summary>Asserts that a client walks over the same names, and sees the same types, and the same values where these do not change all the time.</summary>
    public static void Compare(ForeignClient client, Login who)
    {
        var before = NetSnmp(who);
        var seen = client.Ask("walk", who, "1.3").Split(' ').Select(each => each.Split('=')).ToList();
        var after = NetSnmp(who);
        Assert.That(before, Has.Count.GreaterThan(300));
        Assert.That(seen.Select(each => each[0]), Is.EqualTo(before.Select(each => each.Name)));
        var steady = before.ToHashSet();
        steady.IntersectWith(after);
        var changed = before.Where(each => !steady.Contains(each)).Select(each => each.Name).ToHashSet();
        Assert.That(changed, Has.Count.LessThan(before.Count / 2));
        foreach (var ((name, value), varbind) in before.Zip(seen))
        {
            if (changed.Contains(name))
                Assert.That(varbind[1].Split(':')[0], Is.EqualTo(value.Split(':')[0]), name);
            else
                Assert.That(varbind[1].StartsWith("opaque:", StringComparison.Ordinal) ? "opaque:" : varbind[1], Is.EqualTo(value), name);
        }
    }

    private static List<(string Name, string Value)> NetSnmp(Login who)
    {
        var tool = who.Version == "v1" ? "snmpwalk" : "snmpbulkwalk";
        var result = SnmpTool.Run(tool, [.. who.Options, "-On", "-Oe", "-Ot", "-Ox", "-t5", AgentWithUsers.Agent.EndPoint.ToString(), "1.3"]);
        Assert.That(result.Errors.Replace("End of MIB", "", StringComparison.Ordinal).Trim(), Is.Empty);
        // Long strings go on in the next line.
        var text = Continued().Replace(result.Output, " ");
        return
        [
            .. text.Split('\n').Where(line => line.StartsWith('.') && !line.Contains("No more variables", StringComparison.Ordinal)).Select(Parse),
        ];
    }

    private static (string Name, string Value) Parse(string line)
    {
        var (name, text) = (line[1..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 2)..].Trim());
        var (type, value) = text.Split(": ", 2) is [var before, var after] ? (before, after) : ("", text);
        return (
            name,
            type switch
            {
                "Hex-STRING" => "str:" + value.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant(),
                "Opaque" => "opaque:",
                "" when value == "\"\"" => "str:",
                "" => "ticks:" + value,
                _ => $"{Types[type]}:{value.TrimStart('.')}",
            }
        );
    }

    [GeneratedRegex(@" *\n(?=[0-9A-F]{2} )")]
    private static partial Regex Continued();
}
