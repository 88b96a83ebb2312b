namespace Rtfm.Agent.Matching;

/// <summary>A node of a <see cref="DecisionGraph"/>: a test of the packet, or how the attempt ends.</summary>
internal abstract class Decision;

/// <summary>Tests (octets and mask) = value at a place of the match key.</summary>
internal sealed class TestDecision(int offset, int length, RuleOctets mask, RuleOctets value) : Decision
{
    public int Offset => offset;

    /// <summary>Octets of the attribute.</summary>
    public int Length => length;

    public RuleOctets Mask => mask;

    public RuleOctets Value => value;

    public Decision IfTrue { get; set; } = EndDecision.NoMatch;

    public Decision IfFalse { get; set; } = EndDecision.NoMatch;

    /// <summary>Rules executed from here to the next node, whichever it is.</summary>
    public int Steps { get; set; }

    /// <summary>Rules executed from here to the end, the longest way; meaningless where there are circles.</summary>
    public long LongestWay { get; set; }

    /// <summary>True where the two differ in the value only, so that one look at the packet decides both.</summary>
    public bool HasSameTest(TestDecision other) => other.Offset == Offset && other.Length == Length && other.Mask.Equals(Mask);
}

/// <summary>The attempt ends without a flow: nothing of the packet matters any more.</summary>
internal sealed class EndDecision(MatchedAs outcome) : Decision
{
    public static EndDecision NoMatch { get; } = new(MatchedAs.Unmatched);

    public static EndDecision Ignore { get; } = new(MatchedAs.Ignored);

    public static EndDecision Fault { get; } = new(MatchedAs.Fault);

    public MatchedAs Outcome => outcome;
}

/// <summary>The attempt succeeds: the flow key is made of this queue.</summary>
internal sealed class KeyDecision(Pushed[] queue, int number, StatisticPlan? statistics) : Decision
{
    /// <summary>By attribute number, each attribute once.</summary>
    public Pushed[] Queue => queue;

    /// <summary>Its number among the rule set's plans.</summary>
    public int Number => number;

    /// <summary>What the flow has beside its counters; null: nothing.</summary>
    public StatisticPlan? Statistics => statistics;
}
