using Rtfm.Agent.Notifications;
using Rtfm.Agent.Tests.Mib;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Tests.Notifications;

/// <summary>What the meter tells of its own, as managers and readers set things, packets come and time passes.</summary>
[TestFixture]
public sealed class MeterNotificationsTests
{
    private const string Readers = "1.3.6.1.2.1.40.1.3.1";
    private const string Tasks = "1.3.6.1.2.1.40.1.4.1";
    private const string FloodMark = "1.3.6.1.2.1.40.1.5.0";
    private const string FloodMode = "1.3.6.1.2.1.40.1.9.0";

    private readonly List<Notification> _told = [];
    private MeterHarness _meter = null!;

    [SetUp]
    public void MakeMeter()
    {
        _told.Clear();
        _meter = new MeterHarness(maxFlows: 10, runsBuiltIn: true);
        _meter.Meter.Events = new MeterNotifications(_meter.Meter, _told.Add);
    }

    [TearDown]
    public void Dispose() => _meter.Dispose();

    [Test]
    public void Flood_mode_is_told_of_when_it_begins_and_when_it_ends()
    {
        _meter.Good(MeterHarness.Set(FloodMode, 1));
        _meter.Good(MeterHarness.Set(FloodMode, 1));
        _meter.Good(MeterHarness.Set(FloodMode, 2));

        Assert.That(Numbers, Is.EqualTo([3, 4]));
        Assert.That(Values(_told[0]), Is.EqualTo(["1.3.6.1.2.1.40.1.7.0 = 0", "1.3.6.1.2.1.40.1.8.0 = 10", $"{FloodMark} = 95"]));
    }

    [Test]
    public void A_task_that_is_stopped_and_run_again_stops_and_starts_its_rule_set()
    {
        _meter.Good(MeterHarness.Set($"{Tasks}.8.1", 2));
        _meter.Good(MeterHarness.Set($"{Tasks}.8.1", 1));

        Assert.That(Numbers, Is.EqualTo([6, 5]));
        Assert.That(
            Values(_told[0]),
            Is.EqualTo([$"1.3.6.1.2.1.40.1.1.1.3.1 = {Hex("meter")}", $"1.3.6.1.2.1.40.1.1.1.6.1 = {Hex("built-in: peer types")}"])
        );
    }

    [Test]
    public void A_setting_that_changes_nothing_of_that_is_not_told_of()
    {
        _meter.Good(MeterHarness.Set(FloodMark, 50));
        _meter.Good(MeterHarness.Set($"{Tasks}.4.1", 50));

        Assert.That(_told, Is.Empty);
    }

    [Test]
    public void A_task_that_goes_over_its_high_water_mark_is_told_of_and_that_it_is_back()
    {
        var before = _meter.Meter.Current;
        var task = before.Tasks.Find(1)! with { HighWaterMark = 40, StandbyRuleSet = 2, RunningStandby = true };

        Assert.That(_meter.Meter.TryReplace(before, before with { Tasks = before.Tasks.With(1, task) }));
        _meter.Good(MeterHarness.Set($"{Tasks}.9.1", 2));

        // The standby rule set is none that is loaded, so that what ran stops.
        Assert.That(Numbers, Is.EqualTo([1, 6, 2, 5]));
        Assert.That(Values(_told[0]), Does.Contain($"{Tasks}.4.1 = 40").And.Contain($"{Tasks}.3.1 = 2"));
    }

    [Test]
    public void A_reader_that_is_overdue_is_told_of_and_that_it_is_back_in_whatever_row()
    {
        Register(1);
        _meter.Now += 500;
        _meter.Meter.Maintain();
        Assert.That(_told, Is.Empty);
        _meter.Now += 501;
        _meter.Meter.Maintain();
        _meter.Meter.Maintain();
        Assert.That(Numbers, Is.EqualTo([7]));
        Assert.That(
            Values(_told[0]),
            Is.EqualTo([$"{Readers}.2.1 = 10", $"{Readers}.3.1 = {Hex("noc")}", $"{Readers}.4.1 = 0", $"{Readers}.7.1 = 1"])
        );

        Register(7);
        Register(8);

        Assert.That(Numbers, Is.EqualTo([7, 8]));
        Assert.That(Values(_told[1]), Is.EqualTo([$"{Readers}.3.7 = {Hex("noc")}", $"{Readers}.7.7 = 1"]));
    }

    [Test]
    public void A_reader_that_takes_its_leave_is_not_overdue()
    {
        Register(1);
        _meter.Good(MeterHarness.Set($"{Readers}.6.1", 6));
        Register(1);

        Assert.That(_told, Is.Empty);
    }

    private void Register(int row) =>
        _meter.Good(
            MeterHarness.Set($"{Readers}.6.{row}", 4),
            MeterHarness.Set($"{Readers}.2.{row}", 10),
            new(Snmp.Ber.ObjectIdentifier.Parse($"{Readers}.3.{row}"), Snmp.Messages.SnmpValue.OctetString("noc")),
            MeterHarness.Set($"{Readers}.7.{row}", 1)
        );

    private IEnumerable<int> Numbers => _told.Select(each => (int)each.Id.Span[^1]);

    private static IEnumerable<string> Values(Notification notification) => notification.Objects.Select(each => $"{each.Name} = {each.Value}");

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text));
}
