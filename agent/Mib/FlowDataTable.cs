using System.Runtime.CompilerServices;
using Rtfm.Agent.Flows;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>flowDataTable: every flow, one column for each attribute (RFC 2720 §4; MIB-80 to MIB-94). Written by hand since it is long and hot.</summary>
internal sealed class FlowDataTable(FlowTable flows) : IMibProvider
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
        var index = name[(entry.Length + 1)..];
        FlowSnapshot flow = default;
        if (
            index.Length != 3
            || index[0] > int.MaxValue
            || flows.Find((int)index[0]) is not { } set
            || !set.TryGet(index[2], new Uptime(index[1]), ref flow)
        )
            return GetOutcome.NoSuchInstance;
        Write(name, name[entry.Length], ref flow, ref response);
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

        FlowSnapshot flow = default;
        foreach (var column in Columns)
        {
            // SNMPv1 has no Counter64: these columns are passed over whole, not row by row (RFC 3584 §4.2.2.1).
            if (column < first || (!request.HasCounter64 && IsCounter64(column)))
                continue;
            if (!FlowRows.TryNext(flows, column == first ? afterIndex : [], ref flow, out var timeMark))
                continue;
            OidBuffer.Begin(out var name);
            name.TrySet(entry);
            name.TryAppend(column, (uint)flow.RuleSet, timeMark, flow.Index);
            Write(name.Span, column, ref flow, ref response);
            return true;
        }
        return false;
    }

    private static void Write(scoped ReadOnlySpan<uint> name, uint column, ref FlowSnapshot flow, ref VarBindWriter response)
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
                response.Integer(name, (long)flow.Number(attribute));
                break;
            case AttributeSyntax.Counter64:
                response.Counter64(name, flow.Number(attribute));
                break;
            case AttributeSyntax.TimeTicks:
                response.TimeTicks(name, (uint)flow.Number(attribute));
                break;
            default:
                response.OctetString(name, flow.Octets(attribute));
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
