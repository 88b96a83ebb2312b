using System.Text.Json;
using System.Text.Json.Nodes;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>A running agent that tells snmptrapd what happens, in every version, as its settings say.</summary>
public sealed class NotificationTests
{
    private const string User = "anna";
    private const string AuthPassword = "correct horse";
    private const string PrivPassword = "battery staple";
    private const string Meter = ".1.3.6.1.4.1.8072.9999.9999.2722.2.0";
    private const string Counters = ".1.3.6.1.4.1.8072.9999.9999.2722.2.1.20";
    private const string FloodMode = ".1.3.6.1.2.1.40.1.9.0";

    private string _state = "";
    private string _engineId = "";
    private AgentProcess? _agent;
    private TrapReceiver? _receiver;

    [SetUp]
    public void MakeUsers()
    {
        if (!SnmpTool.IsInstalled || !TrapReceiver.IsInstalled)
            Assert.Ignore("Net-SNMP's tools or snmptrapd are not installed");
        _state = Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
    }

    [TearDown]
    public void Stop()
    {
        _agent?.Dispose();
        _receiver?.Dispose();
        (_agent, _receiver, _engineId) = (null, null, "");
        if (_state.Length > 0)
            Directory.Delete(_state, recursive: true);
    }

    [TestCase("v1", false, "TRAP, SNMP v1, community notified|localhost|.1.3.6.1.6.3.1.1.5|0|0|")]
    [TestCase("v2c", false, "TRAP2, SNMP v2c, community notified|")]
    [TestCase("v2c", true, "INFORM, SNMP v2c, community notified|")]
    [TestCase("v3", false, "TRAP2, SNMP v3, user anna, context |")]
    [TestCase("v3", true, "INFORM, SNMP v3, user anna, context |")]
    public void The_start_is_told_in_every_version(string version, bool inform, string line)
    {
        if (version == "v3")
            AddUser();
        _receiver = StartReceiver();
        _agent = StartAgent(version, inform);

        Assert.That(_receiver.WaitFor(".1.3.6.1.6.3.1.1.5"), Does.StartWith(line));
        if (inform)
            WaitForCounter(10, atLeast: 1);
    }

    [Test]
    public void A_second_start_is_a_warm_one()
    {
        _receiver = StartReceiver();
        _agent = StartAgent("v2c", inform: false);
        _receiver.WaitFor("OID: .1.3.6.1.6.3.1.1.5.1");
        _agent.Stop();
        _agent.Dispose();

        _agent = StartAgent("v2c", inform: false);

        _receiver.WaitFor("OID: .1.3.6.1.6.3.1.1.5.2");
    }

    [Test]
    public void The_first_start_with_a_prepared_state_folder_is_a_cold_one()
    {
        AddUser();
        _receiver = StartReceiver();
        _agent = StartAgent("v2c", inform: false);

        Assert.That(_receiver.WaitFor(".1.3.6.1.6.3.1.1.5"), Does.Contain("OID: .1.3.6.1.6.3.1.1.5.1"));
    }

    [Test]
    public void Somebody_with_a_wrong_community_is_told_of_where_that_is_enabled()
    {
        _receiver = StartReceiver();
        _agent = StartAgent("v2c", inform: false);
        _agent.Snmp("snmpset", ".1.3.6.1.2.1.11.30.0", "i", "1");

        SnmpTool.Run("snmpget", ["-v2c", "-c", "guess", "-t0.2", "-r0", _agent.EndPoint.ToString(), ".1.3.6.1.2.1.1.3.0"]);

        _receiver.WaitFor("OID: .1.3.6.1.6.3.1.1.5.5");
    }

