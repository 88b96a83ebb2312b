namespace Rtfm.Agent.Tests;

/// <summary>What a wrong setting is answered with.</summary>
[TestFixture]
public sealed class SettingsTests
{
    [TestCase("MeteringThreads", "0", "Rtfm:Agent:MeteringThreads is 0. Write a number of threads from 1 to 64.")]
    [TestCase("MeteringThreads", "65", "Rtfm:Agent:MeteringThreads is 65. Write a number of threads from 1 to 64.")]
    [TestCase("StatisticsMiB", "-1", "Rtfm:Agent:StatisticsMiB is -1. Write a number of MiB from 0 to 1048576.")]
    public void A_number_out_of_range_is_told_with_its_range(string name, string value, string message) =>
        Assert.That(() => Load(name, value), Throws.InstanceOf<SettingsException>().With.Message.EqualTo(message));

    [Test]
    public void Threads_and_memory_for_statistics_are_settings()
    {
        Assert.That((Load("MaxFlows", "1").MeteringThreads, Load("MaxFlows", "1").StatisticsMiB), Is.EqualTo((1, 256)));
        Assert.That(Load("MeteringThreads", "64").MeteringThreads, Is.EqualTo(64));
        Assert.That(Load("StatisticsMiB", "0").StatisticsMiB, Is.Zero);
    }

    [TestCase("AgentX", "master", "Rtfm:Agent:AgentX is 'master': not a transport the agent has.")]
    [TestCase("AgentX", "udp:127.0.0.1:705", "Rtfm:Agent:AgentX is 'udp:127.0.0.1:705': AgentX has no such transport.")]
    [TestCase("Listen:0", "tcp:localhost:161", "Rtfm:Agent:Listen[0] is 'tcp:localhost:161': 'localhost' is not an IP address.")]
    [TestCase("Listen:0", "sctp:127.0.0.1:161", "Rtfm:Agent:Listen[0] is 'sctp:127.0.0.1:161': not a transport the agent has.")]
    public void An_address_that_cannot_be_is_told_with_what_would_be(string name, string value, string message) =>
        Assert.That(() => Load(name, value), Throws.InstanceOf<SettingsException>().With.Message.StartsWith(message).And.Message.Contains(" Write "));

    [Test]
    public void A_sub_agent_listens_nowhere_itself_unless_told()
    {
        Assert.That(Load("AgentX", "/var/agentx/master").Listen, Is.Empty);
        Assert.That(Load("MaxFlows", "1").Listen, Is.EqualTo(new[] { AgentOptions.DefaultListen }));
        Assert.That(Load("Listen:0", "tcp:127.0.0.1:161").Listen, Is.EqualTo(new[] { "tcp:127.0.0.1:161" }));
    }

    private static AgentOptions Load(string name, string value) => AgentSettings.Load(null, [new($"{AgentOptions.Section}:{name}", value)]);
}
