using System.Buffers.Binary;
using Rtfm.Agent.Flows;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib;

/// <summary>flowColumnActivityTable: one attribute of many flows in one value (RFC 2720 §4, deprecated; MIB-110 to MIB-112).</summary>
/// <remarks>
/// A flow's index has two octets in here, so flows beyond index 65,535 do not appear. GET answers for every flow; GETNEXT goes on behind the flows that a
/// row's data already holds, or a walk would read each value a hundred times (docs/decisions).
/// </remarks>
internal sealed class FlowColumnActivityTable(FlowTable flows) : IMibProvider
{
    private const uint AttributeColumn = 1;
    private const uint TimeColumn = 2;
    private const uint IndexColumn = 3;
    private const uint DataColumn = 4;
    private const int LongestData = 1_000;
    private const uint LargestIndex = 65_535;

    public ObjectIdentifier Root { get; } = new(FlowMeterMib.ColumnActivityEntry[..^1]);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = FlowMeterMib.ColumnActivityEntry;
        if (!name.StartsWith(entry) || name.Length == entry.Length || name[entry.Length] is < AttributeColumn or > DataColumn)
            return GetOutcome.NoSuchObject;
        var index = name[(entry.Length + 1)..];
        FlowSnapshot flow = default;
        if (
            index.Length != 3
            || !FlowAttributes.IsPackageSelector(index[0])
            || index[2] is 0 or > LargestIndex
            || !TryNextFlow(index[2] - 1, index[1], ref flow)
            || flow.Index != index[2]
        )
        {
            return GetOutcome.NoSuchInstance;
        }
        Span<byte> data = stackalloc byte[LongestData];
        Write(name, data[..Pack((FlowAttribute)index[0], index[1], ref flow, data, out _)], ref response);
        return GetOutcome.Found;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var entry = FlowMeterMib.ColumnActivityEntry;
        var column = AttributeColumn;
        scoped ReadOnlySpan<uint> afterIndex = [];
        if (after.StartsWith(entry))
        {
            if (after.Length > entry.Length)
            {
                column = Math.Max(after[entry.Length], AttributeColumn);
                afterIndex = after[entry.Length] >= AttributeColumn ? after[(entry.Length + 1)..] : [];
            }
        }
        else if (after.CompareNames(entry) > 0)
        {
            return false;
        }

        for (; column <= DataColumn; column++, afterIndex = [])
        {
            if (TryNextInColumn(column, afterIndex, ref response))
                return true;
        }
        return false;
    }

    private bool TryNextInColumn(uint column, scoped ReadOnlySpan<uint> after, ref VarBindWriter response)
    {
        Span<byte> data = stackalloc byte[LongestData];
        FlowSnapshot flow = default;
        foreach (var info in FlowAttributes.All)
        {
            var attribute = (uint)info.Number;
            if (!info.Is(AttributeRoles.Package) || info.Number > FlowAttribute.FlowKind || (!after.IsEmpty && attribute < after[0]))
                continue;
            var isSame = !after.IsEmpty && attribute == after[0];
            var time = isSame && after.Length > 1 ? after[1] : 0;
            var afterFlow = isSame && after.Length > 2 ? after[2] : 0;
            if (afterFlow is > 0 and <= LargestIndex && TryNextFlow(afterFlow - 1, time, ref flow) && flow.Index == afterFlow)
                Pack(info.Number, time, ref flow, data, out afterFlow);
            if (!TryNextFlow(afterFlow, time, ref flow))
                continue;

            OidBuffer name = default;
            name.TrySet(FlowMeterMib.ColumnActivityEntry);
            name.TryAppend(column, attribute, time, flow.Index);
            Write(name.Span, data[..Pack(info.Number, time, ref flow, data, out _)], ref response);
            return true;
        }
        return false;
    }

    private static void Write(scoped ReadOnlySpan<uint> name, scoped ReadOnlySpan<byte> data, ref VarBindWriter response)
    {
        var index = name[(FlowMeterMib.ColumnActivityEntry.Length + 1)..];
        switch (name[FlowMeterMib.ColumnActivityEntry.Length])
        {
            case AttributeColumn:
                response.Integer(name, index[0]);
                break;
            case TimeColumn:
                response.TimeTicks(name, index[1]);
                break;
            case IndexColumn:
                response.Integer(name, index[2]);
                break;
            default:
                response.OctetString(name, data);
                break;
        }
    }

    /// <summary>Packs (flow index, value) pairs from <paramref name="flow"/> on, as many as fit, and index 0 where no flow is left.</summary>
    /// <param name="lastPacked">The last flow that found room.</param>
    private int Pack(FlowAttribute attribute, uint time, ref FlowSnapshot flow, Span<byte> data, out uint lastPacked)
    {
        Span<byte> item = stackalloc byte[2 + 1 + RuleAddress.MaxLength];
        var length = 0;
        lastPacked = 0;
        var another = true;
        while (another)
        {
            var octets = PackOne(attribute, ref flow, item);
            if (length + octets > data.Length)
                return length;
            item[..octets].CopyTo(data[length..]);
            length += octets;
            lastPacked = flow.Index;
            another = TryNextFlow(flow.Index, time, ref flow);
        }
        if (length + 2 > data.Length)
            return length;
        data.Slice(length, 2).Clear();
        return length + 2;
    }

    private static int PackOne(FlowAttribute attribute, ref FlowSnapshot flow, Span<byte> item)
    {
        BinaryPrimitives.WriteUInt16BigEndian(item, (ushort)flow.Index);
        var value = item[2..];
        switch (FlowAttributes.Get(attribute).Syntax)
        {
            case AttributeSyntax.Counter64:
                BinaryPrimitives.WriteUInt64BigEndian(value, flow.Number(attribute));
                return 2 + 8;
            case AttributeSyntax.TimeTicks:
                BinaryPrimitives.WriteUInt32BigEndian(value, (uint)flow.Number(attribute));
                return 2 + 4;
            case AttributeSyntax.Integer when attribute == FlowAttribute.FlowIndex:
                BinaryPrimitives.WriteUInt16BigEndian(value, (ushort)flow.Index);
                return 2 + 2;
            case AttributeSyntax.Integer:
                value[0] = (byte)flow.Number(attribute);
                return 2 + 1;
            default:
                var octets = flow.Octets(attribute).TrimEnd((byte)0);
                value[0] = (byte)octets.Length;
                octets.CopyTo(value[1..]);
                return 2 + 1 + octets.Length;
        }
    }

    /// <summary>The flow of the smallest index behind <paramref name="after"/>, of any rule set, last active at or after <paramref name="time"/>.</summary>
    private bool TryNextFlow(uint after, uint time, ref FlowSnapshot flow)
    {
        FlowSnapshot candidate = default;
        var found = false;
        foreach (var set in flows.Sets)
        {
            if (set.TryGetNext(after, new Uptime(time), ref candidate) && candidate.Index <= LargestIndex && (!found || candidate.Index < flow.Index))
            {
                flow = candidate;
                found = true;
            }
        }
        return found;
    }
}
