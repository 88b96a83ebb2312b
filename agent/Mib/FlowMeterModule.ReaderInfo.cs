namespace Rtfm.Agent.Mib;

internal sealed partial class FlowMeterModule
{
    private void DeclareReaderInfoTable() =>
        ReaderInfoTable.Declare(_control, state => state.Readers, (state, rows) => state with { Readers = rows }, () => _meter.Now);
}
