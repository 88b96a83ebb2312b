using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Model;

namespace Rtfm.Agent.Flows;

/// <summary>The part of a rule set's flows that one thread at a time writes: those whose keys' hashes fall to it.</summary>
/// <remarks>
/// Who writes holds <see cref="Gate"/>. Packets are counted a batch at a time, in passes, so that memory is waited for once and not once for each packet: hash the keys and ask for the
/// index's slots; look into the slots and ask for the rows; count, and ask for the records of those few flows whose samples the packet is to be among; take the samples.
/// </remarks>
internal sealed unsafe partial class FlowShard : IDisposable
{
    private const int CacheLine = 64;

    private readonly FlowTable _table;
    private readonly FlowSet _set;
    private readonly SearchIndex _search = new();
    private readonly List<FlowBlock>[] _open;
    private int _count;

    /// <summary>When the latest batch arrived.</summary>
    private Uptime _latest;

    /// <summary>A flow and the flow of the reversed key may both be there: the search must not stop at the first it meets.</summary>
    private bool _hasBothWays;

    public FlowShard(FlowTable table, FlowSet set)
    {
        (_table, _set) = (table, set);
        _open = new List<FlowBlock>[FlowTable.RowClasses];
        for (var i = 0; i < _open.Length; i++)
            _open[i] = [];
    }

    /// <summary>Held while the shard is written to.</summary>
    public Lock Gate { get; } = new();

    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts all packets of a batch that have flows: there is one shard.</summary>
    /// <param name="results">What the rule set said of each packet; hashes are filled in.</param>
    /// <param name="packets">The packets themselves.</param>
    /// <returns>How many packets were lost: of new flows that the table had no room for.</returns>
    public int CountAll(Span<MatchResult> results, ReadOnlySpan<MatchKey> packets, in BatchContext batch)
    {
        var now = Begin(batch, packets.Length);
        foreach (ref var result in results)
        {
            if (HasFlow(result))
                Find(ref result);
        }
        if (_keepsStatistics && !_hasSamplesAlone)
        {
            for (var i = 0; i < results.Length; i++)
            {
                if (HasFlow(results[i]))
                    PrefetchStatistics(results[i]);
            }
        }
        var lost = 0;
        for (var i = 0; i < results.Length; i++)
        {
            if (HasFlow(results[i]) && !TryCount(ref results[i], i, packets[i], OctetsOf(packets[i], batch.Layer), now))
                lost++;
        }
        TakeSamples(results, packets);
        return lost;
    }

    /// <summary>Counts those packets of a batch whose numbers are given: those of this shard.</summary>
    /// <inheritdoc cref="CountAll"/>
    public int CountSome(Span<MatchResult> results, ReadOnlySpan<MatchKey> packets, ReadOnlySpan<byte> numbers, in BatchContext batch)
    {
        var now = Begin(batch, numbers.Length);
        foreach (var i in numbers)
            Find(ref results[i]);
        if (_keepsStatistics && !_hasSamplesAlone)
        {
            foreach (var i in numbers)
                PrefetchStatistics(results[i]);
        }
        var lost = 0;
        foreach (var i in numbers)
        {
            if (!TryCount(ref results[i], i, packets[i], OctetsOf(packets[i], batch.Layer), now))
                lost++;
        }
        TakeSamples(results, packets);
        return lost;
    }

    /// <summary>Asks for the slots that <see cref="Find"/> will look into. Needs no gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint hash) => _search.Prefetch(hash);

    /// <summary>Gives the records of a block's idle flows back that no reader still needs (FLOW-02).</summary>
    public int Recover(FlowBlock block, Uptime now, uint timeout, Uptime? heldSince)
    {
        var recovered = 0;
        for (var row = block.NextUsed(0); row < FlowBlock.Rows; row = block.NextUsed(row + 1))
        {
            ref var entry = ref block[row];
            var lastActive = new Uptime(entry.LastActive);
            // A metering thread may have looked at the clock later than we.
            if (lastActive > now || now.Hundredths - lastActive.Hundredths < timeout || lastActive >= heldSince)
                continue;
            fixed (byte* key = block.Key(row))
                _search.Remove(KeyHash.Of(_set.Shapes[entry.ShapeNumber - 1], key, _table.HashSeed), block.IndexOf(row));
            Free(block, row);
            recovered++;
        }
        if (recovered > 0 && !block.IsOpen)
            Open(block);
        return recovered;
    }

