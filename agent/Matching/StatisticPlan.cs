using Rtfm.Model;

namespace Rtfm.Agent.Matching;

/// <summary>The statistics that the rules ask for on one way to a flow, with their parameters (RFC 2724 §3.2).</summary>
public sealed class StatisticPlan
{
    private StatisticPlan(StatisticRequest[] requests)
    {
        Requests = requests;
        var identity = new List<byte>();
        foreach (var request in requests)
        {
            identity.Add((byte)((int)request.Attribute >> 8));
            identity.Add((byte)request.Attribute);
            identity.AddRange(request.Mask.Padded[..StatisticRequest.Octets]);
            identity.AddRange(request.Value.Padded[..StatisticRequest.Octets]);
        }
        Identity = [.. identity];
    }

    /// <summary>By attribute number.</summary>
    public IReadOnlyList<StatisticRequest> Requests { get; }

    /// <summary>The same for plans that ask the same.</summary>
    public byte[] Identity { get; }

    /// <summary>What a queue of pushes asks for; null: nothing.</summary>
    internal static StatisticPlan? Of(ReadOnlySpan<Pushed> queue, RuleProgram program)
    {
        var requests = new List<StatisticRequest>();
        foreach (var pushed in queue)
        {
            // NEW-03: only pushes of the packet's value ask for a statistic.
            if (pushed.IsRuleValue || AttributeField.Of(pushed.Attribute).Kind != FieldKind.Statistic)
                continue;
            ref readonly var rule = ref program.Instructions[pushed.Rule];
            requests.Add(
                new(pushed.Attribute, new(rule.Mask.AsSpan()[..StatisticRequest.Octets]), new(rule.Value.AsSpan()[..StatisticRequest.Octets]))
            );
        }
        return requests.Count == 0 ? null : new([.. requests]);
    }
}

/// <summary>One statistic: the attribute, and the parameters as the rule's mask and value have them.</summary>
public readonly record struct StatisticRequest(FlowAttribute Attribute, RuleAddress Mask, RuleAddress Value)
{
    /// <summary>Octets of parameters in each of mask and value (NEW-04).</summary>
    public const int Octets = 6;
}
