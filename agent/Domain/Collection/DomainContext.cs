using System.Linq;
using Rtfm.Agent.Mib;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>What there is in the context <see cref="DomainMib.Context"/>: the flows of the domain as those of one meter (RFC 2720 §4), and how far each member is read.</summary>
internal static class DomainContext
{
    private const int ActiveStatus = 1;

    public static MibTree Make(
        AggregatedFlows flows,
        MemberReadings readings,
        DomainReaders readers,
        EngineIdentity identity,
        ICollectedDomain domain
    )
    {
        var control = new ControlPlane<DomainReaders.State>(readers);
        control.ReadOnly([1, 3, 6, 1, 2, 1, 1, 3, 0], Smi.TimeTicks, _ => flows.Now);
        control.ReadOnly([1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0], Smi.Octets(5, 32), _ => identity.Id.Octets.ToArray());
        control.ReadOnly([1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0], Smi.Integer32, _ => identity.Boots);
        control.ReadOnly([1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0], Smi.Integer32, _ => identity.Time);
        readers.Declare(control);
        // Each table has rows of its own: it looks at one at a time.
        return new MibTree([
            .. control.Objects,
            RuleSetTable(flows, domain),
            new FlowDataTable(new AggregatedRows(flows)),
            FlowDataPackageTable.Standard(new AggregatedRows(flows)),
            FlowDataPackageTable.Extended(new AggregatedRows(flows)),
            readings.Table(),
        ]);
    }

    // flowRuleSetInfoTable: what the domain runs; it is changed by orders to the master, not here.
    private static ReadOnlyTable<CollectedRuleSet> RuleSetTable(AggregatedFlows flows, ICollectedDomain domain)
    {
        var ownerOctets = System.Text.Encoding.UTF8.GetBytes(domain.Owner);
        return ReadOnlyTable
            .Of(
                FlowMeterMib.RuleSetInfoEntry,
                () => new RowSnapshot<CollectedRuleSet>(domain.RuleSets.Select(each => ((uint[])[(uint)each.Number], each)))
            )
            .Integer(2, "flowRuleInfoSize", row => row.Rules)
            .Octets(3, "flowRuleInfoOwner", _ => ownerOctets)
            .TimeTicks(4, "flowRuleInfoTimeStamp", _ => 0)
            .Integer(5, "flowRuleInfoStatus", _ => ActiveStatus)
            .Octets(6, "flowRuleInfoName", row => row.NameOctets)
            .Integer(8, "flowRuleInfoFlowRecords", row => flows.RecordsOf(row.Number));
    }
}
