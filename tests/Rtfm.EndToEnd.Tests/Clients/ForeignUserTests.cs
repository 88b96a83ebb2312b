using System.Text.Json;
using Rtfm.Testing;
using static Rtfm.EndToEnd.Tests.Clients.AgentWithUsers;

namespace Rtfm.EndToEnd.Tests.Clients;

/// <summary>SNMPv3 with other libraries than Net-SNMP's, against a running agent with a user for each pair of protocols.</summary>
[TestFixtureSource(typeof(ForeignClient), nameof(ForeignClient.NamesWithUsers))]
internal sealed class ForeignUserTests(string client)
{
    private const string SysDescr = "1.3.6.1.2.1.1.1.0";
    private const string SysUpTime = "1.3.6.1.2.1.1.3.0";
    private const string FloodMark = "1.3.6.1.2.1.40.1.5.0";
    private static readonly Login Reader = Login.Of("SHA", "AES");
    private static readonly Login Writer = Reader with { Name = Reader.Name + "--write" };

    private ForeignClient _client = null!;

    private static IEnumerable<string> AllPrivs => [.. Privs, "AES-192-C", "AES-256-C"];

    [OneTimeSetUp]
    public void Start() => _client = ForeignClient.Start(client, Agent.EndPoint);

    [OneTimeTearDown]
    public void Stop() => _client?.Dispose();

    [Test]
    public void It_reads_with_every_pair_of_protocols_that_it_has([ValueSource(typeof(AgentWithUsers), nameof(Auths))] string auth)
    {
        var failed = new List<string>();
        foreach (var priv in auth == "SHA-256" ? AllPrivs : Privs)
        {
            var answer = _client.Ask("get", Login.Of(auth, priv), SysUpTime);
            if (
                !answer.StartsWith($"{SysUpTime}=ticks:", StringComparison.Ordinal)
                && !answer.StartsWith("failed unsupported", StringComparison.Ordinal)
            )
                failed.Add($"{priv}: {answer}");
        }
        Assert.That(failed, Is.Empty);
    }

    [Test]
    public void It_reads_without_keys() => Assert.That(_client.Ask("get", new Login("v3", "open"), SysUpTime), Does.StartWith($"{SysUpTime}=ticks:"));

    [Test]
    public void Its_walk_from_end_to_end_is_Net_SNMP_s() => Walks.Compare(_client, Reader);

    [TestCase($"{FloodMark} i 95", $"{FloodMark}=int:95")]
    [TestCase($"{FloodMark} s 5", "error wrongType 1")]
    [TestCase($"{FloodMark} i 101", "error wrongValue 1")]
    [TestCase("1.3.6.1.2.1.1.3.0 t 3", "error notWritable 1")]
    [TestCase("1.3.6.1.2.1.40.1.4.1.8.7 i 1", "error inconsistentValue 1")]
    public void A_writer_sets_or_is_told_why_not(string varbind, string answer) =>
        Assert.That(_client.Ask("set", Writer, varbind.Split(' ')), Is.EqualTo(answer));

    [Test]
    public void A_reader_does_not_set() => Assert.That(_client.Ask("set", Reader, FloodMark, "i", "90"), Is.EqualTo("error authorizationError 0"));

    [Test]
    public void A_user_with_a_cipher_is_not_served_without_it() =>
        Assert.That(_client.Ask("get", Reader with { Priv = "none" }, SysUpTime), Is.EqualTo("error authorizationError 0"));

    [Test]
    public void A_wrong_password_is_told() =>
        Refused(Reader with { Password = "wrong horse battery" }, "usmStatsWrongDigests", "Wrong SNMP PDU digest");

    [Test]
    public void Another_protocol_for_authentication_is_told() =>
        Refused(Reader with { Name = "SHA-512AES" }, "usmStatsWrongDigests", "Wrong SNMP PDU digest");

    [Test]
    public void Another_cipher_is_told() => Refused(Reader with { Priv = "DES" }, "usmStatsDecryptionErrors", "ciphertext is broken");

    [Test]
    public void An_unknown_user_is_told() => Refused(Reader with { Name = "nobody" }, "usmStatsUnknownUserNames", "Unknown USM user");

    [Test]
    public void A_level_that_the_user_has_not_is_told() =>
        Refused(Reader with { Name = "SHAnone" }, "usmStatsUnsupportedSecLevels", "Unsupported SNMP security level");

    [Test]
    public void An_unknown_context_is_told() => Refused(Reader with { Context = "elsewhere" }, "snmpUnknownContexts", "1.3.6.1.6.3.12.1.5.0");

    [Test]
    public void The_context_of_another_engine_is_not_here() =>
        Refused(Reader with { Context = "@80001F88040102030405" }, "snmpUnknownPDUHandlers", "1.3.6.1.6.3.11.2.1.3.0");

    [Test]
    public void The_agent_s_own_engine_may_be_named()
    {
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(Agent.StateDirectory, "meter.json")));
        var engine = state.RootElement.GetProperty("engineId").GetString();
        Assert.That(_client.Ask("get", Reader with { Context = $"@{engine}" }, SysUpTime), Does.StartWith($"{SysUpTime}=ticks:"));
    }

    [Test]
    public void An_answer_that_is_too_long_for_who_asks_is_too_big()
    {
        using var small = ForeignClient.Start(client, Agent.EndPoint, maxMessageSize: 484);
        var names = Enumerable.Repeat(SysDescr, 10).ToArray();
        Assert.That(small.Ask("get", Reader, names), Is.EqualTo("error tooBig 0"));
        Assert.That(_client.Ask("get", Reader, names), Does.StartWith($"{SysDescr}=str:"));
    }

    [Test]
    public void It_finds_an_agent_again_that_was_started_anew()
    {
        var state = Directory.CreateTempSubdirectory("rtfm-agent-").FullName;
        try
        {
            AddUser(state, "SHA", "AES");
            var agent = AgentProcess.Start(state);
            using var patient = ForeignClient.Start(client, agent.EndPoint);
            try
            {
                Assert.That(patient.Ask("get", Reader, SysUpTime), Does.StartWith($"{SysUpTime}=ticks:"));
                var place = agent.EndPoint;
                agent.Dispose();
                agent = AgentProcess.Start(state, "--listen", $"udp:{place}");
                // Its boots have grown: what was known of its time is refused, and learnt anew. Perl's lets its user ask again.
                var answer = patient.Ask("get", Reader, SysUpTime);
                if (answer.Contains("usmStatsNotInTimeWindows", StringComparison.Ordinal))
                    answer = patient.Ask("get", Reader, SysUpTime);
                Assert.That(answer, Does.StartWith($"{SysUpTime}=ticks:"));
            }
            finally
            {
                agent.Dispose();
            }
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    /// <param name="report">What the agent counts and reports.</param>
    /// <param name="words">What pysnmp makes of it.</param>
    private void Refused(Login who, string report, string words) =>
        Assert.That(_client.Ask("get", who, SysUpTime), Does.StartWith("failed").And.Contain(client == "pysnmp" ? words : report));
}
