using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rtfm.EndToEnd.Tests.Integration;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>All that an agent tells of, received by one snmptrapd with docs/integration/snmptrapd.conf, in every version and at every level: as trap and, where there are any, as inform.</summary>
/// <remarks>One agent goes through everything in a network of its own. rtfmCaptureLossEnded is missing: it takes a minute in which nothing is lost.</remarks>
public sealed class EveryNotificationTests
{
    private const string Password = "correct horse battery";
    private const string Meter = ".1.3.6.1.4.1.8072.9999.9999.2722.2";
    private const string Standard = ".1.3.6.1.6.3.1.1.5";
    private const string Task = ".1.3.6.1.2.1.40.1.4.1";
    private const string Reader = ".1.3.6.1.2.1.40.1.3.1";
    private const string FloodMode = ".1.3.6.1.2.1.40.1.9.0";
    private const string Interface = ".1.3.6.1.2.1.2.2.1";

    /// <summary>A target each, and how snmptrapd begins the line of what comes this way.</summary>
    private static readonly (string Version, bool Inform, string? User, string Line)[] Ways =
    [
        ("v1", false, null, "TRAP, SNMP v1, community notified|"),
        ("v2c", false, null, "TRAP2, SNMP v2c, community notified|"),
        ("v2c", true, null, "INFORM, SNMP v2c, community notified|"),
        ("v3", false, "open", "TRAP2, SNMP v3, user open, context |"),
        ("v3", true, "open", "INFORM, SNMP v3, user open, context |"),
        ("v3", false, "signed", "TRAP2, SNMP v3, user signed, context |"),
        ("v3", true, "signed", "INFORM, SNMP v3, user signed, context |"),
        ("v3", false, "secret", "TRAP2, SNMP v3, user secret, context |"),
        ("v3", true, "secret", "INFORM, SNMP v3, user secret, context |"),
    ];

    private static string _state = "";
    private static string _engineId = "";
    private static string[] _lines = [];
    private static AgentProcess _agent = null!;
    private static TrapReceiver _receiver = null!;

    [OneTimeSetUp]
    public void LetEverythingHappen()
    {
        if (!SnmpTool.IsInstalled || !TrapReceiver.IsInstalled)
            Assert.Ignore("Net-SNMP's tools or snmptrapd are not installed");
        _state = Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
        NetworkNamespace.Run(() =>
        {
            AddUsers();
            using (_receiver = StartReceiver())
            {
                var settings = WriteSettings();
                using (_agent = AgentProcess.Start(_state, "--config", settings, "--interface", "b"))
                {
                    WaitFor($"{Standard}.1");
                    Links();
                    Strangers();
                    ControlTables();
                    Packets();
                    _agent.Stop();
                }
                using (_agent = AgentProcess.Start(_state, "--config", settings, "--interface", "b"))
                    WaitFor($"{Standard}.2");
                _lines = _receiver.Notifications;
            }
        });
    }

    [OneTimeTearDown]
    public void Delete()
    {
        if (_state.Length > 0)
            Directory.Delete(_state, recursive: true);
    }

