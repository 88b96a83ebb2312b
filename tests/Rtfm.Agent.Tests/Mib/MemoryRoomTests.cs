using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Tests.Mib;

/// <summary>A meter whose memory is full says so before a rule set is loaded.</summary>
[TestFixture]
public sealed class MemoryRoomTests
{
    private const string Size = "1.3.6.1.2.1.40.1.1.1.2.7";
    private const string Status = "1.3.6.1.2.1.40.1.1.1.5.7";

    [TestCase(1, ErrorStatus.NoError)]
    [TestCase(100, ErrorStatus.NoError)]
    [TestCase(101, ErrorStatus.ResourceUnavailable)]
    public void A_rule_set_for_which_there_is_no_memory_is_refused(int rules, ErrorStatus expected)
    {
        using var meter = new MeterHarness();
        var room = MemoryRoom.Reserve + 100 * MemoryRoom.OctetsOfRule;
        var snmp = new MibWalker(new MibTree([.. new FlowMeterModule(meter.Meter, () => room).Providers]));
        Assert.That(snmp.Set(MeterHarness.Set(Status, 5)).Status, Is.EqualTo(ErrorStatus.NoError));

        Assert.That(snmp.Set(MeterHarness.Set(Size, rules)).Status, Is.EqualTo(expected));
    }

    [Test]
    public void There_is_room_within_the_limit_and_not_beyond()
    {
        var machine = new Agent.Mib.Host.MemoryInfo(1_000, 900, 800, 0, 0, 0, 0, 0, 0);

        Assert.That(MemoryRoom.Of(machine), Is.EqualTo(800 * 1_024));
        Assert.That(MemoryRoom.Of(machine with { Available = ulong.MaxValue / 2_048 }), Is.LessThan(MemoryRoom.Limit));
    }
}
