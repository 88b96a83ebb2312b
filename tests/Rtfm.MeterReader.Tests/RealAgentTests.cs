using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests;

/// <summary>The program against a real agent that meters a capture, over real SNMP.</summary>
[TestFixture]
public sealed partial class RealAgentTests
{
    private DirectoryInfo _folder = null!;
    private AgentProcess? _agent;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("rtfm-meterreader-");

    [TearDown]
    public void Stop()
    {
        _agent?.Dispose();
        _agent = null;
        _folder.Delete(recursive: true);
    }

    /// <summary>The agent's.</summary>
    private string State => Path.Combine(_folder.FullName, "state");

    private string Store => Path.Combine(_folder.FullName, "flows.db");

    private string Target => $"127.0.0.1:{_agent!.EndPoint.Port}";

    [Test]
    public void What_the_agent_counted_is_collected_shown_and_exported()
    {
        StartAgent(flows: 300, packets: 3_000, TimeSpan.Zero);
        UntilAllIsRead();
        var collected = Collect();
        Assert.That(collected.ExitCode, Is.Zero, collected.Errors);
        Assert.That(collected.Output, Does.Contain("rule set 2 'five-tuple': 300 flows"));
        Assert.That(Collect().Output, Does.Contain("'five-tuple': 0 flows"), "the second time nothing is new");

        var top = ReaderProgram.Run("top", "--store", Store, "--json", "-n", "3", "--by", "packets", "--rule-set", "five-tuple");
        using var flows = JsonDocument.Parse(top.Output);
        Assert.That(flows.RootElement.GetArrayLength(), Is.EqualTo(3));
        Assert.That(flows.RootElement[0].GetProperty("toPdus").GetInt64(), Is.EqualTo(10));
        Assert.That(flows.RootElement[0].GetProperty("source").GetString(), Does.Match(@"^10\.0\.\d+\.\d+:40000$"));
        Assert.That(ReaderProgram.Run("top", "--store", Store, "--until", "1h").Output, Does.Not.Contain("10.0."));
        Assert.That(ReaderProgram.Run("top", "--store", Store).Output, Does.Contain("192.0.2.1:53").And.Not.Contain("\u001b"));

        var csv = ReaderProgram.Run("export", "csv", "--store", Store, "--rule-set", "2", "--attributes", "sourcePeerAddress,destTransAddress");
        Assert.That(
            csv.Lines[0],
            Is.EqualTo("meter,ruleSet,flowIndex,firstActive,lastActive,sourcePeerAddress,destTransAddress,toOctets,toPDUs,fromOctets,fromPDUs")
        );
        Assert.That(csv.Lines, Has.Length.EqualTo(301));
        Assert.That(csv.Lines[1], Does.Match(@",2,\d+,20\d\d-\d\d-\d\dT[\d:.]+Z,20\d\d-[^,]+,10\.0\.\d+\.\d+,53,280,10,0,0$"));
        var file = Path.Combine(_folder.FullName, "flows.json");
        Assert.That(ReaderProgram.Run("export", "json", "--store", Store, "--rule-set", "2", "-o", file).ExitCode, Is.Zero);
        var sum = File.ReadLines(file).Sum(line => JsonDocument.Parse(line).RootElement.GetProperty("toPDUs").GetInt64());
        Assert.That(sum, Is.EqualTo(3_000));
        Assert.That(ReaderProgram.Run("meters", "--store", Store).Output, Does.Contain(Target));
    }

    [Test]
    public void A_user_of_SNMPv3_collects_as_well()
    {
        using var credentials = new AgentCredentials();
        _agent = AgentProcess.Start(credentials.StateDirectory);
        var once = ReaderProgram.Run("collect", "--once", "--target", Target, "--credentials", credentials.Writer, "--store", Store);
        Assert.That(once.ExitCode, Is.Zero, once.Errors);
        Assert.That(once.Output, Does.Match(@"rule set 1 '.*': \d+ flows"));
        var settings = Settings($$"""{ "Name": "edge", "Target": "{{Target}}", "Credentials": "{{credentials.Writer}}" }""");
        var configured = ReaderProgram.Run("collect", "--once", "--config", settings);
        Assert.That(configured.ExitCode, Is.Zero, configured.Errors);
        var reader = ReaderProgram.Run("collect", "--once", "--target", Target, "--credentials", credentials.Reader, "--store", Store);
        Assert.That(reader.ExitCode, Is.EqualTo(1), "a reader registers with the meter: who may only read cannot collect");
    }

