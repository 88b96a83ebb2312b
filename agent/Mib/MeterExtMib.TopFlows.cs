using Rtfm.Agent.Metering;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

internal sealed partial class MeterExtMib
{
    /// <summary>rtfmSourceTable: where packets come from, and what was lost there.</summary>
    private static ReadOnlyTable<MeteredSource> Sources(TrafficMeter meter)
    {
        return ReadOnlyTable
            .Of(Under(1, 9, 1), Rows)
            .Octets(2, "rtfmSourceName", source => System.Text.Encoding.UTF8.GetBytes(source.Name))
            .Integer(3, "rtfmSourceInterface", source => source.IfIndex)
            .Counter64(4, "rtfmSourceReceived", source => source.Counters.Received)
            .Counter64(5, "rtfmSourceLostByInterface", source => source.Counters.LostByInterface)
            .Counter64(6, "rtfmSourceLostByKernel", source => source.Counters.LostByKernel)
            .Counter64(7, "rtfmSourceDamaged", source => source.Counters.Damaged);

        RowSnapshot<MeteredSource> Rows()
        {
            var rows = new List<(uint[], MeteredSource)>();
            foreach (var source in meter.Sources)
                rows.Add(([(uint)rows.Count + 1], source));
            return new(rows);
        }
    }

    /// <summary>rtfmTopFlowTable and its time.</summary>
    private IEnumerable<IMibProvider> TopFlowTable() =>
        [
            ReadOnlyTable
                .Of(Under(1, 10, 1), () => _top.Latest.Flows)
                .Integer(2, "rtfmTopFlowIndex", flow => flow.Index)
                .Octets(3, "rtfmTopFlowDescription", flow => flow.Description)
                .Integer(4, "rtfmTopFlowSourceAddressType", flow => flow.SourceType)
                .Octets(5, "rtfmTopFlowSourceAddress", flow => flow.SourceAddress)
                .Integer(6, "rtfmTopFlowDestAddressType", flow => flow.DestType)
                .Octets(7, "rtfmTopFlowDestAddress", flow => flow.DestAddress)
                .Integer(8, "rtfmTopFlowProtocol", flow => flow.Protocol)
                .Gauge32(9, "rtfmTopFlowSourcePort", flow => flow.SourcePort)
                .Gauge32(10, "rtfmTopFlowDestPort", flow => flow.DestPort)
                .Counter64(11, "rtfmTopFlowOctets", flow => flow.Octets)
                .Counter64(12, "rtfmTopFlowPackets", flow => flow.Packets)
                .Gauge32(13, "rtfmTopFlowOctetRate", flow => flow.OctetRate)
                .Gauge32(14, "rtfmTopFlowPacketRate", flow => flow.PacketRate),
            ReadOnlyTable.Scalar(Under(1, 11), () => _top.Latest).TimeTicks(11, "rtfmTopFlowTime", look => look.At),
            ReadOnlyTable.Scalar(Under(1, 12), () => _top.Latest).TimeTicks(12, "rtfmTopFlowInterval", look => look.Interval),
        ];

    private uint OctetRateOf(RunningRuleSet row) => Limited(_top.Latest.Rates.GetValueOrDefault(row.Number).Octets);

    private uint PacketRateOf(RunningRuleSet row) => Limited(_top.Latest.Rates.GetValueOrDefault(row.Number).Packets);

    /// <summary>A Gauge32 stays at its greatest value (RFC 2578 §7.1.7).</summary>
    private static uint Limited(ulong rate) => (uint)Math.Min(rate, uint.MaxValue);
}
