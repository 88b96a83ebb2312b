using Rtfm.Agent.Delay;
using Rtfm.Agent.Delay.Hashing;

namespace Rtfm.Agent.Tests.Delay;

[TestFixture]
public sealed class DelaySettingsTests
{
    private const string Section = "Rtfm:Agent:Delay";

    [TestCase("Interval", "1", $"{Section}:Interval is '1': no duration. Write a number and its unit, ns, us, ms or s: for example 100ms.")]
    [TestCase("Interval", "9ms", $"{Section}:Interval is '9ms': out of range. Write a duration from 10ms to 60000ms.")]
    [TestCase("Window", "1h", $"{Section}:Window is '1h': no duration. Write a number and its unit, ns, us, ms or s: for example 100ms.")]
    [TestCase(
        "Window",
        "99999999999999999999s",
        $"{Section}:Window is '99999999999999999999s': out of range. Write a duration from 1ms to 600000ms."
    )]
    [TestCase("HashFunction", "md5", $"{Section}:HashFunction is 'md5': no such function. Write bob, ipsx or crc.")]
    [TestCase("HashFunction", "2", $"{Section}:HashFunction is '2': no such function. Write bob, ipsx or crc.")]
    [TestCase("HashFunction", "", $"{Section}:HashFunction is '': no such function. Write bob, ipsx or crc.")]
    [TestCase("PayloadOctets", "65", $"{Section}:PayloadOctets is 65. Write a number of octets from 0 to 64.")]
    [TestCase("RingLength", "3", $"{Section}:RingLength is 3. Write a number of samples from 4 to 256.")]
    [TestCase(
        "ClockOffset",
        "soon",
        $"{Section}:ClockOffset is 'soon': no duration. Write a number and its unit, ns, us, ms or s: for example 100ms."
    )]
    [TestCase("ClockOffset", "-86401s", $"{Section}:ClockOffset is '-86401s': out of range. Write a duration from -86400s to 86400s.")]
    public void A_wrong_setting_is_told_with_what_would_be_right(string name, string value, string message) =>
        Assert.That(() => Load((name, value)), Throws.InstanceOf<SettingsException>().With.Message.EqualTo(message));

    [TestCase("-250us", -250_000)]
    [TestCase("1.5s", 1_500_000_000)]
    [TestCase("+3ns", 3)]
    public void An_offset_may_go_either_way(string value, long expected) =>
        Assert.That(DelaySetup.Of(Load(("ClockOffset", value)).Delay).ClockOffsetNs, Is.EqualTo(expected));

    [Test]
    public void All_can_be_set()
    {
        var options = Load(
            ("Interval", "250ms"),
            ("Window", "2s"),
            ("HashFunction", "crc"),
            ("Seed", "4294967295"),
            ("PayloadOctets", "0"),
            ("RingLength", "256")
        );

        Assert.That(
            DelaySetup.Of(options.Delay).Control,
            Is.EqualTo(
                new DelayControl
                {
                    IntervalMs = 250,
                    WindowMs = 2_000,
                    HashFunction = HashFunction.Crc,
                    Seed = uint.MaxValue,
                    PayloadOctets = 0,
                    RingLength = 256,
                }
            )
        );
    }

    [Test]
    public void Unset_they_are_the_defaults() => Assert.That(DelaySetup.Of(Load(("Seed", "0")).Delay), Is.EqualTo(new DelaySetup(new(), 0)));

    private static AgentOptions Load(params (string Name, string Value)[] settings) =>
        AgentSettings.Load(null, settings.Select(each => KeyValuePair.Create($"{Section}:{each.Name}", (string?)each.Value)));
}