    [Test]
    public void READ_02_a_reader_that_is_killed_again_and_again_loses_nothing_and_counts_nothing_twice()
    {
        const int Packets = 120_000;
        StartAgent(flows: 20_000, Packets, TimeSpan.FromSeconds(5), "--pace", "real");
        var random = new Random(1);
        for (var kill = 0; kill < 12; kill++)
        {
            using var reader = ReaderProgram.Start(null, [.. CollectArguments()]);
            // From before the first request to after the end.
            if (!reader.WaitForExit(random.Next(150, 900)))
                reader.Kill();
            reader.WaitForExit();
        }
        UntilAllIsRead();
        Assert.That(Collect().ExitCode, Is.Zero);
        Assert.That(Number("SELECT sum(usage.toPDUs) FROM usage JOIN flow ON flow.id = usage.flow_id WHERE rule_set = 2"), Is.EqualTo(Packets));
        Assert.That(Number("SELECT sum(toPDUs) FROM flow WHERE rule_set = 2"), Is.EqualTo(Packets));
        Assert.That(Number("SELECT count(*) FROM flow WHERE rule_set = 2"), Is.EqualTo(20_000));
    }

    [Test]
    public void READ_05_an_agent_that_is_restarted_begins_a_new_epoch_and_nothing_is_counted_twice()
    {
        StartAgent(flows: 50, packets: 500, TimeSpan.Zero);
        UntilAllIsRead();
        Collect();
        var port = _agent!.EndPoint.Port;
        _agent.Kill();
        _agent.Dispose();
        // It reads the capture again: the same packets, counted by another life.
        _agent = AgentProcess.Start(State, "--read", Path.Combine(_folder.FullName, "udp.pcap"));
        UntilAllIsRead();
        Assert.That(Collect("--meter-of", $"127.0.0.1:{port}").ExitCode, Is.Zero);
        Assert.That(Number("SELECT count(*) FROM epoch"), Is.EqualTo(2));
        Assert.That(Number("SELECT sum(usage.toPDUs) FROM usage JOIN flow ON flow.id = usage.flow_id WHERE rule_set = 2"), Is.EqualTo(1_000));
    }

