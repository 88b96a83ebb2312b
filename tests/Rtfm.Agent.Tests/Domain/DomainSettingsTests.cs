using Rtfm.Agent.Commands;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Mib;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>Settings of a domain, the user that its members have, and what is kept of it.</summary>
[TestFixture]
public sealed class DomainSettingsTests
{
    private string _folder = "";

    private string Credentials => Path.Combine(_folder, "domain.conf");

    [SetUp]
    public void MakeUser()
    {
        _folder = Directory.CreateTempSubdirectory("rtfm-domain-").FullName;
        MemberUser.Add(Credentials, Path.Combine(_folder, "first"));
    }

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [TestCase("Name", "", "Rtfm:Agent:Domain:Name is '': a domain's name has 1 to 64 octets")]
    [TestCase("Name", "a/b", "Rtfm:Agent:Domain:Name is 'a/b': ")]
    [TestCase("Credentials", "/nowhere", "Rtfm:Agent:Domain:Credentials is '/nowhere': ")]
    [TestCase("Credentials", "", "Rtfm:Agent:Domain:Credentials is missing.")]
    [TestCase("Address", "host:0", "Rtfm:Agent:Domain:Address is 'host:0': ")]
    [TestCase("Address", "tlstcp:host:1", "Rtfm:Agent:Domain:Address is 'tlstcp:host:1': ")]
    [TestCase("Join:0", ":161", "Rtfm:Agent:Domain:Join[0] is ':161': ")]
    [TestCase("Priority", "256", "Rtfm:Agent:Domain:Priority is '256': out of range.")]
    [TestCase("SilentAfter", "10", "Rtfm:Agent:Domain:SilentAfter is '10': no such duration. Write for example")]
    [TestCase("RemoveAfter", "-1h", "Rtfm:Agent:Domain:RemoveAfter is '-1h': ")]
    [TestCase("Claim", "1ms", "Rtfm:Agent:Domain:Claim is '1ms': ")]
    [TestCase("Lease", "500ms", "Rtfm:Agent:Domain:Lease is '500ms': one lost sign of life")]
    public void A_wrong_setting_is_told(string name, string value, string message) =>
        Assert.That(() => Load((name, value)), Throws.TypeOf<SettingsException>().With.Message.StartsWith(message));

    [Test]
    public void An_agent_that_listens_everywhere_must_say_how_it_is_reached()
    {
        Assert.That(
            () => Load(("Name", "d"), ("../Listen:0", "udp:0.0.0.0:161")),
            Throws.TypeOf<SettingsException>().With.Message.StartsWith("Rtfm:Agent:Domain:Address is missing")
        );
        Assert.That(Load(("../Listen:0", "udp:0.0.0.0:161"), ("Address", "meter.example.net:161")).Domain!.Address, Is.Not.Null);
    }

