using Rtfm.Agent.Flows;
using Rtfm.Agent.Matching;

namespace Rtfm.Agent.Metering;

/// <summary>A rule set that is run on every packet: its engine, its flows, and what became of the packets.</summary>
/// <remarks>Counted + Ignored + Unmatched + Lost = Seen after every batch. Written by metering threads, read by any.</remarks>
public sealed class RunningRuleSet(int number, object rules, RuleSetEngine engine, FlowSet flows)
{
    private ulong _seen;
    private ulong _ignored;
    private ulong _unmatched;
    private ulong _lost;

    public int Number { get; } = number;

    /// <summary>What the engine was made of: another object means other rules.</summary>
    public object Rules { get; } = rules;

    public RuleSetEngine Engine { get; } = engine;

    public FlowSet Flows { get; } = flows;

    /// <summary>Packets that were matched.</summary>
    public ulong Seen => Volatile.Read(ref _seen);

    /// <summary>Packets counted in a flow.</summary>
    public ulong Counted => Seen - Ignored - Unmatched - Lost;

    /// <summary>Packets the rules ignored.</summary>
    public ulong Ignored => Volatile.Read(ref _ignored);

    /// <summary>Packets that matched neither way round.</summary>
    public ulong Unmatched => Volatile.Read(ref _unmatched);

    /// <summary>Packets of new flows that the table had no room for.</summary>
    public ulong Lost => Volatile.Read(ref _lost);

    /// <summary>Match attempts in which the rule set itself failed: loops, Return without Gosub (AMB-33).</summary>
    public ulong Faults => Engine.Faults;

    /// <summary>Counts what became of a batch.</summary>
    internal void Count(ReadOnlySpan<MatchResult> results, int lost)
    {
        ulong seen = 0,
            ignored = 0,
            unmatched = 0;
        foreach (ref readonly var result in results)
        {
            seen += result.Outcome == MatchedAs.Unparsed ? 0ul : 1;
            ignored += result.Outcome == MatchedAs.Ignored ? 1ul : 0;
            unmatched += result.Outcome == MatchedAs.Unmatched ? 1ul : 0;
        }
        // Seen goes first: Counted, which is made of the four, is never negative.
        Interlocked.Add(ref _seen, seen);
        Interlocked.Add(ref _ignored, ignored);
        Interlocked.Add(ref _unmatched, unmatched);
        Interlocked.Add(ref _lost, (ulong)lost);
    }
}
