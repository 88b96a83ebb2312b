using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>Matches batches of packets against one rule set (RFC 2722 §4.3): compiled where that is possible, else interpreted.</summary>
public sealed class RuleSetEngine
{
    private readonly PacketMatchingEngine _interpreter;
    private readonly CompiledRuleSet? _compiled;

    /// <param name="shapes">Where the shapes of its keys are kept: those of the rule set's flows.</param>
    /// <param name="isInterpreted">True: do not compile.</param>
    public RuleSetEngine(RuleSet ruleSet, KeyShapes shapes, bool isInterpreted = false)
    {
        var program = new RuleProgram(ruleSet);
        _interpreter = new PacketMatchingEngine(program, shapes);
        Plans = new KeyPlans(program);
        _compiled = isInterpreted ? null : RuleCompiler.TryCompile(program, Plans, shapes);
        if (_compiled is null)
            Plans = new KeyPlans(program);
    }

    /// <summary>False for a rule set whose ways multiply beyond what is worth compiling.</summary>
    public bool IsCompiled => _compiled is not null;

    /// <summary>Attempts that ended since the rule set is broken: endless loop, Return without Gosub, a stack or queue beyond bounds (AMB-33).</summary>
    public ulong Faults => (_compiled?.Faults ?? 0) + _interpreter.Faults;

    internal KeyPlans Plans { get; }

    /// <summary>Matches each packet forward; where nothing matches, reversed.</summary>
    /// <param name="results">Receives one result for each packet.</param>
    internal void Match(ReadOnlySpan<MatchKey> packets, Span<MatchResult> results)
    {
        if (_compiled is not null)
        {
            _compiled.Match(packets, results);
            return;
        }
        // The interpreter has one working memory.
        lock (_interpreter)
        {
            for (var i = 0; i < packets.Length; i++)
                Interpret(packets[i], ref results[i]);
        }
    }

    private void Interpret(in MatchKey packet, ref MatchResult result)
    {
        result.Outcome = MatchedAs.Unparsed;
        if (packet.Unparsed != UnparsedReason.None)
            return;
        FlowKey key = default;
        var reversed = false;
        var outcome = _interpreter.Match(packet, reversed, ref key);
        if (outcome == MatchOutcome.NoMatch)
        {
            reversed = true;
            outcome = _interpreter.Match(packet, reversed, ref key);
        }
        switch (outcome)
        {
            case MatchOutcome.Ignore:
                result.Outcome = MatchedAs.Ignored;
                break;
            case MatchOutcome.NoMatch:
                result.Outcome = MatchedAs.Unmatched;
                break;
            default:
                result.Outcome = reversed ? MatchedAs.Reversed : MatchedAs.Forward;
                result.SetKey(key);
                result.Plan = Plans.AsksForStatistics ? Plans.NumberOf(_interpreter.Queue) : KeyPlans.None;
                break;
        }
    }
}
