using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Matching;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Statistics;
using Rtfm.Model;

namespace Rtfm.Agent.Flows;

/// <summary>The part of a rule set's flows that one thread at a time writes: those whose keys' hashes fall to it.</summary>
/// <remarks>
/// Who writes holds <see cref="Gate"/>. Packets are counted a batch at a time, in three passes, so that memory is waited for once and not once for each packet: hash the keys and ask for the
/// index's slots; look into the slots and ask for the rows; count.
/// </remarks>
internal sealed unsafe class FlowShard : IDisposable
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

    /// <summary>Of the batch that is being counted: what new flows are to have; null: nothing.</summary>
    private KeyPlans? _plans;

    /// <summary>True where flows may have statistics.</summary>
    private bool _keepsStatistics;

    /// <summary>True where they have samples and nothing else.</summary>
    private bool _hasSamplesAlone;

    private SampleClock _clock = new(new());

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
        var now = Begin(batch);
        foreach (ref var result in results)
        {
            if (HasFlow(result))
                Find(ref result);
        }
        if (_keepsStatistics)
        {
            for (var i = 0; i < results.Length; i++)
            {
                if (HasFlow(results[i]))
                    PrefetchStatistics(results[i], packets[i]);
            }
        }
        var lost = 0;
        for (var i = 0; i < results.Length; i++)
        {
            if (HasFlow(results[i]) && !TryCount(ref results[i], packets[i], OctetsOf(packets[i], batch.Layer), now))
                lost++;
        }
        return lost;
    }

    /// <summary>Counts those packets of a batch whose numbers are given: those of this shard.</summary>
    /// <inheritdoc cref="CountAll"/>
    public int CountSome(Span<MatchResult> results, ReadOnlySpan<MatchKey> packets, ReadOnlySpan<byte> numbers, in BatchContext batch)
    {
        var now = Begin(batch);
        foreach (var i in numbers)
            Find(ref results[i]);
        if (_keepsStatistics)
        {
            foreach (var i in numbers)
                PrefetchStatistics(results[i], packets[i]);
        }
        var lost = 0;
        foreach (var i in numbers)
        {
            if (!TryCount(ref results[i], packets[i], OctetsOf(packets[i], batch.Layer), now))
                lost++;
        }
        return lost;
    }

    /// <summary>Asks for the slots that <see cref="Find"/> will look into. Needs no gate.</summary>
    /// <summary>Whether another key is this one, or this one with source and dest exchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compare(KeyShape shape, byte* key, byte* other, out bool isSame, out bool isReverse)
    {
        var side = shape.SideLength;
        if (side < sizeof(ulong))
        {
            isSame = IsSame(shape.Length, key, other);
            isReverse = !isSame && IsReverse(shape, key, other);
            return;
        }
        var (straight, crossed) = (0ul, 0ul);
        var last = side - sizeof(ulong);
        // The last word overlaps the one before where a side is not made of whole words.
        for (var at = 0; ; at = Math.Min(at + sizeof(ulong), last))
        {
            var (source, dest) = (*(ulong*)(key + at), *(ulong*)(key + side + at));
            var (otherSource, otherDest) = (*(ulong*)(other + at), *(ulong*)(other + side + at));
            straight |= source ^ otherSource | dest ^ otherDest;
            crossed |= source ^ otherDest | dest ^ otherSource;
            if (at == last)
                break;
        }
        (isSame, isReverse) = (straight == 0, crossed == 0);
    }

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
    private Uptime Begin(in BatchContext batch)
    {
        _plans = batch.Plans.AsksForStatistics ? batch.Plans : null;
        _keepsStatistics = _set.Statistics.IsAny;
        _hasSamplesAlone = _set.Statistics.AreSamplesAlone;
        if (_clock.Settings != _table.Samples)
            _clock = new(_table.Samples);
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

    /// <summary>Asks for the beginning of a flow's record, where the packet needs it: it lies far away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchStatistics(in MatchResult result, in MatchKey packet)
    {
        if (!Sse.IsSupported || result.Index == 0)
            return;
        var statistics = _table.StatisticsOf(result.Index);
        if (statistics == null)
            return;
        // Which way the packet goes is not known yet. Without a branch: whether it is a sample nobody can foresee.
        var passes = _hasSamplesAlone & _clock.PassesOver(statistics->To, packet) & _clock.PassesOver(statistics->From, packet);
        var record = passes ? (byte*)statistics : statistics->Record;
        Sse.Prefetch0(record);
        Sse.Prefetch0(record + CacheLine - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint OctetsOf(in MatchKey packet, OctetLayer layer) => layer == OctetLayer.Network ? packet.NetworkOctets : packet.AdjacentOctets;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryCount(ref MatchResult result, in MatchKey packet, uint octets, Uptime now)
    {
        // Nearly always the first row that has the hash is the flow, one way or the other.
        if (result.Row != null && !_hasBothWays)
        {
            ref var entry = ref *(FlowEntry*)result.Row;
            var shape = _set.Shapes[result.Shape];
            Compare(
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
                Add(result, ref entry, isSame & isForward ? 0 : 1, packet, octets, now);
                return true;
            }
        }
        return TryCountSlowly(ref result, packet, octets, now);
    }

    // RFC 2722 §4.3: success at the first attempt looks for the key, then for its reverse; success at the second for the key only, and a flow that it
    // makes is counted against its direction (PME-07).
    private bool TryCountSlowly(ref MatchResult result, in MatchKey packet, uint octets, Uptime now)
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
            if (entry.ShapeNumber == shape.Id + 1 && IsSame(shape.Length, key, row + FlowEntry.KeyOffset))
            {
                result.Index = index;
                Add(result, ref entry, isForward ? 0 : 1, packet, octets, now);
                return true;
            }
            if (entry.ShapeNumber == shape.Reversed.Id + 1 && IsReverse(shape, key, row + FlowEntry.KeyOffset))
                reversedAt = index;
        }
        if (reversedAt != 0 && isForward)
        {
            result.Index = reversedAt;
            Add(result, ref *(FlowEntry*)_table.RowAt(reversedAt), 1, packet, octets, now);
            return true;
        }
        if (!TryCreate(ref result, shape, key, packet.TimeNs, now))
            return false;
        _hasBothWays |= reversedAt != 0;
        Add(result, ref *(FlowEntry*)_table.RowAt(result.Index), isForward ? 0 : 1, packet, octets, now);
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(in MatchResult result, ref FlowEntry entry, int way, in MatchKey packet, uint octets, Uptime now)
    {
        var sequence = entry.Sequence;
        Volatile.Write(ref entry.Sequence, sequence + 1);
        StoreFence();
        ref var counters = ref Unsafe.Add(ref entry.To, way);
        counters.Octets += octets;
        counters.Pdus++;
        Unsafe.Add(ref entry.ToTcpFlags, way) |= packet.TcpFlags;
        entry.LastActive = now.Hundredths;
        if (_keepsStatistics)
            AddStatistics(result.Index, packet, octets, isForward: way == 0, (uint)counters.Pdus);
        Volatile.Write(ref entry.Sequence, sequence + 2);
        ref var lastActive = ref _table.LastActiveOf(result.Index);
        if (now.Hundredths > lastActive)
            Volatile.Write(ref lastActive, now.Hundredths);
    }

    /// <param name="pdus">Packets that the flow has in that direction, this one among them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddStatistics(uint index, in MatchKey packet, uint octets, bool isForward, uint pdus)
    {
        var statistics = _table.StatisticsOf(index);
        if (statistics == null)
            return;
        var gate = isForward ? &statistics->To : &statistics->From;
        if (!_hasSamplesAlone || !_clock.PassesOver(*gate, packet))
            AddStatistics(statistics->Record, gate, packet, octets, isForward, pdus);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddStatistics(byte* record, SampleGate* gate, in MatchKey packet, uint octets, bool isForward, uint pdus)
    {
        if (record == null)
            return;
        var layout = _set.Statistics[((StatisticHeader*)record)->Layout];
        if (layout.RingLength > 0)
            SampleRing.Add(record + layout.RingOffset, layout.RingLength, ref *gate, packet, isForward, pdus, _clock);
        if (layout.Statistics.Length > 0)
            StatisticRecord.Add(record, layout, packet, octets, isForward);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSame(int length, byte* left, byte* right)
    {
        // Keys are a few words: a call to compare them takes longer than to do it.
        for (; length >= 8; length -= 8, left += 8, right += 8)
        {
            if (*(ulong*)left != *(ulong*)right)
                return false;
        }
        if ((length & 4) != 0)
        {
            if (*(uint*)left != *(uint*)right)
                return false;
            left += 4;
            right += 4;
        }
        if ((length & 2) != 0)
        {
            if (*(ushort*)left != *(ushort*)right)
                return false;
            left += 2;
            right += 2;
        }
        return (length & 1) == 0 || *left == *right;
    }

    /// <summary>Whether <paramref name="other"/> is the key with source and dest exchanged (PME-02).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsReverse(KeyShape shape, byte* key, byte* other)
    {
        var (source, dest) = (shape.SourceLength, shape.DestLength);
        var rest = shape.Length - source - dest;
        return IsSame(source, key, other + dest) && IsSame(dest, key + source, other) && IsSame(rest, key + source + dest, other + source + dest);
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
