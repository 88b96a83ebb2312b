using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;

namespace Rtfm.Agent.Metering;

/// <summary>A rule set that is run on every packet: its engine, its flows, and what became of the packets.</summary>
/// <remarks>Counted + Ignored + Unmatched + Lost = Seen after every batch. Written by the metering thread, read by any.</remarks>
public sealed class RunningRuleSet(int number, object rules, PacketMatchingEngine engine, FlowSet flows)
{
    public int Number { get; } = number;

    /// <summary>What the engine was made of: another object means other rules.</summary>
    public object Rules { get; } = rules;

    internal PacketMatchingEngine Engine { get; } = engine;

    public FlowSet Flows { get; } = flows;

    /// <summary>Packets that were matched.</summary>
    public ulong Seen { get; internal set; }

    /// <summary>Packets counted in a flow.</summary>
    public ulong Counted { get; internal set; }

    /// <summary>Packets the rules ignored.</summary>
    public ulong Ignored { get; internal set; }

    /// <summary>Packets that matched neither way round.</summary>
    public ulong Unmatched { get; internal set; }

    /// <summary>Packets of new flows that the table had no room for.</summary>
    public ulong Lost { get; internal set; }

    /// <summary>Match attempts in which the rule set itself failed: loops, Return without Gosub (AMB-33).</summary>
    public ulong Faults => Engine.Faults;
}
