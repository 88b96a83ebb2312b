namespace Rtfm.Agent.Metering;

/// <summary>One stage of the packet path: what came in, what went on, what was lost or left out (rtfmStageTable; "why do I see nothing").</summary>
/// <param name="Name">The layer: interface, kernel, ring, sampling, parse, management, match, table.</param>
/// <param name="Remark">What the lost ones are.</param>
public sealed record StageCounters(string Name, ulong In, ulong Out, ulong Lost, string Remark);