    [Test]
    public void A_hundred_thousand_flows_are_collected_and_stored_in_a_few_seconds()
    {
        StartAgent(flows: 100_000, packets: 100_000, TimeSpan.Zero);
        UntilAllIsRead();
        var clock = Stopwatch.StartNew();
        var collected = Collect();
        TestContext.Out.WriteLine($"{clock.Elapsed.TotalSeconds:F1} s with the start of the program: {collected.Output}");
        Assert.That(Number("SELECT sum(toPDUs) FROM flow WHERE rule_set = 2"), Is.EqualTo(100_000));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), "generous: the machine may be busy");
    }

    [Test]
    public void The_service_collects_on_its_own_tells_systemd_and_ends_cleanly_on_SIGTERM()
    {
        StartAgent(flows: 40, packets: 400, TimeSpan.Zero);
        UntilAllIsRead();
        var notify = Path.Combine(_folder.FullName, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(notify));
        using var reader = ReaderProgram.Start(
            new Dictionary<string, string>
            {
                ["NOTIFY_SOCKET"] = notify,
                ["RTFM_MeterReader__Store"] = Store,
                ["RTFM_MeterReader__Meters__0__Target"] = Target,
                ["RTFM_MeterReader__Meters__0__Community"] = AgentProcess.WriteCommunity,
                ["RTFM_MeterReader__Meters__0__Interval"] = "1s",
            },
            "run"
        );
        var state = new byte[100];
        Assert.That(System.Text.Encoding.UTF8.GetString(state, 0, systemd.Receive(state)), Is.EqualTo("READY=1"));
        Until(() => Number("SELECT count(*) FROM collection WHERE rule_set = 2") >= 2);
        SnmpTool.Run("kill", ["-TERM", reader.Id.ToString()]);
        Assert.That(System.Text.Encoding.UTF8.GetString(state, 0, systemd.Receive(state)), Is.EqualTo("STOPPING=1"));
        Assert.That(reader.WaitForExit(TimeSpan.FromSeconds(10)), Is.True);
        Assert.That(reader.ExitCode, Is.Zero, reader.StandardError.ReadToEnd());
        Assert.That(Number("SELECT sum(toPDUs) FROM flow WHERE rule_set = 2"), Is.EqualTo(400));
    }

    [Test]
    public void A_meter_that_does_not_answer_is_one_line_and_exit_code_1()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var settings = Settings(
            $$"""{ "Name": "silent", "Target": "{{silent.LocalEndPoint}}", "Community": "c", "Timeout": "0.1s", "Retries": 1 }"""
        );
        var result = ReaderProgram.Run("collect", "--once", "--config", settings);
        Assert.That((result.ExitCode, result.Errors), Is.EqualTo((1, "silent: no answer after 2 requests\n")));
    }

    [Test]
    public void An_agent_that_answers_garbage_is_one_line_and_exit_code_1()
    {
        using var liar = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        liar.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var answering = Task.Run(() =>
        {
            var random = new Random(7);
            var datagram = new byte[2_000];
            var from = liar.LocalEndPoint!;
            try
            {
                while (true)
                {
                    // Its own request, as a response, with some octets changed.
                    var length = liar.ReceiveFrom(datagram, ref from);
                    var pdu = Array.FindIndex(datagram, 0, length, octet => octet is 0xA0 or 0xA1 or 0xA5);
                    datagram[pdu] = 0xA2;
                    for (var i = 0; i < 6; i++)
                        datagram[random.Next(pdu + 8, length)] = (byte)random.Next(256);
                    liar.SendTo(datagram.AsSpan(0, length), from);
                }
            }
            catch (SocketException)
            {
                // The test is over.
            }
        });
        var settings = Settings($$"""{ "Name": "liar", "Target": "{{liar.LocalEndPoint}}", "Community": "c", "Timeout": "0.1s", "Retries": 1 }""");
        var result = ReaderProgram.Run("collect", "--once", "--config", settings);
        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Errors, Does.StartWith("liar: ").And.Not.Contain("   at "));
        liar.Dispose();
        Assert.That(answering.Wait(TimeSpan.FromSeconds(10)), Is.True);
    }

    [Test]
    public void Wrong_settings_are_one_line_and_exit_code_2()
    {
        var result = ReaderProgram.Run("run", "--check", "--config", Settings("""{ "Target": "h", "Community": "c", "Interval": "5x" }"""));
        Assert.That(result.Errors, Is.EqualTo("Rtfm:MeterReader:Meters[0]:Interval is '5x': not a duration. Write for example 30s, 5m.\n"));
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(ReaderProgram.Run("run", "--check", "--config", Settings("""{ "Target": "h", "Community": "c" }""")).ExitCode, Is.Zero);
        Assert.That(ReaderProgram.Run("top", "--store", "/nonexistent/flows.db").ExitCode, Is.EqualTo(1));
        Assert.That(ReaderProgram.Run("top", "--store", Store, "--since", "yesterday").ExitCode, Is.Not.Zero);
    }

    [Test]
    public void Attributes_beyond_255_and_distributions_are_collected_kept_up_to_date_and_exported()
    {
        var rules = Path.Combine(_folder.FullName, "extended.rules");
        File.WriteAllText(
            rules,
            """
            sourcePeerType/8 = 1: PushPktToAct, Next
            sourcePeerAddress/32 = 0: PushPktToAct, Next
            timeToLive & 255 = 0: PushPktToAct, Next
            toPacketSize & 1.0.1!100 = 2.0.0!0: PushPktToAct, Next
            null: Count
            """
        );
        StartAgentWith(rules, flows: 30, packets: 3_000, TimeSpan.FromSeconds(3), "--pace", "real");
        const string Attributes = "\"Attributes\": [ \"sourcePeerAddress\", \"timeToLive\", \"toTcpFlags\", \"toPacketSize\", \"fromPacketSize\" ]";
        var settings = Settings(
            $$"""{ "Name": "m", "Target": "{{Target}}", "Community": "{{AgentProcess.WriteCommunity}}", "RuleSets": [ "2" ], {{Attributes}} }"""
        );
        // Once in the middle, once at the end.
        Until(() => ReaderProgram.Run("collect", "--once", "--config", settings).Output.Contains("30 flows", StringComparison.Ordinal));
        UntilAllIsRead();
        var collected = ReaderProgram.Run("collect", "--once", "--config", settings);
        Assert.That(collected.ExitCode, Is.Zero, collected.Errors);
        Assert.That(Number("SELECT count(*) FROM flow WHERE timeToLive = 64 AND toTcpFlags = 0 AND fromPacketSize IS NULL"), Is.EqualTo(30));
        Assert.That(Number("SELECT count(*) FROM flow WHERE toPacketSize = '1.0.1!100=2.0.0!0:0;100;0'"), Is.EqualTo(30));
        Assert.That(Number("SELECT sum(toPDUs) FROM usage"), Is.EqualTo(3_000));
        var csv = ReaderProgram.Run("export", "csv", "--store", Store, "--attributes", "timeToLive,toPacketSize,toTcpOctets");
        Assert.That(csv.Lines[0], Does.Contain("lastActive,timeToLive,toPacketSize,toTcpOctets,toOctets"));
        Assert.That(csv.Lines[1], Does.EndWith(",64,1.0.1!100=2.0.0!0:0;100;0,,2800,100,0,0"));
        var json = ReaderProgram.Run("export", "json", "--store", Store, "--attributes", "toPacketSize");
        Assert.That(json.Lines[0], Does.Contain("\"toPacketSize\":\"1.0.1!100=2.0.0!0:0;100;0\""));
    }

    [Test]
    public void What_the_rules_push_is_collected_without_being_named()
    {
        var rules = Path.Combine(_folder.FullName, "extended.rules");
        File.WriteAllText(
            rules,
            """
            sourcePeerType/8 = 1: PushPktToAct, Next
            sourcePeerAddress/32 = 0: PushPktToAct, Next
            dsCodePoint & 255 = 0: PushPktToAct, Next
            timeToLive & 255 = 0: PushPktToAct, Next
            null: Count
            """
        );
        StartAgentWith(rules, flows: 5, packets: 10, TimeSpan.Zero);
        UntilAllIsRead();
        var collected = Collect();
        Assert.That(collected.ExitCode, Is.Zero, collected.Errors);
        Assert.That(Number("SELECT count(*) FROM flow WHERE rule_set = 2 AND timeToLive = 64 AND dsCodePoint = 0 AND vlanId IS NULL"), Is.EqualTo(5));
        Assert.That(Number("SELECT count(*) FROM flow WHERE rule_set = 1 AND timeToLive IS NULL"), Is.GreaterThan(0));
    }

    private void StartAgent(int flows, int packets, TimeSpan duration, params string[] arguments) =>
        StartAgentWith(Path.Combine(Repository.Root, "docs", "rulesets", "five-tuple.rules"), flows, packets, duration, arguments);

    private void StartAgentWith(string rules, int flows, int packets, TimeSpan duration, params string[] arguments)
    {
        var capture = Path.Combine(_folder.FullName, "udp.pcap");
        UdpCapture.Write(capture, flows, packets, duration);
        _agent = AgentProcess.Start(State, ["--read", capture, "--wait-for-rule-set", .. arguments]);
        var loaded = ReaderProgram.Manage(
            "ruleset",
            "load",
            Target,
            rules,
            "-v",
            "2c",
            "-c",
            AgentProcess.WriteCommunity,
            "--name",
            "five-tuple",
            "--owner",
            "test",
            "--run"
        );
        Assert.That(loaded.ExitCode, Is.Zero, loaded.Errors);
    }

    private void UntilAllIsRead() => Until(() => AllRead().IsMatch(_agent!.Output));

    private static void Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
            Thread.Sleep(50);
        }
    }

    private List<string> CollectArguments() => ["collect", "--once", "--target", Target, "-c", AgentProcess.WriteCommunity, "--store", Store];

    private ToolResult Collect(params string[] more)
    {
        // A meter keeps its name though its port has changed.
        if (more is ["--meter-of", var name])
        {
            var settings = Settings($$"""{ "Name": "{{name}}", "Target": "{{Target}}", "Community": "{{AgentProcess.WriteCommunity}}" }""");
            return ReaderProgram.Run("collect", "--once", "--config", settings);
        }
        return ReaderProgram.Run([.. CollectArguments()]);
    }

    private string Settings(string meter)
    {
        var file = Path.Combine(_folder.FullName, "reader.json");
        File.WriteAllText(file, $$"""{ "Rtfm": { "MeterReader": { "Store": "{{Store}}", "Meters": [ {{meter}} ] } } }""");
        return file;
    }

    private long Number(string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Store};Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"all \d+ packets read")]
    private static partial Regex AllRead();
}
