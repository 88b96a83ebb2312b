using Rtfm.Agent.Matching;

namespace Rtfm.Agent.Statistics;

/// <summary>The layouts that a rule set's flows use, each once. Read without locks.</summary>
/// <param name="ringLength">How many samples of a flow are kept.</param>
internal sealed class StatisticLayouts(int ringLength)
{
    /// <summary>More than any rule set asks for in earnest; flows of further kinds have no statistics.</summary>
    private const int Max = 4_096;

    private readonly Dictionary<byte[], StatisticLayout> _known = new(OctetComparer.Instance);
    private readonly Lock _gate = new();
    private volatile StatisticLayout[] _layouts = [];

    /// <summary>True once a flow was to have statistics.</summary>
    public bool IsAny => _layouts.Length > 0;

    /// <summary>False once a flow was to have others than samples.</summary>
    public bool AreSamplesAlone { get; private set; } = true;

    /// <summary>By number; one beyond them all is the last's.</summary>
    public StatisticLayout this[int number]
    {
        get
        {
            var layouts = _layouts;
            return layouts[Math.Clamp(number, 0, layouts.Length - 1)];
        }
    }

    /// <summary>The layout for what the rules ask; null where there are too many.</summary>
    public StatisticLayout? Of(StatisticPlan plan)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(plan.Identity, out var known))
                return known;
            if (_layouts.Length == Max)
                return null;
            var layout = new StatisticLayout(_layouts.Length, plan, ringLength);
            AreSamplesAlone &= layout.Statistics.Length == 0;
            _known.Add(plan.Identity, layout);
            _layouts = [.. _layouts, layout];
            return layout;
        }
    }
}
