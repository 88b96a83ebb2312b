using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>The demo of the README, as a newcomer runs it: the published programs, one after the other, over real SNMP.</summary>
public sealed class DemoTests
{
    [Test]
    public void The_demo_ends_by_itself_and_shows_the_busiest_flows_and_where_they_are_kept()
    {
        // The first run publishes the programs, which takes its time.
        var demo = SnmpTool.Run(Path.Combine(Repository.Root, "rtfm"), ["demo"], TimeSpan.FromMinutes(10));

        Assert.That(demo.ExitCode, Is.Zero, demo.Output + demo.Errors);
        Assert.That(demo.Lines, Has.Some.Match(@"\d+\s+tcp\s+[\d,]+\s+[\d,]+"), "a row with a TCP flow and its octets");
        var database = Regex.Match(demo.Output, @"^database: (/\S+)$", RegexOptions.Multiline).Groups[1].Value;
        Assert.That(database, Does.Exist);
        Directory.Delete(Path.GetDirectoryName(database)!, recursive: true);
    }

    [Test]
    public void The_script_lists_its_commands_and_refuses_others()
    {
        var help = SnmpTool.Run(Path.Combine(Repository.Root, "rtfm"), ["help"]);
        var other = SnmpTool.Run(Path.Combine(Repository.Root, "rtfm"), ["bulid"]);

        Assert.That(help.ExitCode, Is.Zero);
        Assert.That(help.Output, Does.Contain("demo").And.Contain("test").And.Contain("build").And.Contain("bench"));
        Assert.That(other.ExitCode, Is.EqualTo(2));
        Assert.That(other.Errors, Does.Contain("'bulid' is no command"));
    }
}
