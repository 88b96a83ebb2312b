using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>docs/integration/mrtg.md, with MRTG itself.</summary>
public sealed class MrtgTests
{
    [OneTimeSetUp]
    public void RequireMrtg() => Docs.Require("/usr/bin/mrtg", "mrtg");

    [Test]
    public void Logs_have_the_meter_s_counters() => RunAndLook(Docs.Read("mrtg.cfg"));

    [Test]
    public void Logs_have_the_meter_s_counters_with_SNMPv3()
    {
        foreach (
            var (file, package) in (IEnumerable<(string, string)>)[("Net/SNMP.pm", "libnet-snmp-perl"), ("Digest/HMAC.pm", "libdigest-hmac-perl")]
        )
            Docs.Require($"/usr/share/perl5/{file}", package);
        var ciphers = SnmpTool.Run("perl", ["-MCrypt::DES", "-MCrypt::Rijndael", "-e", "1"]);
        if (ciphers.ExitCode != 0)
            Assert.Ignore("libcrypt-des-perl or libcrypt-rijndael-perl is not installed");

        var more = Docs.Code("mrtg.md")
            .Where(line => line.StartsWith("EnableSnmpV3", StringComparison.Ordinal) || line.StartsWith("SnmpOptions", StringComparison.Ordinal));
        RunAndLook(
            Docs.Read("mrtg.cfg").Replace("public@127.0.0.1:1161::::2", "noc@127.0.0.1:1161::::3", StringComparison.Ordinal)
                + string.Join('\n', more)
                + "\n"
        );
    }

    [Test]
    public void Cfgmaker_finds_the_interfaces_with_their_counters_of_64_bits()
    {
        var command = Docs.Code("mrtg.md").Single(line => line.StartsWith("cfgmaker", StringComparison.Ordinal));
        var result = SnmpTool.Run("sh", ["-c", Meter.Fill(command)]);
        Assert.That(result.Output, Does.Match(@"Target\[\S+\]: #\S+:reads@127\.0\.0\.1:\d+::::2").And.Not.Contain("\nnoHC"), result.Errors);
    }

    private static void RunAndLook(string settings)
    {
        const string ifHCInOctets = "1.3.6.1.2.1.31.1.1.1.6.1";
        using var folder = new TemporaryFolder();
        var path = folder.Write("mrtg.cfg", Meter.Fill(settings).Replace("/var/www/html/mrtg", folder.Path, StringComparison.Ordinal));
        var before = Meter.Number(ifHCInOctets);
        // The first two complain of logs, or of older logs, that are not there yet.
        for (var run = 1; run <= 3; run++)
        {
            var result = SnmpTool.Run("env", ["LANG=C", "mrtg", path]);
            Assert.That(result.ExitCode, Is.Zero, result.Errors);
            if (run == 3)
                Assert.That(result.Errors, Is.Empty);
        }

        Assert.That(LastCounters(folder, "rtfm-packets"), Is.EqualTo(new double[] { 222, 0 }));
        Assert.That(LastCounters(folder, "rtfm-ruleset-1"), Is.EqualTo(new double[] { 222, 0 }));
        var flows = new[] { Meter.Number("1.3.6.1.2.1.40.1.7.0"), Meter.Number("1.3.6.1.2.1.40.1.8.0") };
        Assert.That(LastCounters(folder, "rtfm-flows"), Is.EqualTo(flows));
        Assert.That(LastCounters(folder, "lo")[0], Is.InRange(before, Meter.Number(ifHCInOctets)));
    }

    // The first line of a log: time, the first counter, the second one.
    private static double[] LastCounters(TemporaryFolder folder, string target) =>
        [
            .. File.ReadLines(Path.Combine(folder.Path, target + ".log"))
                .First()
                .Split(' ')
                .Skip(1)
                .Select(word => double.Parse(word, System.Globalization.CultureInfo.InvariantCulture)),
        ];
}
