using System.Collections.Immutable;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>rtfmDelayResultTable: a row is there under every time up to its latest change; GETNEXT stays at the time that it was asked with (RFC 4502, TimeFilter).</summary>
internal sealed class WorkResultTable(Func<ImmutableArray<WorkResult>> results) : IMibProvider
{
    private static readonly uint[] Column = [.. DelayMib.ResultEntry, DelayMib.ResultColumn.Data];

    private readonly byte[] _octets = new byte[DelayResult.Longest];

    public ObjectIdentifier Root { get; } = new(DelayMib.ResultEntry[..^1]);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!name.StartsWith(Column))
            return GetOutcome.NoSuchObject;
        var index = name[Column.Length..];
        if (index.Length != 2)
            return GetOutcome.NoSuchInstance;
        var all = results();
        var at = FirstFrom(all, index[1]);
        if (at == all.Length || all[at].Number != index[1] || all[at].TimeMark < index[0])
            return GetOutcome.NoSuchInstance;
        response.OctetString(name, _octets.AsSpan(0, all[at].Of.Write(_octets)));
        return GetOutcome.Found;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        scoped ReadOnlySpan<uint> index = [];
        if (after.StartsWith(Column))
            index = after[Column.Length..];
        else if (after.CompareNames(Column) > 0)
            return false;
        var all = results();
        var since = index.IsEmpty ? 0 : index[0];
        for (var at = index.Length > 1 ? FirstFrom(all, (ulong)index[1] + 1) : 0; at < all.Length; at++)
        {
            if (all[at].TimeMark < since)
                continue;
            OidBuffer.Begin(out var name);
            name.TrySet(Column);
            name.TryAppend(since, all[at].Number);
            response.OctetString(name.Span, _octets.AsSpan(0, all[at].Of.Write(_octets)));
            return true;
        }
        return false;
    }

    /// <summary>The first one with that number or a greater one.</summary>
    private static int FirstFrom(ImmutableArray<WorkResult> results, ulong number)
    {
        var (low, high) = (0, results.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (results[middle].Number < number)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
