using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

internal sealed partial class FlowMeterModule
{
    // flowInterfaceTable: one row for each interface the meter captures at. RFC 2720 §4.
    private void DeclareInterfaceTable() =>
        _control
            .Table(
                FlowMeterMib.InterfaceEntry,
                new SingleIndexRows<MeterConfiguration, MeteringPoint>(state => state.Interfaces, (state, rows) => state with { Interfaces = rows })
            )
            .ReadCreate(
                1,
                "flowInterfaceSampleRate",
                Smi.Range(0, int.MaxValue),
                row => row.SampleRate,
                (row, rate) => row with { SampleRate = rate }
            )
            .ReadOnly(2, "flowInterfaceLostPackets", Smi.Counter32, row => unchecked((uint)_meter.LostPackets(row.IfIndex)))
            .OnMissingRow(ErrorStatus.NoCreation); // MIB-46: the meter's interfaces are what they are.
}
