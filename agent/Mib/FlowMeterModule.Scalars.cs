using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

internal sealed partial class FlowMeterModule
{
    private void DeclareControlScalars()
    {
        _control.ReadWrite(FlowMeterMib.FloodMark, Smi.Range(0, 100), state => state.FloodMark, (state, mark) => state with { FloodMark = mark });
        _control.ReadWrite(
            FlowMeterMib.InactivityTimeout,
            Smi.Range(0, int.MaxValue),
            state => state.InactivityTimeoutSeconds,
            (state, seconds) => state with { InactivityTimeoutSeconds = seconds }
        );
        _control.ReadOnly(FlowMeterMib.ActiveFlows, Smi.Integer32, _ => _meter.Flows.ActiveFlows);
        _control.ReadOnly(FlowMeterMib.MaxFlows, Smi.Integer32, _ => _meter.Flows.MaxFlows);
        _control.ReadWrite(FlowMeterMib.FloodMode, Smi.TruthValue, state => state.FloodMode, (state, mode) => state with { FloodMode = mode });
    }
}
