using System.Net;
using System.Net.Sockets;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>docs/integration/notifications.md; what its snmptrapd.conf lets through is looked at in <see cref="EveryNotificationTests"/>.</summary>
public sealed class NotificationPageTests
{
    private static readonly string[] FirstTry = [.. Docs.Code("notifications.md").Where(line => line.Contains("1162", StringComparison.Ordinal))];

    [TestCase("snmptrapd", "SNMPv2-MIB::coldStart", "rtfmFloodModeBegan")]
    [TestCase("rtfm-manager", "1.3.6.1.6.3.1.1.5.1", "2722.2.0.3")]
    public void The_first_try_shows_what_the_meter_tells(string receiver, string start, string flood)
    {
        Docs.Require("/usr/sbin/snmptrapd", "snmptrapd");
        Assert.That(FirstTry, Has.Length.EqualTo(3));
        using var folder = new TemporaryFolder();
        var port = FreePort();
        string Fill(string command) =>
            command
                .Replace(":1162", $":{port}", StringComparison.Ordinal)
                .Replace("out/rtfm-manager", $"dotnet {Programs.Path("rtfm-manager")}", StringComparison.Ordinal);
        var listens = Fill(FirstTry.Single(line => line.Contains(receiver, StringComparison.Ordinal)));
        var output = Path.Combine(folder.Path, "output");

        using var receiving = Service.Start(
            "env",
            "-C",
            Repository.Root,
            $"SNMP_PERSISTENT_DIR={folder.Path}",
            "sh",
            "-c",
            $"PATH=$PATH:/usr/sbin; exec {listens} > {output} 2>&1"
        );
        Assert.That(() => File.ReadAllText("/proc/net/udp"), Does.Contain($":{port:X4} ").After(20_000, 50));
        var options = Fill(FirstTry.Single(line => line.Contains("rtfm-agent", StringComparison.Ordinal)))
            .Split(' ')[2..]
            .SkipWhile(word => word != "--notify");
        using var agent = AgentProcess.Start(Path.Combine(folder.Path, "state"), [.. options]);

        Assert.That(() => File.ReadAllText(output), Does.Contain(start).After(20_000, 50));
        agent.Snmp("snmpset", "1.3.6.1.2.1.40.1.9.0", "i", "1");
        Assert.That(() => File.ReadAllText(output), Does.Contain(flood).After(20_000, 50));
        Assert.That(File.ReadAllText(output), Does.Not.Contain("Error"));
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
