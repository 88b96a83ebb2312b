using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Rtfm.Agent.Matching;
using Rtfm.Model;

namespace Rtfm.Agent.Flows;

/// <summary>The flows that one rule set made: its part of the flow table. Writing is here, reading in the other part.</summary>
/// <remarks>
/// One writer, any number of readers, no locks. The protocol, row by row: the writer makes <see cref="FlowEntry.Sequence"/> odd, changes the row, makes it
/// even again, each step visible before the next. A reader notes an even sequence, copies the row, checks that the block is still this rule set's, and
/// keeps the copy only if the sequence is what it was: then nothing of the row changed in between, so the copy is one state of it; and since a block changes
/// hands only when all its rows are free, which changes their sequences, a row that was in use belonged to the owner that was seen.
/// </remarks>
public sealed partial class FlowSet : IDisposable
{
    private readonly FlowTable _table;
    private readonly SearchIndex _search = new();
    private readonly CollectIndex _collect = new();
    private readonly List<FlowBlock>[] _open =
    [
        [],
        [],
        [],
    ];
    private int _count;
    private int _recoverFrom;

    internal FlowSet(FlowTable table, int ruleSet) => (_table, RuleSet) = (table, ruleSet);

    /// <summary>The rule set's number.</summary>
    public int RuleSet { get; }

    /// <summary>Flows there are (flowRuleInfoFlowRecords).</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The shapes of its keys, also of those that an earlier version of the rule set made.</summary>
    public KeyShapes Shapes { get; } = new();

    /// <summary>Counts a packet to the flow of that key, if there is one.</summary>
    /// <param name="isForward">True: from the flow's source to its dest.</param>
    /// <returns>False where there is no such flow.</returns>
    internal bool TryCount(in FlowKey key, uint hash, bool isForward, uint octets, Uptime now)
    {
        var step = 0;
        while (_search.Probe(hash, ref step) is not 0 and var index)
        {
            var block = _table.Block(index);
            var row = (int)((index - 1) % FlowBlock.Rows);
            ref var entry = ref block[row];
            if (entry.Shape == key.Shape!.Id && key.Octets.SequenceEqual(block.Key(row)[..key.Shape.Length]))
            {
                Add(block, ref entry, isForward, octets, now);
                return true;
            }
        }
        return false;
    }

    /// <summary>Makes a flow of that key and counts its first packet (FLOW-04).</summary>
    /// <returns>False where the table has no room, or none for new flows.</returns>
    internal bool TryCreate(in FlowKey key, uint hash, bool isForward, uint octets, Uptime now)
    {
        if (!_table.HasRoom)
            return false;
        var block = OpenBlock(FlowTable.RoomClass(key.Shape!.Length));
        var row = block.Take();
        ref var entry = ref block[row];
        var sequence = entry.Sequence;
        Volatile.Write(ref entry.Sequence, sequence + 1);
        StoreFence();
        entry.Shape = (ushort)key.Shape.Id;
        entry.Hash = hash;
        entry.FirstTime = entry.LastActive = now.Hundredths;
        (entry.ToOctets, entry.ToPdus) = isForward ? (octets, 1ul) : (0, 0);
        (entry.FromOctets, entry.FromPdus) = isForward ? (0, 0) : (octets, 1ul);
        entry.InUse = 1;
        key.Octets.CopyTo(block.Key(row));
        Volatile.Write(ref entry.Sequence, sequence + 2);
        if (now.Hundredths > block.LastActive)
            Volatile.Write(ref block.LastActive, now.Hundredths);
        _search.Add(hash, block.IndexOf(row));
        Volatile.Write(ref _count, _count + 1);
        _table.CountFlows(+1);
        return true;
    }

    /// <summary>Gives the records of idle flows back that no reader still needs (FLOW-02).</summary>
    /// <param name="timeout">Idle is who had no packet for so many hundredths of a second.</param>
    /// <param name="heldSince">Flows active at or after this are kept for readers; null: nobody reads.</param>
    /// <param name="budget">How many rows to look at; the next call goes on from there.</param>
    /// <returns>How many records were recovered.</returns>
    public int Recover(Uptime now, uint timeout, Uptime? heldSince, int budget)
    {
        var recovered = 0;
        var at = _collect.FirstAtOrAfter(_recoverFrom);
        for (; budget > 0; budget -= FlowBlock.Rows)
        {
            if (at >= _collect.Blocks.Length)
            {
                _recoverFrom = 0;
                return recovered;
            }
            var block = _collect.Blocks[at];
            recovered += Recover(block, now, timeout, heldSince);
            _recoverFrom = block.Number + 1;
            if (block.UsedRows == 0)
                Release(block);
            else
                at++;
        }
        return recovered;
    }

