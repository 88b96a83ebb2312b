namespace Rtfm.Agent.Matching;

/// <summary>The different queues with which a rule set's matches end, each once: what keys, and which statistics, are made from.</summary>
internal sealed class KeyPlans
{
    /// <summary>No plan: the flow has no statistics.</summary>
    public const int None = -1;

    /// <summary>An interpreted rule set has no more; flows of further plans have no statistics.</summary>
    private const int MaxInterpreted = 4_096;

    private readonly RuleProgram _program;
    private readonly Dictionary<byte[], KeyDecision> _known = new(OctetComparer.Instance);
    private readonly List<KeyDecision> _plans = [];

    public KeyPlans(RuleProgram program)
    {
        _program = program;
        foreach (ref readonly var rule in program.Instructions)
            AsksForStatistics |= rule.Field.Kind is FieldKind.Statistic or FieldKind.MeterVariable;
    }

    public int Count => _plans.Count;

    public KeyDecision this[int number] => _plans[number];

    /// <summary>False where no rule can ask for a statistic.</summary>
    public bool AsksForStatistics { get; }

    /// <summary>What the flow of a result has beside its counters; null: nothing.</summary>
    public StatisticPlan? StatisticsOf(in MatchResult result) => result.Plan == None ? null : _plans[result.Plan].Statistics;

    /// <summary>The number of the plan of that queue, while packets come.</summary>
    public int NumberOf(ReadOnlySpan<Pushed> queue) => _plans.Count < MaxInterpreted ? Add(queue).Number : None;

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
        var plan = new KeyDecision(newest, _plans.Count, StatisticPlan.Of(newest, _program));
        _known.Add(identity, plan);
        _plans.Add(plan);
        return plan;
    }
}
