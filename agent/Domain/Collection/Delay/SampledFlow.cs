using Rtfm.Control.Delay;
using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>A flow in a member's table, and where it is there that the record's flow is seen.</summary>
/// <param name="Role">With the record's source and dest.</param>
/// <param name="IsReversed">The member's source is the record's dest.</param>
internal readonly record struct SampledFlow(SampledFlow.Name Of, EdgeRole Role, bool IsReversed)
{
    /// <summary>Which flow it is at a member; rule sets of one meter share no flow, so its number is not needed.</summary>
    public readonly record struct Name(ushort Member, uint Boots, uint FlowIndex, uint FirstTime)
    {
        public Name(in FlowObservation seen)
            : this(seen.Member, seen.Boots, seen.FlowIndex, seen.FirstTime) { }
    }

    /// <param name="seen">With the record's source and dest.</param>
    public SampledFlow(in FlowObservation seen)
        : this(
            new Name(seen),
            seen.IsEntry ? EdgeRole.Entry
                : seen.IsExit ? EdgeRole.Exit
                : EdgeRole.Other,
            seen.IsTurned
        ) { }
}
