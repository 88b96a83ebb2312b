using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;
using static Rtfm.Model.Delay.DelayMib;

namespace Rtfm.Agent.Delay.Mib;

/// <summary>rtfmDelaySampleTable: the samples that there are, one by one, for people and tools that do not know packages.</summary>
internal sealed class SampleTable(SampledFlows flows) : IMibProvider
{
    private const uint FirstColumn = SampleColumn.Time;
    private const uint LastColumn = SampleColumn.Direction;

    /// <summary>Rule set, flow index, number.</summary>
    private const int IndexLength = 3;

    private static readonly uint[] Entry = SampleEntry.ToArray();

    public ObjectIdentifier Root { get; } = new(SampleEntry[..^1]);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!name.StartsWith(Entry) || name.Length == Entry.Length || name[Entry.Length] is < FirstColumn or > LastColumn)
            return GetOutcome.NoSuchObject;
        var index = name[(Entry.Length + 1)..];
        if (index.Length != IndexLength || !flows.TryGet(index[0], index[1]))
            return GetOutcome.NoSuchInstance;
        var at = unchecked(index[2] - flows.First);
        if (at >= (uint)flows.Samples.Length)
            return GetOutcome.NoSuchInstance;
        Write(name, name[Entry.Length], flows.Samples[(int)at], ref response);
        return GetOutcome.Found;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        var column = FirstColumn;
        scoped ReadOnlySpan<uint> index = [];
        if (after.StartsWith(Entry) && after.Length > Entry.Length)
        {
            column = Math.Max(after[Entry.Length], FirstColumn);
            index = column == after[Entry.Length] ? after[(Entry.Length + 1)..] : [];
        }
        else if (!after.StartsWith(Entry) && after.CompareNames(Entry) > 0)
        {
            return false;
        }
        for (; column <= LastColumn; column++, index = [])
        {
            // SNMPv1 has no Counter64 (RFC 3584 §4.2.2.1).
            if ((column == SampleColumn.Time && !request.HasCounter64) || !TryFindNext(index, out var at))
                continue;
            OidBuffer.Begin(out var name);
            name.TrySet(Entry);
            name.TryAppend(column, flows.RuleSet, flows.Index, flows.First + (uint)at);
            Write(name.Span, column, flows.Samples[at], ref response);
            return true;
        }
        return false;
    }

    /// <summary>The first sample whose number is above the index's, in its flow or a later one.</summary>
    private bool TryFindNext(scoped ReadOnlySpan<uint> index, out int at)
    {
        at = 0;
        var (ruleSet, flow) = (index.IsEmpty ? 0 : index[0], index.Length > 1 ? index[1] : 0);
        if (index.Length > 1 && flows.TryGet(ruleSet, flow))
        {
            // Without a number, before the first. A flow's numbers begin anew after 2^32 samples: then those below are passed over until the ring has no others.
            var number = index.Length > 2 ? index[2] : 0;
            for (at = 0; at < flows.Samples.Length; at++)
            {
                if (index.Length == 2 || flows.First + (ulong)at > number)
                    return flows.First + (ulong)at <= uint.MaxValue;
            }
            at = 0;
        }
        return flows.TryNext(ruleSet, flow);
    }

    private static void Write(scoped ReadOnlySpan<uint> name, uint column, in PacketSample sample, ref VarBindWriter response)
    {
        switch (column)
        {
            case SampleColumn.Time:
                response.Counter64(name, (ulong)Math.Max(sample.TimeNs, 0));
                break;
            case SampleColumn.Selection:
                response.Unsigned32(name, sample.Selection);
                break;
            case SampleColumn.Identity:
                response.Unsigned32(name, sample.Identity);
                break;
            case SampleColumn.Level:
                response.Unsigned32(name, sample.Level);
                break;
            default:
                response.Integer(name, sample.IsReverse ? 2 : 1);
                break;
        }
    }
}
