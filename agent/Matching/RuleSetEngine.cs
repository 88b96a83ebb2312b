using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>Matches batches of packets against one rule set (RFC 2722 §4.3): compiled where that is possible, else interpreted.</summary>
public sealed class RuleSetEngine
{
    private readonly CompiledRuleSet? _compiled;
    private readonly RuleProgram _program;
    private readonly KeyShapes _shapes;

    /// <summary>Interpreters that no thread uses now: each has a working memory.</summary>
    private readonly Stack<PacketMatchingEngine> _idle = [];
    private ulong _faults;

    /// <param name="shapes">Where the shapes of its keys are kept: those of the rule set's flows.</param>
    /// <param name="isInterpreted">True: do not compile.</param>
    public RuleSetEngine(RuleSet ruleSet, KeyShapes shapes, bool isInterpreted = false)
    {
        (_program, _shapes) = (new RuleProgram(ruleSet), shapes);
        Plans = new KeyPlans(_program);
        _compiled = isInterpreted ? null : RuleCompiler.TryCompile(_program, Plans, shapes);
        if (_compiled is null)
            Plans = new KeyPlans(_program);
    }

    /// <summary>False for a rule set whose ways multiply beyond what is worth compiling.</summary>
    public bool IsCompiled => _compiled is not null;

    /// <summary>Attempts that ended since the rule set is broken: endless loop, jump out of it, Return without Gosub, a stack or queue beyond bounds (AMB-33).</summary>
    public ulong Faults => _compiled?.Faults ?? Volatile.Read(ref _faults);

    internal KeyPlans Plans { get; }

    /// <summary>Matches each packet forward; where nothing matches, reversed. Any number of threads may do so at once.</summary>
    /// <param name="results">Receives one result for each packet.</param>
    internal void Match(ReadOnlySpan<MatchKey> packets, Span<MatchResult> results)
    {
        if (_compiled is not null)
        {
            _compiled.Match(packets, results);
            return;
        }
        var interpreter = Take();
        var faults = interpreter.Faults;
        for (var i = 0; i < packets.Length; i++)
            Interpret(interpreter, packets[i], ref results[i]);
        if (interpreter.Faults != faults)
            Interlocked.Add(ref _faults, interpreter.Faults - faults);
        lock (_idle)
            _idle.Push(interpreter);
    }

    private PacketMatchingEngine Take()
    {
        lock (_idle)
            return _idle.TryPop(out var interpreter) ? interpreter : new PacketMatchingEngine(_program, _shapes);
    }

    private void Interpret(PacketMatchingEngine interpreter, in MatchKey packet, ref MatchResult result)
    {
        result.Outcome = MatchedAs.Unparsed;
        if (packet.Unparsed != UnparsedReason.None)
            return;
        FlowKey key = default;
        var reversed = false;
        var outcome = interpreter.Match(packet, reversed, ref key);
        if (outcome == MatchOutcome.NoMatch)
        {
            reversed = true;
            outcome = interpreter.Match(packet, reversed, ref key);
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
                result.Plan = Plans.AsksForStatistics ? Plans.NumberOf(interpreter.Queue) : KeyPlans.None;
                break;
        }
    }
}
