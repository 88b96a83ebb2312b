using Rtfm.Agent.Metering;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>When the meter reacts to a table that fills.</summary>
[TestFixture]
public sealed class UpkeepTests
{
    [Test]
    public void FLOW_09_the_number_of_flows_to_react_at_is_where_the_percentage_is_first_exceeded([Values(1, 2, 7, 100, 333, 1_000)] int maxFlows)
    {
        for (var mark = 0; mark <= 100; mark++)
        {
            foreach (var configuration in (MeterConfiguration[])[Flooding(mark), Switching(mark)])
            {
                var from = Upkeep.FlowsToReaction(configuration, maxFlows);
                for (var flows = 0; flows <= maxFlows; flows++)
                {
                    var reacts = !ReferenceEquals(Upkeep.ReactToUsage(configuration, 100.0 * flows / maxFlows), configuration);
                    Assert.That(reacts, Is.EqualTo(flows >= from), $"{flows} of {maxFlows} at {mark} %");
                }
            }
        }
    }

    [Test]
    public void What_has_reacted_does_not_react_again()
    {
        var flooded = Upkeep.ReactToUsage(Flooding(50), 51);
        var switched = Upkeep.ReactToUsage(Switching(50), 51);
        Assert.That((flooded.FloodMode, switched.Tasks.Find(1)!.RunningRuleSet), Is.EqualTo((true, 3)));
        Assert.That((Upkeep.FlowsToReaction(flooded, 100), Upkeep.FlowsToReaction(switched, 100)), Is.EqualTo((int.MaxValue, int.MaxValue)));
    }

    private static MeterConfiguration Flooding(int mark) => new() { FloodMark = mark };

    private static MeterConfiguration Switching(int mark) =>
        new()
        {
            FloodMark = 0,
            Tasks = SortedRows<MeterTask>.Empty.With(
                1,
                new MeterTask
                {
                    Status = RowStatus.Active,
                    CurrentRuleSet = 2,
                    StandbyRuleSet = 3,
                    HighWaterMark = mark,
                }
            ),
        };
}
