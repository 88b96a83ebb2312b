using System.Runtime.InteropServices;
using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>The different queues with which a rule set's matches end, each once: what keys, and which statistics, are made from.</summary>
/// <remarks>Added to by one thread while the rule set is compiled, by any while it is interpreted; read by any, without locks.</remarks>
internal sealed class KeyPlans
{
    /// <summary>No plan: the flow has no statistics.</summary>
    public const int None = -1;

    /// <summary>An interpreted rule set has no more; flows of further plans have no statistics.</summary>
    private const int MaxInterpreted = 4_096;

    private readonly RuleProgram _program;
    private readonly Dictionary<byte[], KeyDecision> _known = new(OctetComparer.Instance);

    /// <summary>Queues that packets brought, as they lie in memory, and the numbers of their plans: found without making anything.</summary>
    private readonly Dictionary<byte[], int> _byQueue = new(OctetComparer.Instance);
    private readonly Lock _gate = new();
    private KeyDecision[] _plans = new KeyDecision[8];
    private int _count;

    public KeyPlans(RuleProgram program)
    {
        _program = program;
        foreach (ref readonly var rule in program.Instructions)
        {
            AsksForStatistics |= rule.Field.Kind is FieldKind.Statistic or FieldKind.MeterVariable;
            // A meter variable holds an octet, which this number does not fit.
            AsksForSamples |= rule.Selector == FlowAttribute.DelaySamples;
        }
    }

    public int Count => _count;

    public KeyDecision this[int number] => Volatile.Read(ref _plans)[number];

    /// <summary>False where no rule can ask for a statistic.</summary>
    public bool AsksForStatistics { get; }

    /// <summary>False where no rule can ask for samples of packets.</summary>
    public bool AsksForSamples { get; }

    /// <summary>What the flow of a result has beside its counters; null: nothing.</summary>
    public StatisticPlan? StatisticsOf(in MatchResult result) => result.Plan == None ? null : this[result.Plan].Statistics;

    /// <summary>The number of the plan of that queue, while packets come.</summary>
    public int NumberOf(ReadOnlySpan<Pushed> queue)
    {
        var octets = MemoryMarshal.AsBytes(queue);
        lock (_gate)
        {
            if (_byQueue.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(octets, out var number))
                return number;
            if (_byQueue.Count == MaxInterpreted)
                return None;
            number = Add(queue).Number;
            _byQueue.Add(octets.ToArray(), number);
            return number;
        }
    }

    /// <summary>The plan of that queue.</summary>
    public KeyDecision Add(ReadOnlySpan<Pushed> queue)
    {
        // What counts in the end is the newest push of each attribute.
        Pushed[] newest = [];
        foreach (ref readonly var pushed in queue)
        {
            var field = AttributeField.Of(pushed.Attribute);
            if (field.Slot >= 0 || field.Kind == FieldKind.Statistic)
                newest = SymbolicState.Supersede(newest, pushed);
        }
        var identity = SymbolicState.IdentityOf(newest);
        if (_known.TryGetValue(identity, out var known))
            return known;
        var plan = new KeyDecision(newest, _count, StatisticPlan.Of(newest, _program));
        _known.Add(identity, plan);
        if (_count == _plans.Length)
        {
            var larger = new KeyDecision[_count * 2];
            _plans.CopyTo(larger, 0);
            Volatile.Write(ref _plans, larger);
        }
        _plans[_count++] = plan;
        return plan;
    }
}
