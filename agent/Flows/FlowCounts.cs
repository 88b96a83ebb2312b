using Rtfm.Model;

namespace Rtfm.Agent.Flows;

/// <summary>What a flow has counted, both ways together, without its key.</summary>
public readonly record struct FlowCounts(uint Index, Uptime FirstTime, Uptime LastActive, ulong Octets, ulong Pdus);
