using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib.Host;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>FLOW-METER-MIB as this meter implements it (RFC 2720): one file for each table, in the order of the module.</summary>
internal sealed partial class FlowMeterModule
{
    /// <summary>The most rows any of the control tables may have: a manager cannot fill the meter's memory with them.</summary>
    private const int MaxRows = 1_000;

    private readonly TrafficMeter _meter;
    private readonly ControlPlane<MeterConfiguration> _control;
    private readonly Func<long> _memoryRoom;

    /// <param name="memoryRoom">Octets that the agent may still take (<see cref="MemoryRoom"/>).</param>
    public FlowMeterModule(TrafficMeter meter, Func<long>? memoryRoom = null)
    {
        _meter = meter;
        _memoryRoom = memoryRoom ?? (() => MemoryRoom.Of(MemoryInfo.Read()));
        _control = new(meter);
        // Rule sets before their rules, both before the tasks that name them: a SET assigns in this order (MIB-23).
        DeclareRuleSetInfoTable();
        DeclareRuleTable();
        DeclareInterfaceTable();
        DeclareReaderInfoTable();
        DeclareManagerInfoTable();
        DeclareControlScalars();
    }

    public IEnumerable<IMibProvider> Providers =>
        [
            .. _control.Objects,
            new FlowDataTable(new FlowRows(_meter.Flows)),
            new FlowColumnActivityTable(_meter.Flows),
            FlowDataPackageTable.Standard(new FlowRows(_meter.Flows)),
        ];

    internal static ErrorStatus RoomFor<TRow>(SortedRows<TRow> rows)
        where TRow : class => rows.Count > MaxRows ? ErrorStatus.ResourceUnavailable : ErrorStatus.NoError;
}