    [TestCase($"{Standard}.1", Description = "coldStart")]
    [TestCase($"{Standard}.2", Description = "warmStart")]
    [TestCase($"{Standard}.3", $"{Interface}.1", $"{Interface}.7", $"{Interface}.8", Description = "linkDown")]
    [TestCase($"{Standard}.4", $"{Interface}.1", $"{Interface}.7", $"{Interface}.8", Description = "linkUp")]
    [TestCase($"{Standard}.5", Description = "authenticationFailure")]
    [TestCase(
        $"{Meter}.0.1",
        ".1.3.6.1.2.1.40.1.7.0",
        ".1.3.6.1.2.1.40.1.8.0",
        $"{Task}.4.1",
        $"{Task}.6.1",
        $"{Task}.2.1",
        $"{Task}.3.1",
        Description = "rtfmHighWaterMarkReached"
    )]
    [TestCase(
        $"{Meter}.0.2",
        ".1.3.6.1.2.1.40.1.7.0",
        ".1.3.6.1.2.1.40.1.8.0",
        $"{Task}.4.1",
        $"{Task}.6.1",
        $"{Task}.2.1",
        $"{Task}.3.1",
        Description = "rtfmHighWaterMarkCleared"
    )]
    [TestCase($"{Meter}.0.3", ".1.3.6.1.2.1.40.1.7.0", ".1.3.6.1.2.1.40.1.8.0", ".1.3.6.1.2.1.40.1.5.0", Description = "rtfmFloodModeBegan")]
    [TestCase($"{Meter}.0.4", ".1.3.6.1.2.1.40.1.7.0", ".1.3.6.1.2.1.40.1.8.0", ".1.3.6.1.2.1.40.1.5.0", Description = "rtfmFloodModeEnded")]
    [TestCase($"{Meter}.0.5", ".1.3.6.1.2.1.40.1.1.1.3.1", ".1.3.6.1.2.1.40.1.1.1.6.1", Description = "rtfmRuleSetStarted")]
    [TestCase($"{Meter}.0.6", ".1.3.6.1.2.1.40.1.1.1.3.1", ".1.3.6.1.2.1.40.1.1.1.6.1", Description = "rtfmRuleSetStopped")]
    [TestCase($"{Meter}.0.7", $"{Reader}.2.5", $"{Reader}.3.5", $"{Reader}.4.5", $"{Reader}.7.5", Description = "rtfmReaderOverdue")]
    [TestCase($"{Meter}.0.8", $"{Reader}.3.6", $"{Reader}.7.6", Description = "rtfmReaderBack")]
    [TestCase($"{Meter}.0.9", ".1.3.6.1.2.1.40.1.2.1.2", $"{Meter}.1.20.21.0", $"{Meter}.1.20.22.0", Description = "rtfmCaptureLossBegan")]
    public void It_arrives_every_way_with_the_same_objects(string notification, params string[] objects)
    {
        var received = Ways.Select(way =>
                (
                    way.Line,
                    Told: _lines
                        .Where(line => line.StartsWith(way.Line, StringComparison.Ordinal) && Tells(line, notification))
                        .Select(Objects)
                        .ToList()
                )
            )
            .ToList();
        foreach (var (line, told) in received)
        {
            Assert.That(told, Is.Not.Empty, line);
            Assert.That(told, Is.EquivalentTo(received[0].Told), line);
        }
        foreach (var told in received[0].Told)
        {
            var names = told.Split('\t', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split(" = ")[0]).ToList();
            Assert.That(names, Has.Count.EqualTo(objects.Length), told);
            foreach (var (name, start) in names.Zip(objects))
                Assert.That($"{name}.", Does.StartWith($"{start}."), told);
        }
    }

    /// <summary>A link of the pair goes down and comes up; the other one follows.</summary>
    private static void Links()
    {
        NetworkNamespace.Ip("link set dev a down");
        WaitFor($"{Standard}.3");
        NetworkNamespace.Ip("link set dev a up");
        WaitFor($"{Standard}.4");
    }

    private static void Strangers()
    {
        Set(".1.3.6.1.2.1.11.30.0", "i", "1");
        SnmpTool.Run("snmpget", ["-v2c", "-c", "guess", "-t0.2", "-r0", $"{_agent.EndPoint}", ".1.3.6.1.2.1.1.3.0"]);
        WaitFor($"{Standard}.5");
    }

    private static void ControlTables()
    {
        Set(FloodMode, "i", "1");
        Set(FloodMode, "i", "2");
        Set($"{Task}.8.1", "i", "2");
        Set($"{Task}.8.1", "i", "1");
        string[] Register(int row) =>
            [$"{Reader}.6.{row}", "i", "4", $"{Reader}.2.{row}", "i", "1", $"{Reader}.3.{row}", "s", "o", $"{Reader}.7.{row}", "i", "1"];
        Set(Register(5));
        WaitFor($"{Meter}.0.7");
        Set(Register(6));
        WaitFor($"{Meter}.0.8");
    }

    /// <summary>One flow is beyond the mark; then there are more packets than the kernel keeps for a program that stands still.</summary>
    private static void Packets()
    {
        NetworkNamespace.Ip("addr add 192.0.2.1/24 dev a");
        NetworkNamespace.Ip("neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev a nud permanent");
        using var sender = new UdpClient(AddressFamily.InterNetwork);
        var to = new IPEndPoint(IPAddress.Parse("192.0.2.2"), 9);
        var packet = new byte[500];
        Set($"{Task}.4.1", "i", "1", $"{Task}.3.1", "i", "1");
        sender.Send(packet, to);
        WaitFor($"{Meter}.0.1");
        Set($"{Task}.4.1", "i", "0", $"{Task}.9.1", "i", "2");
        WaitFor($"{Meter}.0.2");

        Signal("STOP");
        for (var i = 0; i < 20_000; i++)
            sender.Send(packet, to);
        Signal("CONT");
        WaitFor($"{Meter}.0.9");
    }