    /// <summary>Lets go of a block without flows.</summary>
    public void Release(FlowBlock block)
    {
        if (block.IsOpen)
            _open[FlowTable.ClassOf(block.KeyRoom)].Remove(block);
        block.IsOpen = false;
    }

    /// <summary>Frees every record of a block; the shard is not used any more.</summary>
    public void Clear(FlowBlock block)
    {
        for (var row = block.NextUsed(0); row < FlowBlock.Rows; row = block.NextUsed(row + 1))
            Free(block, row);
        block.IsOpen = false;
    }

    public void Dispose() => _search.Dispose();

    /// <summary>The shard of a hash: by its upper bits, while the search index uses the lower ones.</summary>
    public static uint Of(uint hash, uint shards) => shards == 1 ? 0 : (uint)((ulong)hash * shards >> 32);

    /// <summary>True where the packet is to be counted in a flow, whose key has a name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasFlow(in MatchResult result) =>
        result.Outcome is MatchedAs.Forward or MatchedAs.Reversed && result.Shape != MatchResult.NoShape;

    /// <summary>Makes ready for a batch.</summary>
    /// <returns>When it counts as arrived: another thread's batch may have been stamped later and come first, and a flow's last time never steps back.</returns>
    private Uptime Begin(in BatchContext batch, int packets)
    {
        BeginBatch(batch.Plans, packets);
        if (batch.Now > _latest)
            _latest = batch.Now;
        return _latest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Find(ref MatchResult result)
    {
        result.Index = _search.First(result.Hash);
        result.Row = result.Index == 0 ? null : _table.RowAt(result.Index);
        if (!Sse.IsSupported || result.Row == null)
            return;
        Sse.Prefetch0(result.Row);
        // A longer key goes on in the next cache line.
        if (result.KeyLength > CacheLine - FlowEntry.KeyOffset)
            Sse.Prefetch0(result.Row + CacheLine);
        if (_keepsStatistics)
            Sse.Prefetch0(_table.StatisticsOf(result.Index));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint OctetsOf(in MatchKey packet, OctetLayer layer) => layer == OctetLayer.Network ? packet.NetworkOctets : packet.AdjacentOctets;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryCount(ref MatchResult result, int number, in MatchKey packet, uint octets, Uptime now)
    {
        // Nearly always the first row that has the hash is the flow, one way or the other.
        if (result.Row != null && !_hasBothWays)
        {
            ref var entry = ref *(FlowEntry*)result.Row;
            var shape = _set.Shapes[result.Shape];
            KeyComparison.Compare(
                shape,
                (byte*)Unsafe.AsPointer(ref result) + MatchResult.KeyOffset,
                result.Row + FlowEntry.KeyOffset,
                out var isSame,
                out var isReverse
            );
            // Without branches: which way a packet goes is a toss of a coin, and a branch guessed wrongly takes longer than all this.
            var isForward = result.Outcome == MatchedAs.Forward;
            isSame &= entry.ShapeNumber == shape.Id + 1;
            isReverse &= isForward & entry.ShapeNumber == shape.Reversed.Id + 1;
            if (isSame | isReverse)
            {
                Add(result, ref entry, 1 - Unsafe.BitCast<bool, byte>(isSame & isForward), number, packet, octets, now);
                return true;
            }
        }
        return TryCountSlowly(ref result, number, packet, octets, now);
    }

    // RFC 2722 §4.3: success at the first attempt looks for the key, then for its reverse; success at the second for the key only, and a flow that it
    // makes is counted against its direction (PME-07).
    private bool TryCountSlowly(ref MatchResult result, int number, in MatchKey packet, uint octets, Uptime now)
    {
        var shape = _set.Shapes[result.Shape];
        var key = (byte*)Unsafe.AsPointer(ref result) + MatchResult.KeyOffset;
        var isForward = result.Outcome == MatchedAs.Forward;
        var reversedAt = 0u;
        var step = 0;
        while (_search.Probe(result.Hash, ref step) is not 0 and var index)
        {
            var row = _table.RowAt(index);
            ref var entry = ref *(FlowEntry*)row;
            if (entry.ShapeNumber == shape.Id + 1 && KeyComparison.IsSame(shape.Length, key, row + FlowEntry.KeyOffset))
            {
                result.Index = index;
                Add(result, ref entry, isForward ? 0 : 1, number, packet, octets, now);
                return true;
            }
            if (entry.ShapeNumber == shape.Reversed.Id + 1 && KeyComparison.IsReverse(shape, key, row + FlowEntry.KeyOffset))
                reversedAt = index;
        }
        if (reversedAt != 0 && isForward)
        {
            result.Index = reversedAt;
            Add(result, ref *(FlowEntry*)_table.RowAt(reversedAt), 1, number, packet, octets, now);
            return true;
        }
        if (!TryCreate(ref result, shape, key, packet.TimeNs, now))
            return false;
        _hasBothWays |= reversedAt != 0;
        Add(result, ref *(FlowEntry*)_table.RowAt(result.Index), isForward ? 0 : 1, number, packet, octets, now);
        return true;
    }

    /// <summary>Makes a flow of that key, with nothing counted yet (FLOW-04).</summary>
    /// <returns>False where the table has no room, or none for new flows.</returns>
    private bool TryCreate(ref MatchResult result, KeyShape shape, byte* key, long firstNs, Uptime now)
    {
        if (!_table.TryReserve() || OpenBlock(FlowTable.ClassOf(shape.Length)) is not { } block)
            return false;
        var row = block.Take();
        ref var entry = ref block[row];
        var sequence = entry.Sequence;
        Volatile.Write(ref entry.Sequence, sequence + 1);
        StoreFence();
        entry = new FlowEntry
        {
            Sequence = sequence + 1,
            ShapeNumber = (ushort)(shape.Id + 1),
            FirstTime = now.Hundredths,
            LastActive = now.Hundredths,
        };
        var room = block.Key(row);
        new ReadOnlySpan<byte>(key, shape.Length).CopyTo(room);
        room[shape.Length..].Clear();
        result.Index = block.IndexOf(row);
        if (_plans?.StatisticsOf(result) is { } plan)
            BeginStatistics(plan, block, row, firstNs);
        Volatile.Write(ref entry.Sequence, sequence + 2);
        Volatile.Write(ref _count, _count + 1);
        if (_search.TryAdd(result.Hash, result.Index))
            return true;
        Free(block, row);
        return false;
    }

    /// <summary>Counts one packet in its flow.</summary>
    /// <param name="way">0: from the flow's source to its dest, 1: the other way.</param>
    /// <param name="number">The packet's, in the batch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(in MatchResult result, ref FlowEntry entry, int way, int number, in MatchKey packet, uint octets, Uptime now)
    {
        var sequence = entry.Sequence;
        Volatile.Write(ref entry.Sequence, sequence + 1);
        StoreFence();
        ref var counters = ref Unsafe.Add(ref entry.To, way);
        var pdus = counters.Pdus + 1;
        counters.Octets += octets;
        counters.Pdus = pdus;
        Unsafe.Add(ref entry.ToTcpFlags, way) |= packet.TcpFlags;
        entry.LastActive = now.Hundredths;
        if (_keepsStatistics)
            AddStatistics(result.Index, way, number, packet, octets, (uint)pdus);
        Volatile.Write(ref entry.Sequence, sequence + 2);
        ref var lastActive = ref _table.LastActiveOf(result.Index);
        if (now.Hundredths > lastActive)
            Volatile.Write(ref lastActive, now.Hundredths);
    }

    /// <summary>Holds later stores behind earlier ones. An x86 does that by itself, and a fence there costs as much as the rest of the count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFence()
    {
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.X86))
            Interlocked.MemoryBarrier();
    }

    private FlowBlock? OpenBlock(int rowClass)
    {
        var open = _open[rowClass];
        while (open.Count > 0 && open[^1].IsFull)
        {
            open[^1].IsOpen = false;
            open.RemoveAt(open.Count - 1);
        }
        if (open.Count > 0)
            return open[^1];
        var block = _set.TakeBlock(this, rowClass);
        if (block is null)
            _table.CountFlows(-1);
        else
            Open(block);
        return block;
    }

    private void Open(FlowBlock block)
    {
        block.IsOpen = true;
        _open[FlowTable.ClassOf(block.KeyRoom)].Add(block);
    }

    private void Free(FlowBlock block, int row)
    {
        ref var entry = ref block[row];
        var sequence = entry.Sequence;
        Volatile.Write(ref entry.Sequence, sequence + 1);
        StoreFence();
        entry.ShapeNumber = 0;
        var record = block.StatisticsOf(row);
        if (record != null)
        {
            block.SetStatistics(row, null);
            _table.StatisticMemory.GiveBack(record);
        }
        Volatile.Write(ref entry.Sequence, sequence + 2);
        block.GiveBack(row);
        Volatile.Write(ref _count, _count - 1);
        _table.CountFlows(-1);
    }
}
