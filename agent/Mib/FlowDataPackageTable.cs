using Rtfm.Agent.Flows;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>flowDataPackageTable: several attributes of a flow in one value, as the name asks for (RFC 2720 §4; MIB-100 to MIB-106).</summary>
/// <remarks>
/// The selector is part of the request, not something to enumerate: a walk that names none passes the table over (AMB-09), else it would never end.
/// </remarks>
internal sealed class FlowDataPackageTable(FlowTable flows) : IMibProvider
{
    private const uint DataColumn = 5;

    /// <summary>More than 113 attributes of at most 22 octets with their headers.</summary>
    private const int LongestPackage = 4_096;

    public ObjectIdentifier Root { get; } = new(FlowMeterMib.DataPackageEntry[..^1]);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = FlowMeterMib.DataPackageEntry;
        if (!name.StartsWith(entry) || name.Length == entry.Length || name[entry.Length] != DataColumn)
            return GetOutcome.NoSuchObject;
        Span<FlowAttribute> attributes = stackalloc FlowAttribute[FlowDataPackage.MaxAttributes];
        if (!TryReadSelector(name[(entry.Length + 1)..], attributes, out var count) || name.Length != entry.Length + 1 + 1 + count + 3)
            return GetOutcome.NoSuchInstance;
        var index = name[^3..];
        FlowSnapshot flow = default;
        if (index[0] > int.MaxValue || flows.Find((int)index[0]) is not { } set || !set.TryGet(index[2], new Uptime(index[1]), ref flow))
            return GetOutcome.NoSuchInstance;
        Write(name, attributes[..count], ref flow, ref response);
        return GetOutcome.Found;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = FlowMeterMib.DataPackageEntry;
        Span<FlowAttribute> attributes = stackalloc FlowAttribute[FlowDataPackage.MaxAttributes];
        if (
            !after.StartsWith(entry)
            || after.Length == entry.Length
            || after[entry.Length] != DataColumn
            || !TryReadSelector(after[(entry.Length + 1)..], attributes, out var count)
        )
        {
            return false;
        }

        var selectorEnd = entry.Length + 1 + 1 + count;
        FlowSnapshot flow = default;
        if (!FlowRows.TryNext(flows, after[selectorEnd..], ref flow, out var timeMark))
            return false;
        OidBuffer name = default;
        // A selector of more than 113 attributes was refused above, so the name fits its 128 sub-identifiers.
        name.TrySet(after[..selectorEnd]);
        name.TryAppend((uint)flow.RuleSet, timeMark, flow.Index);
        Write(name.Span, attributes[..count], ref flow, ref response);
        return true;
    }

    /// <summary>Reads the number of attributes, then the attributes; each must be one a package can hold (MIB-101).</summary>
    private static bool TryReadSelector(ReadOnlySpan<uint> index, Span<FlowAttribute> attributes, out int count)
    {
        count = 0;
        if (index.IsEmpty || index[0] is 0 or > FlowDataPackage.MaxAttributes || index.Length - 1 < index[0])
            return false;
        count = (int)index[0];
        for (var i = 0; i < count; i++)
        {
            var number = index[i + 1];
            if (!FlowAttributes.IsPackageSelector(number))
                return false;
            attributes[i] = (FlowAttribute)number;
        }
        return true;
    }

    private static void Write(
        scoped ReadOnlySpan<uint> name,
        scoped ReadOnlySpan<FlowAttribute> attributes,
        ref FlowSnapshot flow,
        ref VarBindWriter response
    )
    {
        Span<byte> buffer = stackalloc byte[LongestPackage];
        var writer = new FlowDataPackage.Writer(buffer);
        flow.WritePackage(attributes, ref writer);
        response.OctetString(name, writer.Finish());
    }
}
