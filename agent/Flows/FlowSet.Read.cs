using Rtfm.Model;

namespace Rtfm.Agent.Flows;

public sealed partial class FlowSet
{
    /// <summary>Reads the flow of that index, if it was last active at or after <paramref name="since"/> (MIB-90).</summary>
    public bool TryGet(uint index, Uptime since, ref FlowSnapshot flow)
    {
        if (index == 0)
            return false;
        var number = (int)((index - 1) / FlowBlock.Rows);
        var blocks = _collect.Blocks;
        var at = _collect.FirstAtOrAfter(number);
        return at < blocks.Length && blocks[at].Number == number && TryRead(blocks[at], (int)((index - 1) % FlowBlock.Rows), since, ref flow);
    }

    /// <summary>Reads the flow of the smallest index above <paramref name="after"/> that was last active at or after <paramref name="since"/>.</summary>
    /// <remarks>Costs what lies between two such flows, a block of 256 idle ones counting as one.</remarks>
    public bool TryGetNext(uint after, Uptime since, ref FlowSnapshot flow)
    {
        var number = (int)(after / FlowBlock.Rows);
        var row = (int)(after % FlowBlock.Rows);
        var blocks = _collect.Blocks;
        for (var at = _collect.FirstAtOrAfter(number); at < blocks.Length; at++)
        {
            var block = blocks[at];
            if (block.Number != number)
                row = 0;
            if (Volatile.Read(ref block.LastActive) < since.Hundredths)
                continue;
            for (row = block.NextUsed(row); row < FlowBlock.Rows; row = block.NextUsed(row + 1))
            {
                if (TryRead(block, row, since, ref flow))
                    return true;
            }
        }
        return false;
    }

    private unsafe bool TryRead(FlowBlock block, int row, Uptime since, ref FlowSnapshot flow)
    {
        ref var entry = ref block[row];
        while (true)
        {
            var sequence = Volatile.Read(ref entry.Sequence);
            if ((sequence & 1) != 0)
                continue;
            var isWanted = entry.ShapeNumber != 0 && entry.LastActive >= since.Hundredths;
            if (isWanted)
                isWanted = flow.TryLoad(this, block.IndexOf(row), entry, block.Key(row), block.StatisticsOf(row));
            isWanted &= block.Owner == this;
            // The copy above must be complete before the sequence is looked at again.
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref entry.Sequence) == sequence)
                return isWanted;
        }
    }
}
