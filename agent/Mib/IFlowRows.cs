using Rtfm.Model;

namespace Rtfm.Agent.Mib;

/// <summary>Flow records in the order in which TimeFilter tables show them: rule set, time mark, flow index (RFC 2720 §4; MIB-92). One at a time is looked at.</summary>
/// <remarks>The engine answers one request at a time: what was found stays what it is until the next is looked for.</remarks>
internal interface IFlowRows
{
    /// <summary>Finds the flow of the index <c>ruleSet.timeMark.flowIndex</c>.</summary>
    bool TryGet(ReadOnlySpan<uint> index);

    /// <summary>
    /// Finds the first flow after the (possibly empty, cut short or too long) index: in the same rule set at the same time mark, else the first flow of the next
    /// rule set at time mark 0.
    /// </summary>
    /// <remarks>
    /// A row exists at every time mark up to its last activity. GETNEXT does not go on from one mark to the next, as RFC 4502 advises for TimeFilter:
    /// a walk would meet each flow once for each hundredth of a second.
    /// </remarks>
    bool TryNext(ReadOnlySpan<uint> after, out FlowRowIndex index);

    /// <summary>Of the flow that was found: an attribute that is a number.</summary>
    ulong Number(FlowAttribute attribute);

    /// <summary>Of the flow that was found: an attribute that is an octet string.</summary>
    ReadOnlySpan<byte> Octets(FlowAttribute attribute);

    /// <summary>Of the flow that was found: the attributes, in order, as the elements of a flow data package (MIB-104).</summary>
    /// <returns>False where there is no room for them.</returns>
    bool TryWritePackage(ReadOnlySpan<FlowAttribute> attributes, ref FlowDataPackage.Writer writer);
}

/// <summary>What a flow's instances end in.</summary>
internal readonly record struct FlowRowIndex(uint RuleSet, uint TimeMark, uint Flow);
