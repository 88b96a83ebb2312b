using Rtfm.Model;
using Rtfm.Snmp.Ber;

namespace Rtfm.Control.Reading;

/// <summary>The objects of a meter that a reader asks for and sets.</summary>
public static class MeterMib
{
    public static ObjectIdentifier SysUpTime { get; } = new(1, 3, 6, 1, 2, 1, 1, 3, 0);
    public static ObjectIdentifier EngineId { get; } = new(1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0);
    public static ObjectIdentifier EngineBoots { get; } = new(1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0);

    public const uint RuleInfoTimeStamp = 4;
    public const uint RuleInfoName = 6;
    public const uint RuleInfoFlowRecords = 8;
    public const uint ReaderTimeout = 2;
    public const uint ReaderOwner = 3;
    public const uint ReaderLastTime = 4;
    public const uint ReaderPreviousTime = 5;
    public const uint ReaderStatus = 6;
    public const uint ReaderRuleSet = 7;
    public const uint ManagerCurrentRuleSet = 2;
    public const uint ManagerStandbyRuleSet = 3;
    public const uint ManagerStatus = 8;
    public const uint RuleSelector = 3;
    public const uint RuleAction = 6;

    public static ObjectIdentifier RuleInfo(uint column, params ReadOnlySpan<uint> index) =>
        new([.. FlowMeterMib.RuleSetInfoEntry, column, .. index]);

    public static ObjectIdentifier Reader(uint column, params ReadOnlySpan<uint> index) => new([.. FlowMeterMib.ReaderInfoEntry, column, .. index]);

    public static ObjectIdentifier Rule(uint column, params ReadOnlySpan<uint> index) => new([.. FlowMeterMib.RuleEntry, column, .. index]);

    public static ObjectIdentifier Task(uint column, params ReadOnlySpan<uint> index) => new([.. FlowMeterMib.ManagerInfoEntry, column, .. index]);
}