    private static void Signal(string signal) => SnmpTool.Run("kill", [$"-{signal}", $"{_agent.ProcessId}"]);

    private static void Set(params string[] varbinds)
    {
        var result = _agent.Snmp("snmpset", varbinds);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
    }

    /// <summary>Until it has come every way.</summary>
    private static void WaitFor(string notification)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); ; Thread.Sleep(20))
        {
            var lines = Array.FindAll(_receiver.Notifications, line => Tells(line, notification));
            if (Ways.All(way => Array.Exists(lines, line => line.StartsWith(way.Line, StringComparison.Ordinal))))
                return;
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), $"{notification} did not come every way:\n{_receiver.Output}\n{_agent.Output}");
        }
    }

    /// <summary>SNMPv1 has the standard's as generic traps, ours as specific ones of the enterprise (RFC 3584 §3.2).</summary>
    private static bool Tells(string line, string notification)
    {
        var number = int.Parse(notification[(notification.LastIndexOf('.') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        return line.Contains($"OID: {notification}\t", StringComparison.Ordinal)
            || line.EndsWith($"OID: {notification}", StringComparison.Ordinal)
            || line.Contains(
                notification.StartsWith(Standard, StringComparison.Ordinal) ? $"|{Standard}|{number - 1}|0|" : $"|{Meter}|6|.{number}|",
                StringComparison.Ordinal
            );
    }

    /// <summary>The varbinds behind the time and the notification's name, which SNMPv1 has not among them.</summary>
    private static string Objects(string line)
    {
        var varbinds = line[(line.LastIndexOf('|') + 1)..];
        return line.StartsWith("TRAP,", StringComparison.Ordinal) ? varbinds : string.Join('\t', varbinds.Split('\t').Skip(2));
    }

    private static TrapReceiver StartReceiver() =>
        TrapReceiver.Start(
            null,
            Docs.Read("snmptrapd.conf")
                .Replace("SECRET", TrapReceiver.Community, StringComparison.Ordinal)
                .Replace("PASSWORD", Password, StringComparison.Ordinal)
                .Replace("80001F88050102030405060708", _engineId, StringComparison.Ordinal)
                .Split('\n')
        );

    private static string WriteSettings()
    {
        var targets = Ways.Select(way =>
            (JsonNode)
                new JsonObject
                {
                    ["To"] = $"udp:{_receiver.EndPoint}",
                    ["Version"] = way.Version,
                    [way.User is null ? "Community" : "User"] = way.User ?? TrapReceiver.Community,
                    ["Inform"] = way.Inform,
                }
        );
        var agent = new JsonObject
        {
            ["Notify"] = new JsonArray([.. targets]),
            ["CaptureBufferMiB"] = 1,
            ["MaxFlows"] = 10,
        };
        var path = Path.Combine(_state, "agent.json");
        File.WriteAllText(path, new JsonObject { ["Rtfm"] = new JsonObject { ["Agent"] = agent } }.ToJsonString());
        return path;
    }

    /// <summary>Each at the agent's engine, for traps, and at the receiver's, for informs.</summary>
    private static void AddUsers()
    {
        var passwords = Path.Combine(_state, "passwords");
        File.WriteAllText(passwords, Password + "\n");
        foreach (
            var engine in (string[][])
                [
                    [],
                    ["--engine-id", TrapReceiver.EngineId],
                ]
        )
        {
            Add("open", ["--auth", "none", "--priv", "none", .. engine]);
            Add("signed", ["--priv", "none", "--password-file", passwords, .. engine]);
            Add("secret", ["--password-file", passwords, .. engine]);
        }
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(_state, "meter.json")));
        _engineId = state.RootElement.GetProperty("engineId").GetString()!;

        static void Add(string user, string[] options)
        {
            var added = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "user", "add", user, "--state", _state, .. options]);
            Assert.That(added.ExitCode, Is.Zero, added.Errors);
        }
    }
}
