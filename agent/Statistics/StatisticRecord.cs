using System.Runtime.CompilerServices;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Statistics;

/// <summary>The statistics of one flow (RFC 2724 §2.4, §2.5): counters that are never reset.</summary>
internal static unsafe class StatisticRecord
{
    private const long Microsecond = 1_000;
    private const long Second = 1_000_000_000;

    /// <summary>Begins a record with the flow's first packet.</summary>
    /// <param name="record">Room of the layout's length.</param>
    public static void Begin(byte* record, StatisticLayout layout, long firstNs)
    {
        var header = (StatisticHeader*)record;
        header->Layout = layout.Number;
        new Span<byte>(record + sizeof(long), layout.Length - sizeof(long)).Clear();
        if (layout.Statistics.Length > 0)
            header->FirstNs = firstNs;
    }

    /// <summary>Takes one packet in.</summary>
    public static void Add(byte* record, StatisticLayout layout, in MatchKey packet, uint octets, bool isTo)
    {
        var header = (StatisticHeader*)record;
        var direction = isTo ? PacketDirection.To : PacketDirection.From;
        var stream = layout.StreamSlots == 0 ? null : StreamTable.Find((StreamSlot*)(record + layout.StreamsOffset), layout.StreamSlots, packet);
        foreach (var statistic in layout.Statistics)
        {
            if (statistic.IsTo == isTo)
                Add(record, statistic, packet, octets, direction, stream);
        }
        if (stream != null)
            stream->LastNs = packet.TimeNs;
        header->LastNs = packet.TimeNs;
        header->LastDirection = direction;
        header->Seen |= direction;
        if (isTo)
            header->LastToNs = packet.TimeNs;
        else
            header->LastFromNs = packet.TimeNs;
    }

    /// <summary>Ends the intervals that are over, also those without a packet.</summary>
    /// <param name="nowNs">Of the latest packet of any flow.</param>
    public static void CloseIntervals(byte* record, StatisticLayout layout, long nowNs)
    {
        foreach (var statistic in layout.Statistics)
        {
            if (statistic.Kind is StatisticKind.BitRate or StatisticKind.PduRate or StatisticKind.Streams)
                CloseInterval(record, statistic, IntervalOf(record, statistic, nowNs));
        }
    }

    /// <summary>The statistic's counters.</summary>
    public static ReadOnlySpan<ulong> CountersOf(ReadOnlySpan<byte> record, Statistic statistic) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(
            record.Slice(statistic.Offset + sizeof(StatisticState), statistic.Counters * sizeof(ulong))
        );

    private static void Add(byte* record, Statistic statistic, in MatchKey packet, uint octets, PacketDirection direction, StreamSlot* stream)
    {
        var header = (StatisticHeader*)record;
        var state = (StatisticState*)(record + statistic.Offset);
        var counters = (ulong*)(state + 1);
        var lastSame = direction == PacketDirection.To ? header->LastToNs : header->LastFromNs;
        switch (statistic.Kind)
        {
            case StatisticKind.PacketSize:
                Sample(counters, statistic, octets, 1);
                break;
            case StatisticKind.InterarrivalTime when (header->Seen & direction) != 0:
                Sample(counters, statistic, Since(lastSame, packet.TimeNs) / Microsecond, 1);
                break;
            case StatisticKind.TurnaroundTime when header->LastDirection != PacketDirection.None && header->LastDirection != direction:
                Sample(counters, statistic, Since(header->LastNs, packet.TimeNs) / Microsecond, 1);
                break;
            case StatisticKind.PacketPairRate when (header->Seen & direction) != 0:
                var gap = Since(lastSame, packet.TimeNs);
                if (gap > 0 && gap <= (ulong)statistic.LongestGapNs)
                    Sample(counters, statistic, octets * 8 * (ulong)Second / gap, 1);
                break;
            case StatisticKind.BitRate or StatisticKind.PduRate:
                CloseInterval(record, statistic, IntervalOf(record, statistic, packet.TimeNs));
                state->Gathered += statistic.Kind == StatisticKind.BitRate ? octets : 1;
                break;
            case StatisticKind.ActiveIntervals:
                var interval = IntervalOf(record, statistic, packet.TimeNs) + 1;
                if (interval > state->Interval)
                    counters[0]++;
                state->Interval = Math.Max(interval, state->Interval);
                break;
            case StatisticKind.TcpOctets when stream != null && packet.Source.TransType == 6:
                counters[0] += StreamTable.Advance(stream, packet, direction);
                break;
            case StatisticKind.Streams when stream != null:
                AddStream(record, statistic, packet.TimeNs, direction, stream);
                break;
        }
    }

    private static void AddStream(byte* record, Statistic statistic, long nowNs, PacketDirection direction, StreamSlot* stream)
    {
        var state = (StatisticState*)(record + statistic.Offset);
        CloseInterval(record, statistic, IntervalOf(record, statistic, nowNs));
        ref var latest = ref direction == PacketDirection.To ? ref stream->ToInterval : ref stream->FromInterval;
        var interval = unchecked((uint)state->Interval + 1);
        if (latest == interval)
            return;
        latest = interval;
        state->Gathered++;
    }

    private static void CloseInterval(byte* record, Statistic statistic, ulong interval)
    {
        var state = (StatisticState*)(record + statistic.Offset);
        if (interval <= state->Interval)
            return;
        var counters = (ulong*)(state + 1);
        var seconds = (ulong)(statistic.IntervalNs / Second);
        var sample = statistic.Kind switch
        {
            StatisticKind.BitRate => RoundedUp(state->Gathered * 8, seconds),
            StatisticKind.PduRate => RoundedUp(state->Gathered, seconds),
            _ => state->Gathered,
        };
        Sample(counters, statistic, sample, 1);
        Sample(counters, statistic, 0, interval - state->Interval - 1);
        (state->Interval, state->Gathered) = (interval, 0);
    }

    /// <summary>A rate just above a limit belongs above it.</summary>
    private static ulong RoundedUp(ulong amount, ulong seconds) => (amount + seconds - 1) / seconds;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sample(ulong* counters, Statistic statistic, ulong sample, ulong times) =>
        counters[statistic.Limits!.BucketOf(sample)] += times;

    private static ulong IntervalOf(byte* record, Statistic statistic, long timeNs) =>
        Since(((StatisticHeader*)record)->FirstNs, timeNs) / (ulong)statistic.IntervalNs;

    /// <summary>Time between packets; none where a capture's clock steps back.</summary>
    private static ulong Since(long earlierNs, long laterNs) => laterNs > earlierNs ? (ulong)(laterNs - earlierNs) : 0;
}
