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

    private static AgentOptions Load(string name, string value) => AgentSettings.Load(null, [new($"{AgentOptions.Section}:{name}", value)]);
}
