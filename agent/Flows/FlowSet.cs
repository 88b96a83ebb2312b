using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Statistics;
using Rtfm.Model;

namespace Rtfm.Agent.Flows;

/// <summary>The flows that one rule set made: its part of the flow table. Writing is here, reading in the other part.</summary>
/// <remarks>
/// A flow belongs to the shard that its key's hash says, which is the same for both directions, whichever thread meets the packet; who writes to a shard holds
/// its gate. Any number of readers go without locks. The protocol, row by row: the writer makes <see cref="FlowEntry.Sequence"/> odd, changes the row, makes it even again, each step visible before the next. A reader notes an even sequence, copies the row, checks that the block is still this
/// rule set's, and keeps the copy only if the sequence is what it was: then nothing of the row changed in between, so the copy is one state of it; and since
/// a block changes hands only when all its rows are free, which changes their sequences, a row that was in use belonged to the owner that was seen.
/// </remarks>
public sealed partial class FlowSet : IDisposable
{
    private readonly FlowTable _table;
    private readonly FlowShard[] _shards;
    private readonly CollectIndex _collect = new();
    private readonly Dictionary<FlowBlock, FlowShard> _shardOf = [];
    private int _recoverFrom;
    private long _latestNs;

    internal FlowSet(FlowTable table, int ruleSet)
    {
        (_table, RuleSet) = (table, ruleSet);
        Statistics = new(table.Samples.RingLength);
        _shards = new FlowShard[table.Shards];
        for (var i = 0; i < _shards.Length; i++)
            _shards[i] = new FlowShard(table, this);
    }

    /// <summary>The rule set's number.</summary>
    public int RuleSet { get; }

    /// <summary>Flows there are (flowRuleInfoFlowRecords).</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var shard in _shards)
                count += shard.Count;
            return count;
        }
    }

    /// <summary>The shapes of its keys, also of those that an earlier version of the rule set made.</summary>
    public KeyShapes Shapes { get; } = new();

    /// <summary>The kinds of statistics that its flows have.</summary>
    internal StatisticLayouts Statistics { get; }

    /// <summary>When the latest packet came, in nanoseconds since 1970; kept while flows have statistics.</summary>
    internal long LatestNs => Volatile.Read(ref _latestNs);

    /// <summary>Counts a batch of packets. Any number of threads may do so at once.</summary>
    /// <param name="results">What the rule set said of each.</param>
    /// <param name="plans">What the rule set asks to be kept of flows that are new.</param>
    /// <returns>How many were lost: of new flows that the table had no room for, or whose key has no shape.</returns>
    internal unsafe int CountBatch(Span<MatchResult> results, ReadOnlySpan<MatchKey> packets, KeyPlans plans, OctetLayer layer, Uptime now)
    {
        var lost = 0;
        if (Statistics.IsAny && !packets.IsEmpty)
            NoteTime(packets[^1].TimeNs);
        // A shape's number that another thread found may have come to us before the shape.
        Volatile.ReadBarrier();
        var only = _shards.Length == 1 ? _shards[0] : null;
        var seed = _table.HashSeed;
        for (var i = 0; i < results.Length; i++)
        {
            ref var result = ref results[i];
            if (result.Outcome is not (MatchedAs.Forward or MatchedAs.Reversed))
                continue;
            if (result.Shape == MatchResult.NoShape)
            {
                lost++;
                continue;
            }
            fixed (MatchResult* at = &result)
                result.Hash = KeyHash.Of(Shapes[result.Shape], (byte*)at + MatchResult.KeyOffset, seed);
            (only ?? _shards[FlowShard.Of(result.Hash, (uint)_shards.Length)]).Prefetch(result.Hash);
        }
        if (_shards.Length > 1)
            return lost + CountInShards(results, packets, new(plans, layer, now));
        lock (_shards[0].Gate)
            return lost + _shards[0].CountAll(results, packets, new(plans, layer, now));
    }

    /// <summary>Gives the records of idle flows back that no reader still needs (FLOW-02).</summary>
    /// <param name="timeout">Idle is who had no packet for so many hundredths of a second.</param>
    /// <param name="heldSince">Flows active at or after this are kept for readers; null: nobody reads.</param>
    /// <param name="budget">How many rows to look at; the next call goes on from there.</param>
    /// <returns>How many records were recovered.</returns>
    public int Recover(Uptime now, uint timeout, Uptime? heldSince, int budget)
    {
        var recovered = 0;
        var at = CollectIndex.FirstAtOrAfter(_collect.Blocks, _recoverFrom);
        for (; budget > 0; budget -= FlowBlock.Rows)
        {
            if (at >= _collect.Blocks.Length)
            {
                _recoverFrom = 0;
                return recovered;
            }
            // A block that a metering thread puts in before this one makes us see a block twice, never pass one over.
            var block = _collect.Blocks[at];
            var shard = ShardOf(block);
            lock (shard.Gate)
            {
                recovered += shard.Recover(block, now, timeout, heldSince);
                _recoverFrom = block.Number + 1;
                if (block.UsedRows == 0)
                {
                    shard.Release(block);
                    GiveBack(block);
                }
                else
                {
                    at++;
                }
            }
        }
        return recovered;
    }

    /// <summary>A block for new flows; null where there is no room for one.</summary>
    internal FlowBlock? TakeBlock(FlowShard shard, int rowClass)
    {
        if (_table.TryTakeBlock(this, rowClass) is not { } block)
            return null;
        lock (_shardOf)
        {
            _shardOf.Add(block, shard);
            _collect.Add(block);
        }
        return block;
    }

    /// <summary>Frees every record. Nobody writes any more.</summary>
    internal void Clear()
    {
        foreach (var block in _collect.Blocks)
        {
            ShardOf(block).Clear(block);
            _table.GiveBack(block);
        }
        Dispose();
    }

    public void Dispose()
    {
        foreach (var shard in _shards)
            shard.Dispose();
    }

    private FlowShard ShardOf(FlowBlock block)
    {
        lock (_shardOf)
            return _shardOf[block];
    }

    private void GiveBack(FlowBlock block)
    {
        lock (_shardOf)
        {
            _shardOf.Remove(block);
            _collect.Remove(block);
        }
        _table.GiveBack(block);
    }
}