    [Test]
    public void A_full_flow_table_and_a_manager_who_ends_flood_mode_are_told_of()
    {
        _receiver = StartReceiver();
        _agent = StartAgent("v2c", inform: false, "--max-flows", "3", "--read", Path.Combine(Repository.Root, "tests/captures/edge.pcap"));

        Assert.That(_receiver.WaitFor($"OID: {Meter}.3"), Does.Contain(".1.3.6.1.2.1.40.1.8.0 = INTEGER: 3"));
        Assert.That(_agent.Snmp("snmpset", ".1.3.6.1.2.1.40.1.5.0", "i", "0", FloodMode, "i", "2").ExitCode, Is.Zero);

        _receiver.WaitFor($"OID: {Meter}.4");
    }

    [Test]
    public void A_rule_set_that_is_stopped_is_told_of_with_its_name()
    {
        _receiver = StartReceiver();
        _agent = StartAgent("v1", inform: false);

        _agent.Snmp("snmpset", ".1.3.6.1.2.1.40.1.4.1.8.1", "i", "2");

        Assert.That(
            _receiver.WaitFor("built-in"),
            Does.Contain("|.1.3.6.1.4.1.8072.9999.9999.2722.2|6|.6|").And.Contain(".1.3.6.1.2.1.40.1.1.1.3.1 = STRING: \"meter\"")
        );
    }

    [Test]
    public void A_target_set_over_SNMP_is_told_but_for_what_its_filter_keeps_back()
    {
        _receiver = StartReceiver();
        _agent = AgentProcess.Start(_state);
        SetTarget(_receiver.EndPoint.Port, isInform: false);
        Toggle();
        WaitForCounter(7, atLeast: 2);

        SetRow(".1.3.6.1.6.3.13.1.2.1", "3", ["1", "s", "f"]);
        Assert.That(_agent.Snmp("snmpset", ".1.3.6.1.6.3.13.1.3.1.5.1.102.1.3.6.1.6.3", "i", "4").ExitCode, Is.Zero);
        Toggle();

        WaitForCounter(4, atLeast: 2);
    }

    [Test]
    public void A_receiver_that_is_away_is_complained_about_and_counted()
    {
        _receiver = StartReceiver();
        var port = _receiver.EndPoint.Port;
        _receiver.Dispose();
        _receiver = null;
        _agent = AgentProcess.Start(_state);
        SetTarget(port, isInform: true);

        Toggle();
        WaitForCounter(11, atLeast: 2);

        Assert.That((Counter(8), Counter(9), Counter(10)), Is.EqualTo((2, 2, 0)));
        Assert.That(_agent.Output, Does.Contain($"t (127.0.0.1:{port}) was not notified: an inform was not acknowledged, sent 2 times"));
    }

