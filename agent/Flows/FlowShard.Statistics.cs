using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Statistics;

namespace Rtfm.Agent.Flows;

/// <content>What flows keep beside their counts.</content>
internal sealed unsafe partial class FlowShard
{
    /// <summary>Of the batch that is being counted: what new flows are to have; null: nothing.</summary>
    private KeyPlans? _plans;

    /// <summary>True where flows may have statistics.</summary>
    private bool _keepsStatistics;

    /// <summary>True where they have samples and nothing else.</summary>
    private bool _hasSamplesAlone;

    private SampleClock _clock = new(new());

    /// <summary>Of the batch that is being counted: the packets that flows' records have to be looked into for, which takes place behind the count.</summary>
    private PendingSample[] _pending = new PendingSample[PacketBatch.DefaultCapacity];
    private int _pendingCount;

    /// <summary>Makes ready for a batch of so many packets.</summary>
    private void BeginBatch(KeyPlans plans, int packets)
    {
        _plans = plans.AsksForStatistics ? plans : null;
        _keepsStatistics = _set.Statistics.IsAny;
        _hasSamplesAlone = _set.Statistics.AreSamplesAlone;
        if (_clock.Settings != _table.Samples)
            _clock = new(_table.Samples);
        if (_pending.Length < packets)
            _pending = new PendingSample[packets];
    }

    /// <summary>Asks for the beginning of a flow's record of statistics: it lies far away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchStatistics(in MatchResult result)
    {
        if (!Sse.IsSupported || result.Index == 0)
            return;
        var statistics = _table.StatisticsOf(result.Index);
        if (statistics == null)
            return;
        Sse.Prefetch0(statistics->Record);
        Sse.Prefetch0(statistics->Record + CacheLine - 1);
    }

    /// <summary>NEW-03: what a flow has, with which parameters, is settled when it is made.</summary>
    private void BeginStatistics(StatisticPlan plan, FlowBlock block, int row, long firstNs)
    {
        if (_set.Statistics.Of(plan) is not { IsEmpty: false } layout)
            return;
        var record = _table.StatisticMemory.TryTake(layout.Length);
        if (record == null)
            return;
        if (!block.TryKeepStatistics())
        {
            _table.StatisticMemory.Refuse(record);
            return;
        }
        StatisticRecord.Begin(record, layout, firstNs);
        block.SetStatistics(row, record);
        _keepsStatistics = true;
        _hasSamplesAlone = _set.Statistics.AreSamplesAlone;
    }

    /// <param name="pdus">Packets that the flow has in that direction, this one among them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddStatistics(uint index, int way, int number, in MatchKey packet, uint octets, uint pdus)
    {
        var statistics = _table.StatisticsOf(index);
        if (statistics == null)
            return;
        if (!_hasSamplesAlone)
        {
            AddStatistics(statistics, way, packet, octets, pdus);
            return;
        }
        // Without branches: whether a packet is a sample nobody can foresee. The level may be another one when its turn comes, and is looked at again.
        var isPending = statistics->Record != null & !_clock.PassesOver((&statistics->To)[way], packet);
        _pending[_pendingCount] = new(number, way, pdus);
        _pendingCount += Unsafe.BitCast<bool, byte>(isPending);
    }

    private void AddStatistics(RowStatistics* statistics, int way, in MatchKey packet, uint octets, uint pdus)
    {
        var record = statistics->Record;
        if (record == null)
            return;
        var layout = _set.Statistics[((StatisticHeader*)record)->Layout];
        if (layout.RingLength > 0)
            SampleRing.Add(record + layout.RingOffset, layout.RingLength, ref (&statistics->To)[way], packet, way == 0, pdus, _clock);
        if (layout.Statistics.Length > 0)
            StatisticRecord.Add(record, layout, packet, octets, way == 0);
    }

    /// <summary>Takes the samples of the packets that were counted.</summary>
    private void TakeSamples(ReadOnlySpan<MatchResult> results, ReadOnlySpan<MatchKey> packets)
    {
        var all = _pending.AsSpan(0, _pendingCount);
        foreach (ref readonly var pending in all)
            PrefetchStatistics(results[pending.Number]);
        foreach (ref readonly var pending in all)
        {
            var index = results[pending.Number].Index;
            ref var entry = ref *(FlowEntry*)_table.RowAt(index);
            var sequence = entry.Sequence;
            Volatile.Write(ref entry.Sequence, sequence + 1);
            StoreFence();
            AddStatistics(_table.StatisticsOf(index), pending.Way, packets[pending.Number], 0, pending.Pdus);
            Volatile.Write(ref entry.Sequence, sequence + 2);
        }
        _pendingCount = 0;
    }

    /// <param name="Number">Of the packet, in the batch.</param>
    /// <param name="Way">0: from the flow's source to its dest, 1: the other way.</param>
    /// <param name="Pdus">Packets that the flow had in that direction, this one among them.</param>
    private readonly record struct PendingSample(int Number, int Way, uint Pdus);
}
