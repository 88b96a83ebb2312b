using System.Runtime.CompilerServices;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>flowDataTable: every flow, one column for each attribute (RFC 2720 §4; MIB-80 to MIB-94). Written by hand since it is long and hot.</summary>
internal sealed class FlowDataTable(IFlowRows flows) : IMibProvider
{
    private const uint StatusColumn = 3;

    /// <summary>flowDataStatus of every row that exists: current(2), idle ones included (MIB-81).</summary>
    private const int CurrentStatus = 2;

    /// <summary>Taken once: code that is not optimised makes an object each time it asks for the span.</summary>
    private static readonly uint[] Entry = FlowMeterMib.DataEntry.ToArray();

    private static readonly uint[] Columns = AccessibleColumns();

    public ObjectIdentifier Root { get; } = new(FlowMeterMib.DataEntry[..^1]);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        ReadOnlySpan<uint> entry = Entry;
        if (!name.StartsWith(entry) || name.Length == entry.Length || Array.BinarySearch(Columns, name[entry.Length]) < 0)
            return GetOutcome.NoSuchObject;
        if (!flows.TryGet(name[(entry.Length + 1)..]))
            return GetOutcome.NoSuchInstance;
        Write(name, name[entry.Length], ref response);
        return GetOutcome.Found;
    }

    [SkipLocalsInit]
    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        ReadOnlySpan<uint> entry = Entry;
        var first = 0u;
        scoped ReadOnlySpan<uint> afterIndex = [];
        if (after.StartsWith(entry))
        {
            if (after.Length > entry.Length)
            {
                first = after[entry.Length];
                afterIndex = after[(entry.Length + 1)..];
            }
        }
        else if (after.CompareNames(entry) > 0)
        {
            return false;
        }

        foreach (var column in Columns)
        {
            // SNMPv1 has no Counter64: these columns are passed over whole, not row by row (RFC 3584 §4.2.2.1).
            if (column < first || (!request.HasCounter64 && IsCounter64(column)))
                continue;
            if (!flows.TryNext(column == first ? afterIndex : [], out var index))
                continue;
            OidBuffer.Begin(out var name);
            name.TrySet(entry);
            name.TryAppend(column, index.RuleSet, index.TimeMark, index.Flow);
            Write(name.Span, column, ref response);
            return true;
        }
        return false;
    }

    private void Write(scoped ReadOnlySpan<uint> name, uint column, ref VarBindWriter response)
    {
        if (column == StatusColumn)
        {
            response.Integer(name, CurrentStatus);
            return;
        }
        var attribute = (FlowAttribute)column;
        switch (FlowAttributes.Get(attribute).Syntax)
        {
            case AttributeSyntax.Integer:
                response.Integer(name, (long)flows.Number(attribute));
                break;
            case AttributeSyntax.Counter64:
                response.Counter64(name, flows.Number(attribute));
                break;
            case AttributeSyntax.TimeTicks:
                response.TimeTicks(name, (uint)flows.Number(attribute));
                break;
            default:
                response.OctetString(name, flows.Octets(attribute));
                break;
        }
    }

    private static bool IsCounter64(uint column) => column is >= (uint)FlowAttribute.ToOctets and <= (uint)FlowAttribute.FromPdus;

    /// <summary>Column numbers are attribute numbers, but for 2 and 3 (AMB-45): flowDataTimeMark, an index, and flowDataStatus.</summary>
    private static uint[] AccessibleColumns()
    {
        var columns = new List<uint> { StatusColumn };
        foreach (var attribute in FlowAttributes.All)
        {
            if (attribute.Is(AttributeRoles.Column))
                columns.Add((uint)attribute.Number);
        }
        return [.. columns];
    }
}