    [Test]
    public void A_sub_agent_tells_the_master_s_managers_what_the_meter_has_to_tell()
    {
        if (!MasterAgent.IsInstalled)
            Assert.Ignore("snmpd is not installed");
        _receiver = StartReceiver();
        using var master = MasterAgent.Start($"trap2sink {_receiver.EndPoint} {TrapReceiver.Community}");
        _agent = AgentProcess.Start(_state, "--agentx", master.Socket);
        for (var deadline = DateTime.UtcNow.AddSeconds(20); !_agent.Output.Contains("registered", StringComparison.Ordinal); Thread.Sleep(20))
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), _agent.Output);

        Toggle();

        _receiver.WaitFor($"OID: {Meter}.3");
        _receiver.WaitFor($"OID: {Meter}.4");
    }

    [Test]
    public void Without_a_community_there_is_no_notification_and_no_start()
    {
        var result = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "run", "--check", "--notify", "udp:192.0.2.1:162"]);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Errors, Does.StartWith("Rtfm:Agent:Notify[0] has no Community"));
    }

    private void Toggle()
    {
        Assert.That(_agent!.Snmp("snmpset", FloodMode, "i", "1").ExitCode, Is.Zero);
        Assert.That(_agent.Snmp("snmpset", FloodMode, "i", "2").ExitCode, Is.Zero);
    }

    /// <summary>A target of SNMPv2c that has a second, and a second try, to answer.</summary>
    private void SetTarget(int port, bool isInform)
    {
        SetRow(".1.3.6.1.6.3.13.1.1.1", "5", ["2", "s", "all"], ["3", "i", isInform ? "2" : "1"]);
        SetRow(".1.3.6.1.6.3.12.1.3.1", "7", ["2", "i", "1"], ["3", "i", "2"], ["4", "s", "reader"], ["5", "i", "1"]);
        SetRow(
            ".1.3.6.1.6.3.12.1.2.1",
            "9",
            ["2", "o", ".1.3.6.1.6.1.1"],
            ["3", "x", $"7F000001{port:X4}"],
            ["4", "i", "100"],
            ["5", "i", "1"],
            ["6", "s", "all"],
            ["7", "s", "t"]
        );
    }

    /// <summary>Makes row <c>t</c> of a table.</summary>
    private void SetRow(string entry, string statusColumn, params string[][] columns)
    {
        var arguments = new List<string> { $"{entry}.{statusColumn}.116", "i", "5" };
        foreach (var column in columns)
            arguments.AddRange([$"{entry}.{column[0]}.116", column[1], column[2]]);
        var made = _agent!.Snmp("snmpset", [.. arguments]);
        Assert.That(made.ExitCode, Is.Zero, made.Errors);
        Assert.That(_agent.Snmp("snmpset", $"{entry}.{statusColumn}.116", "i", "1").ExitCode, Is.Zero);
    }

    private void WaitForCounter(int number, long atLeast)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); Counter(number) < atLeast; Thread.Sleep(50))
            Assert.That(
                DateTime.UtcNow,
                Is.LessThan(deadline),
                $"counter {number} stays at {Counter(number)}\n{_agent!.Output}\n{_receiver?.Output}"
            );
    }

    private long Counter(int number) =>
        long.Parse(_agent!.Snmp("snmpget", "-Oqv", $"{Counters}.{number}.0").Output, System.Globalization.CultureInfo.InvariantCulture);

    private TrapReceiver StartReceiver() =>
        TrapReceiver.Start(
            null,
            $"createUser -e 0x{(_engineId.Length > 0 ? _engineId : TrapReceiver.EngineId)} {User} SHA-256 \"{AuthPassword}\" AES \"{PrivPassword}\"",
            $"createUser {User} SHA-256 \"{AuthPassword}\" AES \"{PrivPassword}\"",
            $"authUser log {User} priv"
        );

    private AgentProcess StartAgent(string version, bool inform, params string[] arguments) =>
        StartAgent(version, inform, _receiver!.EndPoint.Port, arguments);

    private AgentProcess StartAgent(string version, bool inform, int port, string[] arguments)
    {
        var entry = new JsonObject
        {
            ["To"] = $"udp:127.0.0.1:{port}",
            ["Version"] = version,
            [version == "v3" ? "User" : "Community"] = version == "v3" ? User : TrapReceiver.Community,
            ["Inform"] = inform,
        };
        var settings = Path.Combine(_state, "agent.json");
        File.WriteAllText(
            settings,
            new JsonObject { ["Rtfm"] = new JsonObject { ["Agent"] = new JsonObject { ["Notify"] = new JsonArray(entry) } } }.ToJsonString()
        );
        return AgentProcess.Start(_state, ["--config", settings, .. arguments]);
    }

    /// <summary>At the agent's engine, for traps, and at the receiver's, for informs.</summary>
    private void AddUser()
    {
        var passwords = Path.Combine(_state, "passwords");
        File.WriteAllText(passwords, $"{AuthPassword}\n{PrivPassword}\n");
        foreach (
            var more in (string[][])
                [
                    [],
                    ["--engine-id", TrapReceiver.EngineId],
                ]
        )
        {
            var added = SnmpTool.Run(
                "dotnet",
                [Programs.Path("rtfm-agent"), "user", "add", User, "--password-file", passwords, "--state", _state, .. more]
            );
            Assert.That(added.ExitCode, Is.Zero, added.Errors);
        }
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(_state, "meter.json")));
        _engineId = state.RootElement.GetProperty("engineId").GetString()!;
    }
}
