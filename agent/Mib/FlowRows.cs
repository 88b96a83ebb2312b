using Rtfm.Agent.Flows;
using Rtfm.Model;

namespace Rtfm.Agent.Mib;

/// <summary>The flows of this meter.</summary>
internal sealed class FlowRows(FlowTable flows) : IFlowRows
{
    private FlowSnapshot _flow;

    public bool TryGet(ReadOnlySpan<uint> index) =>
        index.Length == 3
        && index[0] <= int.MaxValue
        && flows.Find((int)index[0]) is { } set
        && set.TryGet(index[2], new Uptime(index[1]), ref _flow);

    public bool TryNext(ReadOnlySpan<uint> after, out FlowRowIndex index)
    {
        var timeMark = after.Length > 1 ? after[1] : 0;
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
            if (set.TryGetNext(after.Length > 2 ? after[2] : 0, new Uptime(timeMark), ref _flow))
            {
                index = new((uint)_flow.RuleSet, timeMark, _flow.Index);
                return true;
            }
        }
        index = default;
        return false;
    }

    public ulong Number(FlowAttribute attribute) => _flow.Number(attribute);

    public ReadOnlySpan<byte> Octets(FlowAttribute attribute) => _flow.Octets(attribute);

    public bool TryWritePackage(ReadOnlySpan<FlowAttribute> attributes, ref FlowDataPackage.Writer writer) =>
        _flow.TryWritePackage(attributes, ref writer);
}
