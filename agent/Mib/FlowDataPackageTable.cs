using Rtfm.Agent.Flows;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>flowDataPackageTable: several attributes of a flow in one value, as the name asks for (RFC 2720 §4; MIB-100 to MIB-106).</summary>
/// <remarks>
/// <para>The selector is part of the request, not something to enumerate: a walk that names none passes the table over (AMB-09), else it would never end.</para>
/// <para>A GETBULK asks again and again with the same selector, on the one thread that answers: it is read once, and the buffers are kept.</para>
/// </remarks>
internal sealed class FlowDataPackageTable(FlowTable flows) : IMibProvider
{
    private const uint DataColumn = 5;

    /// <summary>More than 113 attributes of at most 22 octets with their headers.</summary>
    private const int LongestPackage = 4_096;

    /// <summary>The selector read last: the number of attributes, then the attributes.</summary>
    private readonly uint[] _selector = new uint[1 + FlowDataPackage.MaxAttributes];
    private readonly FlowAttribute[] _attributes = new FlowAttribute[FlowDataPackage.MaxAttributes];
    private readonly byte[] _package = new byte[LongestPackage];
    private OidBuffer _name;

    public ObjectIdentifier Root { get; } = new(FlowMeterMib.DataPackageEntry[..^1]);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = FlowMeterMib.DataPackageEntry;
        if (!name.StartsWith(entry) || name.Length == entry.Length || name[entry.Length] != DataColumn)
            return GetOutcome.NoSuchObject;
        if (!TryReadSelector(name[(entry.Length + 1)..], out var count) || name.Length != entry.Length + 1 + 1 + count + 3)
            return GetOutcome.NoSuchInstance;
        var index = name[^3..];
        FlowSnapshot flow = default;
        if (index[0] > int.MaxValue || flows.Find((int)index[0]) is not { } set || !set.TryGet(index[2], new Uptime(index[1]), ref flow))
            return GetOutcome.NoSuchInstance;
        Write(name, count, ref flow, ref response);
        return GetOutcome.Found;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = FlowMeterMib.DataPackageEntry;
        if (
            !after.StartsWith(entry)
            || after.Length == entry.Length
            || after[entry.Length] != DataColumn
            || !TryReadSelector(after[(entry.Length + 1)..], out var count)
        )
        {
            return false;
        }

        var selectorEnd = entry.Length + 1 + 1 + count;
        FlowSnapshot flow = default;
        if (!FlowRows.TryNext(flows, after[selectorEnd..], ref flow, out var timeMark))
            return false;
        // A selector of more than 113 attributes was refused above, so the name fits its 128 sub-identifiers.
        _name.TrySet(after[..selectorEnd]);
        _name.TryAppend((uint)flow.RuleSet, timeMark, flow.Index);
        Write(_name.Span, count, ref flow, ref response);
        return true;
    }

    /// <summary>Reads the number of attributes, then the attributes; each must be one a package can hold (MIB-101).</summary>
    private bool TryReadSelector(ReadOnlySpan<uint> index, out int count)
    {
        count = 0;
        if (index.IsEmpty || index[0] is 0 or > FlowDataPackage.MaxAttributes || index.Length - 1 < index[0])
            return false;
        var selector = index[..(int)(1 + index[0])];
        if (!selector.SequenceEqual(_selector.AsSpan(0, selector.Length)))
        {
            foreach (var number in selector[1..])
            {
                if (!FlowAttributes.IsPackageSelector(number))
                    return false;
            }
            selector.CopyTo(_selector);
            for (var i = 1; i < selector.Length; i++)
                _attributes[i - 1] = (FlowAttribute)selector[i];
        }
        count = selector.Length - 1;
        return true;
    }

    private void Write(scoped ReadOnlySpan<uint> name, int attributes, ref FlowSnapshot flow, ref VarBindWriter response)
    {
        var writer = new FlowDataPackage.Writer(_package);
        flow.WritePackage(_attributes.AsSpan(0, attributes), ref writer);
        response.OctetString(name, writer.Finish());
    }
}