    /// <summary>A hash of the key, as <see cref="TryCount"/> and <see cref="TryCreate"/> want it.</summary>
    internal uint HashOf(in FlowKey key)
    {
        var octets = key.Octets;
        var hash = _table.HashSeed ^ (ulong)key.Shape!.Id * 0x9E37_79B9_7F4A_7C15;
        while (octets.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(octets));
            octets = octets[8..];
        }
        var rest = 0ul;
        foreach (var octet in octets)
            rest = rest << 8 | octet;
        return (uint)(Mix(hash ^ rest ^ (ulong)octets.Length << 60) >> 32);
    }

    /// <summary>Frees every record.</summary>
    internal void Clear()
    {
        foreach (var block in _collect.Blocks)
        {
            for (var row = block.NextUsed(0); row < FlowBlock.Rows; row = block.NextUsed(row + 1))
                Free(block, row);
            block.IsOpen = false;
            _table.GiveBack(block);
        }
        Dispose();
    }

    public void Dispose() => _search.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, 0xA076_1D64_78BD_642F, out var low);
        return high ^ low;
    }

    /// <summary>Holds later stores behind earlier ones. An x86 does that by itself, and a fence there costs as much as the rest of the count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFence()
    {
        if (!X86Base.IsSupported)
            Thread.MemoryBarrier();
    }

    private static void Add(FlowBlock block, ref FlowEntry entry, bool isForward, uint octets, Uptime now)
    {
        var sequence = entry.Sequence;
        Volatile.Write(ref entry.Sequence, sequence + 1);
        StoreFence();
        if (isForward)
        {
            entry.ToOctets += octets;
            entry.ToPdus++;
        }
        else
        {
            entry.FromOctets += octets;
            entry.FromPdus++;
        }
        entry.LastActive = now.Hundredths;
        Volatile.Write(ref entry.Sequence, sequence + 2);
        if (now.Hundredths > block.LastActive)
            Volatile.Write(ref block.LastActive, now.Hundredths);
    }

    private FlowBlock OpenBlock(int roomClass)
    {
        var open = _open[roomClass];
        while (open.Count > 0 && open[^1].IsFull)
        {
            open[^1].IsOpen = false;
            open.RemoveAt(open.Count - 1);
        }
        if (open.Count > 0)
            return open[^1];
        var block = _table.TakeBlock(this, roomClass);
        Open(block);
        _collect.Add(block);
        return block;
    }

    private int Recover(FlowBlock block, Uptime now, uint timeout, Uptime? heldSince)
    {
        var recovered = 0;
        for (var row = block.NextUsed(0); row < FlowBlock.Rows; row = block.NextUsed(row + 1))
        {
            ref var entry = ref block[row];
            var lastActive = new Uptime(entry.LastActive);
            if (now.Hundredths - lastActive.Hundredths < timeout || lastActive >= heldSince)
                continue;
            _search.Remove(entry.Hash, block.IndexOf(row));
            Free(block, row);
            recovered++;
        }
        if (recovered > 0 && !block.IsOpen)
            Open(block);
        return recovered;
    }

    private void Open(FlowBlock block)
    {
        block.IsOpen = true;
        _open[FlowTable.RoomClass(block.KeyRoom)].Add(block);
    }

    private void Free(FlowBlock block, int row)
    {
        ref var entry = ref block[row];
        var sequence = entry.Sequence;
        Volatile.Write(ref entry.Sequence, sequence + 1);
        StoreFence();
        entry.InUse = 0;
        Volatile.Write(ref entry.Sequence, sequence + 2);
        block.GiveBack(row);
        Volatile.Write(ref _count, _count - 1);
        _table.CountFlows(-1);
    }

    private void Release(FlowBlock block)
    {
        if (block.IsOpen)
            _open[FlowTable.RoomClass(block.KeyRoom)].Remove(block);
        block.IsOpen = false;
        _collect.Remove(block);
        _table.GiveBack(block);
    }
}