    [Test]
    public void Durations_have_units()
    {
        var setup = DomainSetup.Of(Load(("SilentAfter", "1.5m"), ("RemoveAfter", "7d"), ("Claim", "200ms"), ("Lease", "2s")))!;
        Assert.That(
            (setup.SilentAfter, setup.RemoveAfter, setup.Times.Claim, setup.Times.Lease),
            Is.EqualTo((TimeSpan.FromSeconds(90), TimeSpan.FromDays(7), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2)))
        );
    }

    [Test]
    public void The_members_user_is_the_owner_s_alone_and_the_same_everywhere()
    {
        Assert.That(File.GetUnixFileMode(Credentials), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var before = File.ReadAllText(Credentials);
        MemberUser.Add(Credentials, Path.Combine(_folder, "second"));

        Assert.That(File.ReadAllText(Credentials), Is.EqualTo(before));
        var (first, second) = (UserOf("first"), UserOf("second"));
        Assert.That(first.Name, Is.EqualTo(second.Name));
        // The same password makes another key at each engine.
        Assert.That(first.AuthKey, Is.Not.EqualTo(second.AuthKey));
    }

    [Test]
    public void The_members_user_writes_what_members_say_to_one_another_and_no_more()
    {
        var configuration = SnmpConfigurationStore.Read(Path.Combine(_folder, "first", SnmpConfigurationStore.FileName));
        var group = configuration.Groups.Single(each => each.SecurityName == UserOf("first").Name).Group;
        var view = configuration.Access.Single(each => each.Group == group).WriteView;
        Assert.That(
            configuration.Views.Where(each => each.View == view).Select(each => each.Subtree),
            Is.EquivalentTo(new ObjectIdentifier[] { new(DomainMib.Root), new(FlowMeterMib.Root), new(DelayMib.Work) })
        );
    }

    [Test]
    public void Credentials_that_others_can_read_are_refused()
    {
        File.SetUnixFileMode(Credentials, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.That(() => Load(), Throws.TypeOf<SettingsException>().With.Message.Contains("chmod 600"));
        Assert.That(() => MemberUser.Add(Credentials, Path.Combine(_folder, "second")), Throws.TypeOf<SettingsException>());
    }

    [Test]
    public void Keys_for_one_engine_are_no_credentials_of_a_domain()
    {
        var keys = Path.Combine(_folder, "keys.conf");
        CredentialsFile.Write(keys, UserOf("first"));
        Assert.That(() => Load(("Credentials", keys)), Throws.TypeOf<SettingsException>().With.Message.Contains("good for one engine only"));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{\"ballot\":null}")]
    [TestCase("{\"ballot\":{\"term\":-1,\"state\":{}}}")]
    [TestCase("{\"ballot\":{\"term\":1,\"state\":{\"members\":[null]}}}")]
    [TestCase("{\"ballot\":{\"term\":1,\"state\":{\"members\":[{\"id\":\"80\"}]}}}")]
    [TestCase(
        "{\"ballot\":{\"term\":1,\"state\":{\"nextNumber\":2,\"members\":[{\"id\":\"8000000001\",\"address\":null,\"name\":\"\",\"number\":1}]}}}"
    )]
    [TestCase("{\"ballot\":{\"term\":1,\"state\":{\"ruleSets\":[{\"name\":\"a\\nb\",\"number\":1}]}}}")]
    [TestCase("{\"ballot\":{\"term\":1,\"state\":{\"ruleSets\":[null]}}}")]
    public void A_record_that_cannot_be_read_is_told_and_left_alone(string text)
    {
        var path = Path.Combine(_folder, DomainFile.FileName);
        File.WriteAllText(path, text);

        Assert.That(() => DomainFile.Open(_folder), Throws.TypeOf<SettingsException>().With.Message.Contains(path));
        Assert.That(File.ReadAllText(path), Is.EqualTo(text));
    }

    [Test]
    public void What_a_record_of_another_version_lacks_is_as_usual()
    {
        File.WriteAllText(Path.Combine(_folder, DomainFile.FileName), "{\"ballot\":{\"term\":3,\"state\":{\"domainId\":\"d/1\"}}}");
        var record = DomainFile.Open(_folder).Record;

        Assert.That((record.Ballot.Term, record.Ballot.State.Members.Length, record.Ballot.State.NextNumber), Is.EqualTo((3u, 0, 1)));
        Assert.That(record.Ballot.State.Collection, Is.Not.Null);
    }

    private UsmUser UserOf(string agent) => SnmpConfigurationStore.Read(Path.Combine(_folder, agent, SnmpConfigurationStore.FileName)).Users.Single();

    /// <param name="settings">Of the domain; with <c>../</c> in front, of the agent.</param>
    private AgentOptions Load(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            [$"{AgentOptions.Section}:Listen:0"] = "udp:127.0.0.1:161",
            [$"{AgentOptions.Section}:Domain:Name"] = "d",
            [$"{AgentOptions.Section}:Domain:Credentials"] = Credentials,
        };
        foreach (var (name, value) in settings)
            all[name.StartsWith("../", StringComparison.Ordinal) ? $"{AgentOptions.Section}:{name[3..]}" : $"{AgentOptions.Section}:Domain:{name}"] =
                value;
        return AgentSettings.Load(null, all);
    }
}
