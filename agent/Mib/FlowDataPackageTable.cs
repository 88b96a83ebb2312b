using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>
/// flowDataPackageTable: several attributes of a flow in one value, as the name asks for (RFC 2720 §4; MIB-100 to MIB-106). And rtfmFlowPackageTable, which is
/// the same with a selector that also holds numbers of more than an octet.
/// </summary>
/// <remarks>
/// <para>The selector is part of the request, not something to enumerate: a walk that names none passes the table over (AMB-09), else it would never end.</para>
/// <para>A GETBULK asks again and again with the same selector, and the engine answers one request at a time: it is read once, and the buffers are kept.</para>
/// </remarks>
internal sealed class FlowDataPackageTable : IMibProvider
{
    /// <summary>Rule set, time mark, flow index.</summary>
    private const int RowIndexLength = 3;

    /// <summary>More than 113 attributes of at most 22 octets with their headers.</summary>
    private const int LongestPlainPackage = 4_096;

    /// <summary>What one SNMP message can hold; a package that is longer is not there.</summary>
    private const int LongestPackage = 65_000;

    private readonly IFlowRows _flows;

    /// <summary>The column with the packages.</summary>
    private readonly uint[] _column;
    private readonly uint _highestAttribute;
    private readonly int _mostAttributes;

    /// <summary>The selector read last: the number of attributes, then the attributes.</summary>
    private readonly uint[] _selector = new uint[1 + FlowDataPackage.MaxAttributes];
    private readonly FlowAttribute[] _attributes = new FlowAttribute[FlowDataPackage.MaxAttributes];
    private byte[] _package = new byte[LongestPlainPackage];
    private OidBuffer _name;

    private FlowDataPackageTable(IFlowRows flows, ReadOnlySpan<uint> entry, uint highestAttribute)
    {
        (_flows, _highestAttribute) = (flows, highestAttribute);
        _column = [.. entry, FlowMeterMib.PackageData];
        _mostAttributes = FlowMeterMib.MostPackageAttributes(entry);
        Root = new ObjectIdentifier(entry[..^1]);
    }

    public ObjectIdentifier Root { get; }

    /// <summary>The table of FLOW-METER-MIB, whose selector has an octet for each attribute.</summary>
    public static FlowDataPackageTable Standard(IFlowRows flows) => new(flows, FlowMeterMib.DataPackageEntry, byte.MaxValue);

    /// <summary>The table of RTFM-METER-EXT-MIB, whose selector is an object identifier.</summary>
    public static FlowDataPackageTable Extended(IFlowRows flows) => new(flows, Oids.ExtendedPackageEntry, uint.MaxValue);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!name.StartsWith(_column))
            return GetOutcome.NoSuchObject;
        if (!TryReadSelector(name[_column.Length..], out var count) || name.Length != _column.Length + 1 + count + RowIndexLength)
            return GetOutcome.NoSuchInstance;
        var index = name[^RowIndexLength..];
        return _flows.TryGet(index) && TryWrite(name, count, ref response) ? GetOutcome.Found : GetOutcome.NoSuchInstance;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!after.StartsWith(_column) || !TryReadSelector(after[_column.Length..], out var count))
            return false;
        var selectorEnd = _column.Length + 1 + count;
        if (!_flows.TryNext(after[selectorEnd..], out var index))
            return false;
        // A selector of too many attributes was refused above, so the name fits its 128 sub-identifiers.
        _name.TrySet(after[..selectorEnd]);
        _name.TryAppend(index.RuleSet, index.TimeMark, index.Flow);
        return TryWrite(_name.Span, count, ref response);
    }

    /// <summary>Reads the number of attributes, then the attributes; each must be one a package can hold (MIB-101).</summary>
    private bool TryReadSelector(ReadOnlySpan<uint> index, out int count)
    {
        count = 0;
        if (index.IsEmpty || index[0] == 0 || index[0] > _mostAttributes || index.Length - 1 < index[0])
            return false;
        var selector = index[..(int)(1 + index[0])];
        if (!selector.SequenceEqual(_selector.AsSpan(0, selector.Length)) && !TryKeep(selector))
            return false;
        count = selector.Length - 1;
        return true;
    }

    private bool TryKeep(ReadOnlySpan<uint> selector)
    {
        foreach (var number in selector[1..])
        {
            if (number > _highestAttribute || !FlowAttributes.IsPackageSelector(number))
                return false;
        }
        selector.CopyTo(_selector);
        for (var i = 1; i < selector.Length; i++)
        {
            _attributes[i - 1] = (FlowAttribute)selector[i];
            var isLong =
                FlowAttributes.Get(_attributes[i - 1]).Syntax
                is AttributeSyntax.Distribution
                    or AttributeSyntax.Samples
                    or AttributeSyntax.Observations;
            if (isLong && _package.Length < LongestPackage)
                _package = new byte[LongestPackage];
        }
        return true;
    }

    private bool TryWrite(scoped ReadOnlySpan<uint> name, int attributes, ref VarBindWriter response)
    {
        var writer = new FlowDataPackage.Writer(_package);
        if (!_flows.TryWritePackage(_attributes.AsSpan(0, attributes), ref writer))
            return false;
        response.OctetString(name, writer.Finish());
        return true;
    }
}
