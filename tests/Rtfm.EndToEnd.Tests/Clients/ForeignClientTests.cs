using Rtfm.Testing;
using static Rtfm.EndToEnd.Tests.Clients.AgentWithUsers;

namespace Rtfm.EndToEnd.Tests.Clients;

/// <summary>What every SNMP library gets from a running agent, in SNMPv1 and v2c; with SNMPv3 see <see cref="ForeignUserTests"/>.</summary>
[TestFixtureSource(typeof(ForeignClient), nameof(ForeignClient.Names))]
internal sealed class ForeignClientTests(string client)
{
    private const string SysDescr = "1.3.6.1.2.1.1.1.0";
    private const string SysUpTime = "1.3.6.1.2.1.1.3.0";
    private const string SysLocation = "1.3.6.1.2.1.1.6.0";
    private const string FloodMark = "1.3.6.1.2.1.40.1.5.0";
    private const string Task = "1.3.6.1.2.1.40.1.4.1";
    private static readonly Login Reader = new("v2c", AgentProcess.ReadCommunity);
    private static readonly Login Writer = new("v2c", AgentProcess.WriteCommunity);

    private ForeignClient _client = null!;

    [OneTimeSetUp]
    public void Start() => _client = ForeignClient.Start(client, Agent.EndPoint);

    [OneTimeTearDown]
    public void Stop() => _client?.Dispose();

    [TestCase("v1")]
    [TestCase("v2c")]
    public void It_gets_in_each_version(string version)
    {
        var answer = _client.Ask("get", Reader with { Version = version }, SysUpTime, "1.3.6.1.2.1.1.2.0");
        Assert.That(answer, Does.Match($@"^{SysUpTime}=ticks:\d+ 1.3.6.1.2.1.1.2.0=oid:1.3.6.1.4.1.8072.9999.9999.2722.1.1$"));
    }

    [TestCase("v1")]
    [TestCase("v2c")]
    public void Its_walk_from_end_to_end_is_Net_SNMP_s(string version) => Walks.Compare(_client, Reader with { Version = version });

    [Test]
    public void It_gets_the_next_of_several_names() =>
        Assert.That(
            _client.Ask("next", Reader, "1.3.6.1.2.1.1.2", "1.3.6.1.2.1.2"),
            Does.Match(@"^1\.3\.6\.1\.2\.1\.1\.2\.0=oid:\S+ 1\.3\.6\.1\.2\.1\.2\.1\.0=int:\d+$")
        );

    [Test]
    public void A_bulk_request_has_its_non_repeaters_once() =>
        Assert.That(
            _client.Ask("bulk", Reader, "1", "3", "1.3.6.1.2.1.1.2", "1.3.6.1.2.1.1.5").Split(' ').Select(each => each.Split('=')[0]),
            Is.EqualTo(["1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0", SysLocation, "1.3.6.1.2.1.1.7.0"])
        );

    [Test]
    public void A_bulk_answer_ends_where_a_message_is_full()
    {
        var varbinds = _client.Ask("bulk", Reader, "0", "10000", "1.3").Split(' ');
        Assert.That(varbinds, Has.Length.GreaterThan(100));
        Assert.That(varbinds[0], Does.StartWith($"{SysDescr}=str:"));
    }

    [TestCase("v2c", "get 1.3.6.1.2.1.1.99.0", "1.3.6.1.2.1.1.99.0=noSuchObject:")]
    [TestCase("v2c", "get 1.3.6.1.2.1.1.2.1", "1.3.6.1.2.1.1.2.1=noSuchInstance:")]
    [TestCase("v2c", "get 1.3.6.1.6.3.15.1.2.2.1.13.1", "1.3.6.1.6.3.15.1.2.2.1.13.1=noSuchObject:", Description = "not in the view")]
    [TestCase("v2c", "next 1.3.6.1.7", "1.3.6.1.7=endOfMibView:")]
    [TestCase("v1", $"get {SysUpTime} 1.3.6.1.2.1.1.99.0", "error noSuchName 2")]
    [TestCase("v1", "next 1.3.6.1.7", "error noSuchName 1")]
    public void What_is_not_there_is_told_as_the_version_has_it(string version, string request, string answer)
    {
        var words = request.Split(' ');
        Assert.That(_client.Ask(words[0], Reader with { Version = version }, words[1..]), Is.EqualTo(answer));
    }

    [TestCase("v1")]
    [TestCase("v2c")]
    public void An_answer_that_fits_in_no_message_is_too_big(string version)
    {
        var names = Enumerable.Repeat(SysDescr, 1_400).ToArray();
        Assert.That(_client.Ask("get", Reader with { Version = version }, names), Is.EqualTo("error tooBig 0"));
    }

    [TestCase("v1")]
    [TestCase("v2c")]
    public void It_sets_in_each_version(string version)
    {
        Assert.That(_client.Ask("set", Writer with { Version = version }, SysLocation, "s", client), Does.StartWith($"{SysLocation}=str:"));
        Assert.That(Agent.Snmp("snmpget", "-Oqv", SysLocation).Output.Trim(), Is.EqualTo($"\"{client}\""));
    }

    [TestCase($"{FloodMark} s 5", "wrongType 1", "badValue 1")]
    [TestCase($"{FloodMark} i 101", "wrongValue 1", "badValue 1")]
    [TestCase($"{SysLocation} s here {FloodMark} i 300", "wrongValue 2", "badValue 2")]
    [TestCase($"{Task}.8.7 i 1", "inconsistentValue 1", "badValue 1", Description = "a row that is not there, active")]
    [TestCase($"{Task}.2.9999 i 1", "inconsistentName 1", "noSuchName 1")]
    [TestCase($"{Task}.8.1.2 i 4", "noCreation 1", "noSuchName 1", Description = "one number too many in the index")]
    [TestCase("1.3.6.1.2.1.1.3.0 t 3", "notWritable 1", "noSuchName 1")]
    [TestCase("1.3.6.1.2.1.1.99.0 i 1", "notWritable 1", "noSuchName 1")]
    [TestCase("1.3.6.1.6.3.15.1.2.2.1.13.1 i 4", "noAccess 1", "noSuchName 1")]
    public void A_wrong_value_is_told_as_the_version_has_it(string varbinds, string inV2, string inV1)
    {
        Assert.That(_client.Ask("set", Writer, varbinds.Split(' ')), Is.EqualTo($"error {inV2}"));
        Assert.That(_client.Ask("set", Writer with { Version = "v1" }, varbinds.Split(' ')), Is.EqualTo($"error {inV1}"));
    }

    [Test]
    public void A_value_that_is_too_long_is_told()
    {
        string[] varbind = [$"{Task}.6.1", "x", string.Concat(Enumerable.Repeat("41", 128))];
        Assert.That(_client.Ask("set", Writer, varbind), Is.EqualTo("error wrongLength 1"));
        Assert.That(_client.Ask("set", Writer with { Version = "v1" }, varbind), Is.EqualTo("error badValue 1"));
    }

    [Test]
    public void A_reader_does_not_set()
    {
        Assert.That(_client.Ask("set", Reader, FloodMark, "i", "90"), Is.EqualTo("error authorizationError 0"));
        Assert.That(_client.Ask("set", Reader with { Version = "v1" }, FloodMark, "i", "90"), Does.StartWith("error noSuchName"));
    }
}
