using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Statistics;

namespace Rtfm.Agent.Flows;

/// <summary>All flow records of the meter, by rule set (RFC 2722 §4.2).</summary>
/// <remarks>
/// Written by metering threads, shard by shard; read by any, without locks. Memory grows with use in blocks of 256 rows, and a flow's index stays the same,
/// and its own, for its life (MIB-86).
/// </remarks>
public sealed unsafe class FlowTable : IDisposable
{
    /// <summary>Octets of a row: with the key of an IPv4 5-tuple, of an IPv6 one, of everything.</summary>
    private static readonly int[] RowLengths = [64, 128, 256];

    private readonly BlockMemory _memory;
    private readonly Lock _gate = new();
    private readonly Stack<FlowBlock>[] _spare = [new(), new(), new()];
    private volatile FlowSet[] _sets = [];
    private int _activeFlows;

    /// <param name="maxFlows">The most flow records, of all rule sets together (flowMaxFlows).</param>
    /// <param name="shards">How many metering threads can write at the same time; as many parts has each rule set's search index.</param>
    /// <param name="statisticsMiB">The most memory for flows' statistics.</param>
    public FlowTable(int maxFlows, int shards = 1, int statisticsMiB = DefaultStatisticsMiB)
        // Enough for a full table, and for many rule sets whose flows fill no block.
        : this(maxFlows, shards, statisticsMiB, maxBlocks: maxFlows / FlowBlock.Rows + 65_536) { }

    /// <param name="maxBlocks">For so many blocks of 256 rows there is memory.</param>
    internal FlowTable(int maxFlows, int shards, int statisticsMiB, int maxBlocks)
    {
        StatisticMemory = new StatisticMemory((long)statisticsMiB << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFlows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shards, MaxShards);
        MaxFlows = CreationLimit = maxFlows;
        Shards = shards;
        _memory = new BlockMemory(maxBlocks);
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(seed);
        HashSeed = BitConverter.ToUInt64(seed);
    }

    /// <summary>Memory for flows' statistics unless told (RFC 2724): about 100,000 flows with four distributions of 60 buckets.</summary>
    public const int DefaultStatisticsMiB = 256;

    /// <summary>The most metering threads.</summary>
    public const int MaxShards = 64;

    public int MaxFlows { get; }

    /// <summary>Flows that rules asked statistics of, and that have none since there was no memory for them.</summary>
    public ulong FlowsWithoutStatistics => StatisticMemory.Refused;

    /// <summary>Records in use, idle ones included (flowActiveFlows).</summary>
    public int ActiveFlows => Volatile.Read(ref _activeFlows);

    /// <summary>No flow is made once there are this many: the table's size, less in view of the flood mark, nothing in flood mode (FLOW-08).</summary>
    public int CreationLimit { get; set; }

    /// <summary>Of every rule set that has been run, by ascending number.</summary>
    public IReadOnlyList<FlowSet> Sets => _sets;

    internal const int RowClasses = 3;

    /// <summary>How many metering threads can write at the same time.</summary>
    internal int Shards { get; }

    internal StatisticMemory StatisticMemory { get; }

    /// <summary>How flows' packets are sampled; the ring's length is that of rule sets that begin to run.</summary>
    internal SampleSettings Samples { get; set; } = new();

    /// <summary>Different in every process, so that nobody can make packets whose keys collide.</summary>
    internal ulong HashSeed { get; }

    /// <summary>The flows of that rule set, or null where it has never run.</summary>
    public FlowSet? Find(int ruleSet)
    {
        foreach (var set in _sets)
        {
            if (set.RuleSet == ruleSet)
                return set;
        }
        return null;
    }

    /// <summary>The flows of that rule set, made where it has none yet.</summary>
    public FlowSet GetOrAdd(int ruleSet)
    {
        if (Find(ruleSet) is { } found)
            return found;
        var set = new FlowSet(this, ruleSet);
        FlowSet[] sets = [.. _sets, set];
        Array.Sort(sets, (left, right) => left.RuleSet.CompareTo(right.RuleSet));
        _sets = sets;
        return set;
    }

    /// <summary>Takes a rule set's flows out of the table (MIB-33).</summary>
    public void Remove(int ruleSet)
    {
        if (Find(ruleSet) is not { } set)
            return;
        _sets = Array.FindAll(_sets, each => each != set);
        set.Clear();
    }

    public void Dispose()
    {
        foreach (var set in _sets)
            set.Dispose();
        _sets = [];
        _memory.Dispose();
        StatisticMemory.Dispose();
    }

    /// <summary>The smallest kind of row that has room for a key.</summary>
    internal static int ClassOf(int keyLength)
    {
        var rowClass = 0;
        while (RowLengths[rowClass] - FlowEntry.KeyOffset < keyLength)
            rowClass++;
        return rowClass;
    }

    /// <summary>Where a flow's row begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* RowAt(uint flowIndex)
    {
        var block = _memory.Directory + (flowIndex - 1) / FlowBlock.Rows;
        return block->Rows + (flowIndex - 1) % FlowBlock.Rows * block->RowLength;
    }

    /// <inheritdoc cref="BlockRows.LastActive"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref uint LastActiveOf(uint flowIndex) => ref _memory.Directory[(flowIndex - 1) / FlowBlock.Rows].LastActive;

    /// <summary>What a flow has of statistics; null: nobody in its block has any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal RowStatistics* StatisticsOf(uint flowIndex)
    {
        var rows = _memory.Directory[(flowIndex - 1) / FlowBlock.Rows].Statistics;
        return rows == null ? null : rows + (flowIndex - 1) % FlowBlock.Rows;
    }

    /// <summary>Takes the right to make one more flow.</summary>
    internal bool TryReserve()
    {
        // Never beyond the limit, not even for a moment: the marks are compared with what is seen here.
        for (var flows = ActiveFlows; flows < CreationLimit; )
        {
            var seen = Interlocked.CompareExchange(ref _activeFlows, flows + 1, flows);
            if (seen == flows)
                return true;
            flows = seen;
        }
        return false;
    }

    internal void CountFlows(int change) => Interlocked.Add(ref _activeFlows, change);

    internal FlowBlock? TryTakeBlock(FlowSet owner, int rowClass)
    {
        lock (_gate)
        {
            if (!_spare[rowClass].TryPop(out var block) && (block = _memory.TryAdd(RowLengths[rowClass])) is null)
                return null;
            Volatile.Write(ref block.LastActive, 0);
            block.Owner = owner;
            return block;
        }
    }

    internal void GiveBack(FlowBlock block)
    {
        block.Owner = null;
        lock (_gate)
            _spare[ClassOf(block.KeyRoom)].Push(block);
    }
}
