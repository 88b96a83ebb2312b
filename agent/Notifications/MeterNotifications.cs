using System.Linq;
using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Notifications;

/// <summary>Tells of the meter's own events (RTFM-METER-EXT-MIB, rtfmMeterExtNotifications): what has changed from one configuration to the next.</summary>
/// <param name="raise">Takes what is to be told.</param>
internal sealed class MeterNotifications(TrafficMeter meter, Action<Notification> raise) : IMeterEvents
{
    /// <summary>Readers that are remembered as overdue: as many as come back soon.</summary>
    private const int MostOverdue = 256;

    /// <summary>By owner and rule set: who comes back may have another row.</summary>
    private readonly Dictionary<(string Owner, uint RuleSet), uint> _overdue = [];

    public void Changed(MeterConfiguration before, MeterConfiguration after)
    {
        if (before.FloodMode != after.FloodMode)
            raise(Fullness(after.FloodMode ? 3u : 4u, Scalar(FlowMeterMib.FloodMark, after.FloodMark)));
        if (!ReferenceEquals(before.Tasks, after.Tasks))
            TellOfTasks(before, after);
        // A rule set that is loaded anew keeps its number; a task that names another one changes what runs.
        if (!ReferenceEquals(before.Tasks, after.Tasks) || !ReferenceEquals(before.RuleSets, after.RuleSets))
            TellOfRuleSets(before, after);
        if (!ReferenceEquals(before.Readers, after.Readers))
            TellOfReaders(before, after);
    }

    private void TellOfTasks(MeterConfiguration before, MeterConfiguration after)
    {
        foreach (var (index, task) in after.Tasks)
        {
            if (before.Tasks.Find(index) is not { } was || was.RunningStandby == task.RunningStandby)
                continue;
            raise(
                Fullness(
                    task.RunningStandby ? 1u : 2u,
                    Column(FlowMeterMib.ManagerInfoEntry, 4, index, SnmpValue.Integer(task.HighWaterMark)),
                    Column(FlowMeterMib.ManagerInfoEntry, 6, index, SnmpValue.OctetString(task.Owner)),
                    Column(FlowMeterMib.ManagerInfoEntry, 2, index, SnmpValue.Integer(task.CurrentRuleSet)),
                    Column(FlowMeterMib.ManagerInfoEntry, 3, index, SnmpValue.Integer(task.StandbyRuleSet))
                )
            );
        }
    }

    private void TellOfRuleSets(MeterConfiguration before, MeterConfiguration after)
    {
        var (ran, runs) = (Running(before), Running(after));
        foreach (var number in runs.Except(ran))
            raise(RuleSetEvent(5, after.RuleSets.Find(number)!, number));
        foreach (var number in ran.Except(runs))
            raise(RuleSetEvent(6, before.RuleSets.Find(number)!, number));
    }

    private void TellOfReaders(MeterConfiguration before, MeterConfiguration after)
    {
        var now = meter.Now;
        foreach (var (index, reader) in before.Readers)
        {
            if (after.Readers.Find(index) is not null || !Upkeep.HasTimedOut(reader, now))
                continue;
            if (_overdue.Count < MostOverdue)
                _overdue[(reader.Owner, reader.RuleSet)] = index;
            raise(
                new Notification(
                    Id(7),
                    Column(FlowMeterMib.ReaderInfoEntry, 2, index, SnmpValue.Integer(reader.TimeoutSeconds)),
                    Column(FlowMeterMib.ReaderInfoEntry, 3, index, SnmpValue.OctetString(reader.Owner)),
                    Column(FlowMeterMib.ReaderInfoEntry, 4, index, SnmpValue.TimeTicks(reader.LastTime)),
                    Column(FlowMeterMib.ReaderInfoEntry, 7, index, SnmpValue.Integer(reader.RuleSet))
                )
            );
        }
        if (_overdue.Count == 0)
            return;
        foreach (var (index, reader) in after.Readers)
        {
            if (reader.Status != RowStatus.Active || !_overdue.Remove((reader.Owner, reader.RuleSet)))
                continue;
            raise(
                new Notification(
                    Id(8),
                    Column(FlowMeterMib.ReaderInfoEntry, 3, index, SnmpValue.OctetString(reader.Owner)),
                    Column(FlowMeterMib.ReaderInfoEntry, 7, index, SnmpValue.Integer(reader.RuleSet))
                )
            );
        }
    }

    /// <summary>Something about how full the flow table is.</summary>
    private Notification Fullness(uint number, params ReadOnlySpan<VarBind> more) =>
        new(Id(number), [Scalar(FlowMeterMib.ActiveFlows, meter.Flows.ActiveFlows), Scalar(FlowMeterMib.MaxFlows, meter.Flows.MaxFlows), .. more]);

    private static Notification RuleSetEvent(uint number, LoadedRuleSet ruleSet, uint index) =>
        new(
            Id(number),
            Column(FlowMeterMib.RuleSetInfoEntry, 3, index, SnmpValue.OctetString(ruleSet.Owner)),
            Column(FlowMeterMib.RuleSetInfoEntry, 6, index, SnmpValue.OctetString(ruleSet.Name))
        );

    private static List<uint> Running(MeterConfiguration configuration) =>
        [.. configuration.RunningRuleSets().Select(number => (uint)number).Where(number => configuration.RuleSets.Find(number) is not null)];

    internal static ObjectIdentifier Id(uint number) => new([.. Oids.MeterExtNotifications, number]);

    internal static VarBind Column(ReadOnlySpan<uint> entry, uint column, uint index, SnmpValue value) => new(new([.. entry, column, index]), value);

    private static VarBind Scalar(ReadOnlySpan<uint> name, int value) => new(new(name), SnmpValue.Integer(value));
}
