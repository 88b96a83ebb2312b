using System.Runtime.CompilerServices;
using Rtfm.Agent.Flows;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>
/// flowDataPackageTable: several attributes of a flow in one value, as the name asks for (RFC 2720 §4; MIB-100 to MIB-106). And rtfmFlowPackageTable, which is
/// the same with a selector that also holds numbers of more than an octet.
/// </summary>
/// <remarks>
/// The selector is part of the request, not something to enumerate: a walk that names none passes the table over (AMB-09), else it would never end.
/// </remarks>
internal sealed class FlowDataPackageTable : IMibProvider
{
    private const uint DataColumn = 5;

    /// <summary>More than 113 attributes of at most 22 octets with their headers.</summary>
    private const int LongestPlainPackage = 4_096;

    /// <summary>What one SNMP message can hold; a package that is longer is not there.</summary>
    private const int LongestPackage = 65_000;

    private readonly FlowTable _flows;
    private readonly uint[] _entry;
    private readonly uint _highestAttribute;

    private FlowDataPackageTable(FlowTable flows, ReadOnlySpan<uint> entry, uint highestAttribute)
    {
        (_flows, _entry, _highestAttribute) = (flows, entry.ToArray(), highestAttribute);
        Root = new ObjectIdentifier(entry[..^1]);
    }

    public ObjectIdentifier Root { get; }

    /// <summary>The table of FLOW-METER-MIB, whose selector has an octet for each attribute.</summary>
    public static FlowDataPackageTable Standard(FlowTable flows) => new(flows, FlowMeterMib.DataPackageEntry, byte.MaxValue);

    /// <summary>The table of RTFM-METER-EXT-MIB, whose selector is an object identifier.</summary>
    public static FlowDataPackageTable Extended(FlowTable flows) => new(flows, Oids.ExtendedPackageEntry, uint.MaxValue);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = _entry;
        if (!name.StartsWith(entry) || name.Length == entry.Length || name[entry.Length] != DataColumn)
            return GetOutcome.NoSuchObject;
        Span<FlowAttribute> attributes = stackalloc FlowAttribute[FlowDataPackage.MaxAttributes];
        if (!TryReadSelector(name[(entry.Length + 1)..], attributes, out var count) || name.Length != entry.Length + 1 + 1 + count + 3)
            return GetOutcome.NoSuchInstance;
        var index = name[^3..];
        FlowSnapshot flow = default;
        if (index[0] > int.MaxValue || _flows.Find((int)index[0]) is not { } set || !set.TryGet(index[2], new Uptime(index[1]), ref flow))
            return GetOutcome.NoSuchInstance;
        return TryWrite(name, attributes[..count], ref flow, ref response) ? GetOutcome.Found : GetOutcome.NoSuchInstance;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = _entry;
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
        if (!FlowRows.TryNext(_flows, after[selectorEnd..], ref flow, out var timeMark))
            return false;
        OidBuffer name = default;
        // A selector of more than 113 attributes was refused above, so the name fits its 128 sub-identifiers.
        name.TrySet(after[..selectorEnd]);
        name.TryAppend((uint)flow.RuleSet, timeMark, flow.Index);
        return TryWrite(name.Span, attributes[..count], ref flow, ref response);
    }

    /// <summary>Reads the number of attributes, then the attributes; each must be one a package can hold (MIB-101).</summary>
    private bool TryReadSelector(ReadOnlySpan<uint> index, Span<FlowAttribute> attributes, out int count)
    {
        count = 0;
        if (index.IsEmpty || index[0] is 0 or > FlowDataPackage.MaxAttributes || index.Length - 1 < index[0])
            return false;
        count = (int)index[0];
        for (var i = 0; i < count; i++)
        {
            var number = index[i + 1];
            if (number > _highestAttribute || !FlowAttributes.IsPackageSelector(number))
                return false;
            attributes[i] = (FlowAttribute)number;
        }
        return true;
    }

    private static bool TryWrite(
        scoped ReadOnlySpan<uint> name,
        scoped ReadOnlySpan<FlowAttribute> attributes,
        ref FlowSnapshot flow,
        ref VarBindWriter response
    )
    {
        foreach (var attribute in attributes)
        {
            if (FlowAttributes.Get(attribute).Syntax == AttributeSyntax.Distribution)
                return TryWriteLong(name, attributes, ref flow, ref response);
        }
        return TryWrite(name, attributes, ref flow, stackalloc byte[LongestPlainPackage], ref response);
    }

    [SkipLocalsInit]
    private static bool TryWriteLong(
        scoped ReadOnlySpan<uint> name,
        scoped ReadOnlySpan<FlowAttribute> attributes,
        ref FlowSnapshot flow,
        ref VarBindWriter response
    ) => TryWrite(name, attributes, ref flow, stackalloc byte[LongestPackage], ref response);

    private static bool TryWrite(
        scoped ReadOnlySpan<uint> name,
        scoped ReadOnlySpan<FlowAttribute> attributes,
        ref FlowSnapshot flow,
        scoped Span<byte> buffer,
        ref VarBindWriter response
    )
    {
        var writer = new FlowDataPackage.Writer(buffer);
        if (!flow.TryWritePackage(attributes, ref writer))
            return false;
        response.OctetString(name, writer.Finish());
        return true;
    }
}
