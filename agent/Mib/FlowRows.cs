using Rtfm.Agent.Flows;
using Rtfm.Model;

namespace Rtfm.Agent.Mib;

/// <summary>The order in which TimeFilter tables show flows: rule set, time mark, flow index (RFC 2720 §4; MIB-92).</summary>
internal static class FlowRows
{
    /// <summary>
    /// The first flow after the (possibly empty, cut short or too long) index <c>ruleSet.timeMark.flowIndex</c>: in the same rule set at the same time mark,
    /// else the first flow of the next rule set at time mark 0.
    /// </summary>
    /// <remarks>
    /// A row exists at every time mark up to its last activity. GETNEXT does not go on from one mark to the next, as RFC 4502 advises for TimeFilter:
    /// a walk would meet each flow once for each hundredth of a second.
    /// </remarks>
    public static bool TryNext(FlowTable flows, ReadOnlySpan<uint> after, ref FlowSnapshot flow, out uint timeMark)
    {
        timeMark = after.Length > 1 ? after[1] : 0;
        var ruleSet = after.IsEmpty ? 0 : after[0];
        // By position: the enumerator of a list by its interface is an object, one for each varbind.
        var sets = flows.Sets;
        for (var i = 0; i < sets.Count; i++)
        {
            var set = sets[i];
            if ((uint)set.RuleSet < ruleSet)
                continue;
            if ((uint)set.RuleSet > ruleSet)
            {
                timeMark = 0;
                after = default;
            }
            if (set.TryGetNext(after.Length > 2 ? after[2] : 0, new Uptime(timeMark), ref flow))
                return true;
        }
        return false;
    }
}
