using System.Numerics;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;

namespace Rtfm.Agent.Flows;

public sealed partial class FlowSet
{
    /// <summary>Packets that are sorted by shard together: their numbers fit an octet.</summary>
    private const int Portion = 256;

    /// <summary>Counts a batch whose flows are in several shards: each shard's gate is taken once for all of its packets.</summary>
    private int CountInShards(Span<MatchResult> results, ReadOnlySpan<MatchKey> packets, in BatchContext batch)
    {
        var lost = 0;
        Span<byte> order = stackalloc byte[Portion];
        Span<int> ends = stackalloc int[FlowTable.MaxShards];
        for (; !results.IsEmpty; results = results[Math.Min(Portion, results.Length)..])
        {
            var portion = results[..Math.Min(Portion, results.Length)];
            Sort(portion, order, ends);
            lost += CountPortion(portion, packets, order, ends, batch);
            packets = packets[portion.Length..];
        }
        return lost;
    }

    /// <summary>Counting sort by shard.</summary>
    /// <param name="order">Receives the packets' numbers, those of a shard together.</param>
    /// <param name="ends">Receives where each shard's end; they begin where those of the shard before end.</param>
    private void Sort(ReadOnlySpan<MatchResult> results, Span<byte> order, Span<int> ends)
    {
        var shards = (uint)_shards.Length;
        ends = ends[..(int)shards];
        ends.Clear();
        foreach (ref readonly var result in results)
        {
            if (FlowShard.HasFlow(result))
                ends[(int)FlowShard.Of(result.Hash, shards)]++;
        }
        var start = 0;
        foreach (ref var end in ends)
            (end, start) = (start, start + end);
        for (var i = 0; i < results.Length; i++)
        {
            if (FlowShard.HasFlow(results[i]))
                order[ends[(int)FlowShard.Of(results[i].Hash, shards)]++] = (byte)i;
        }
    }

    private int CountPortion(
        Span<MatchResult> results,
        ReadOnlySpan<MatchKey> packets,
        ReadOnlySpan<byte> order,
        ReadOnlySpan<int> ends,
        in BatchContext batch
    )
    {
        var lost = 0;
        // First the shards where nobody is; those where we have to wait last.
        var waiting = 0ul;
        for (var i = 0; i < _shards.Length; i++)
        {
            var start = i == 0 ? 0 : ends[i - 1];
            if (start == ends[i])
                continue;
            var gate = _shards[i].Gate;
            if (!gate.TryEnter())
            {
                waiting |= 1ul << i;
                continue;
            }
            try
            {
                lost += _shards[i].CountSome(results, packets, order[start..ends[i]], batch);
            }
            finally
            {
                gate.Exit();
            }
        }
        for (; waiting != 0; waiting &= waiting - 1)
        {
            var i = BitOperations.TrailingZeroCount(waiting);
            lock (_shards[i].Gate)
                lost += _shards[i].CountSome(results, packets, order[(i == 0 ? 0 : ends[i - 1])..ends[i]], batch);
        }
        return lost;
    }

    /// <summary>Times of packets do not step back, whichever thread comes first.</summary>
    private void NoteTime(long timeNs)
    {
        for (var latest = Volatile.Read(ref _latestNs); timeNs > latest; )
        {
            var seen = Interlocked.CompareExchange(ref _latestNs, timeNs, latest);
            if (seen == latest)
                return;
            latest = seen;
        }
    }
}
