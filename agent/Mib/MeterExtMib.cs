using System.Linq;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Packets;
using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>RTFM-METER-EXT-MIB: what the meter has to say that FLOW-METER-MIB has no objects for.</summary>
internal sealed partial class MeterExtMib : IDisposable
{
    private readonly ControlPlane<TrafficMeter> _plane;
    private readonly FlowDataPackageTable _packages;
    private readonly ReadOnlyTable<MeteredSource> _sources;
    private readonly TopFlows _top;

    private sealed record Reason(string Name, ulong Packets, bool IsPartial);

    /// <param name="patience">How long a request waits for the busiest flows.</param>
    public MeterExtMib(TrafficMeter meter, string version, OctetLayer octets, TimeProvider clock, TimeSpan? patience = null)
    {
        _top = new(meter, clock, patience);
        _sources = Sources(meter);
        _plane = new(new Fixed(meter));
        _plane
            .Table(Under(1, 1, 1), Rows(MeterStages.Of))
            .ReadOnly(2, "rtfmStageName", Smi.Utf8(255), row => row.Name)
            .ReadOnly(3, "rtfmStageIn", Smi.Counter64, row => row.In)
            .ReadOnly(4, "rtfmStageOut", Smi.Counter64, row => row.Out)
            .ReadOnly(5, "rtfmStageLost", Smi.Counter64, row => row.Lost)
            .ReadOnly(6, "rtfmStageRemark", Smi.Utf8(255), row => row.Remark);
        _plane
            .Table(Under(1, 2, 1), Rows(m => MeterStages.Reasons(m.Parsed).Select(each => new Reason(each.Reason, each.Packets, each.IsPartial))))
            .ReadOnly(2, "rtfmUnparsedReason", Smi.Utf8(255), row => row.Name)
            .ReadOnly(3, "rtfmUnparsedPackets", Smi.Counter64, row => row.Packets)
            .ReadOnly(4, "rtfmUnparsedKind", Smi.Range(1, 2), row => row.IsPartial ? 2 : 1);
        _plane
            .Table(
                Under(1, 3, 1),
                new SingleIndexRows<TrafficMeter, RunningRuleSet>(m =>
                    m.Running.Aggregate(SortedRows<RunningRuleSet>.Empty, (rows, run) => rows.With((uint)run.Number, run))
                )
            )
            .ReadOnly(2, "rtfmRuleSetSeen", Smi.Counter64, row => row.Seen)
            .ReadOnly(3, "rtfmRuleSetCounted", Smi.Counter64, row => row.Counted)
            .ReadOnly(4, "rtfmRuleSetIgnored", Smi.Counter64, row => row.Ignored)
            .ReadOnly(5, "rtfmRuleSetUnmatched", Smi.Counter64, row => row.Unmatched)
            .ReadOnly(6, "rtfmRuleSetLost", Smi.Counter64, row => row.Lost)
            .ReadOnly(7, "rtfmRuleSetFaults", Smi.Counter64, row => row.Faults)
            .ReadOnly(8, "rtfmRuleSetFlows", Smi.Gauge32, row => (uint)row.Flows.Count)
            .ReadOnly(9, "rtfmRuleSetOctetRate", Smi.Gauge32, OctetRateOf)
            .ReadOnly(10, "rtfmRuleSetPacketRate", Smi.Gauge32, PacketRateOf);
        _plane.ReadOnly(Under(1, 4, 0), Smi.Utf8(255), _ => version);
        _plane.ReadOnly(Under(1, 5, 0), Smi.Gauge32, _ => (uint)Math.Min(Environment.WorkingSet / 1024, uint.MaxValue));
        _plane.ReadOnly(Under(1, 6, 0), Smi.Range(1, 2), _ => octets == OctetLayer.Network ? 1 : 2);
        _plane.ReadOnly(Under(1, 8, 0), Smi.Counter64, m => m.Flows.FlowsWithoutStatistics);
        _packages = FlowDataPackageTable.Extended(new FlowRows(meter.Flows));
    }

    public IEnumerable<IMibProvider> Providers => [.. _plane.Objects, _packages, _sources, .. TopFlowTable()];

    /// <summary>Before the meter's flows go.</summary>
    public void Dispose() => _top.Dispose();

    private static uint[] Under(params ReadOnlySpan<uint> suffix) => [.. Oids.MeterExtMib, .. suffix];

    private static SingleIndexRows<TrafficMeter, TRow> Rows<TRow>(Func<TrafficMeter, IEnumerable<TRow>> list)
        where TRow : class => new(meter => list(meter).Aggregate(SortedRows<TRow>.Empty, (rows, row) => rows.With((uint)rows.Count + 1, row)));

    /// <summary>Nothing here is set over SNMP.</summary>
    private sealed class Fixed(TrafficMeter meter) : IControlState<TrafficMeter>
    {
        public TrafficMeter Current => meter;

        public uint Now => meter.Now;

        public bool TryReplace(TrafficMeter expected, TrafficMeter next) => false;
    }
}
