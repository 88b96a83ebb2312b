using Rtfm.Model;

namespace Rtfm.Agent.Flows;

public sealed partial class FlowSet
{
    /// <summary>The most flows that <see cref="TryReadCounts"/> gives at once: those of a block.</summary>
    public const int CountsAtOnce = FlowBlock.Rows;

    /// <summary>Reads the counts of the next block's flows that were active at or after <paramref name="since"/>; a block of idle ones is passed over.</summary>
    /// <param name="block">The number of the block to begin with, 0 at first; becomes that of the one behind it.</param>
    /// <param name="counts">Room for <see cref="CountsAtOnce"/>.</param>
    /// <returns>False behind the last block.</returns>
    public bool TryReadCounts(ref int block, Uptime since, Span<FlowCounts> counts, out int read)
    {
        read = 0;
        var blocks = _collect.Blocks;
        for (var at = CollectIndex.FirstAtOrAfter(blocks, block); at < blocks.Length; at++)
        {
            var found = blocks[at];
            if (Volatile.Read(ref found.LastActive) < since.Hundredths)
                continue;
            for (var row = found.NextUsed(0); row < FlowBlock.Rows; row = found.NextUsed(row + 1))
            {
                found.Prefetch(row + RowsAhead);
                if (TryReadRow(found, row, since, out counts[read]))
                    read++;
            }
            block = found.Number + 1;
            return true;
        }
        return false;
    }

    /// <summary>As <see cref="TryRead"/> does, but for what it reads.</summary>
    private bool TryReadRow(FlowBlock block, int row, Uptime since, out FlowCounts counts)
    {
        ref var entry = ref block[row];
        while (true)
        {
            var sequence = Volatile.Read(ref entry.Sequence);
            if ((sequence & 1) != 0)
                continue;
            var isWanted = entry.ShapeNumber != 0 && entry.LastActive >= since.Hundredths;
            counts = new(
                block.IndexOf(row),
                new(entry.FirstTime),
                new(entry.LastActive),
                entry.To.Octets + entry.From.Octets,
                entry.To.Pdus + entry.From.Pdus
            );
            isWanted &= block.Owner == this;
            // The copy above must be complete before the sequence is looked at again.
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref entry.Sequence) == sequence)
                return isWanted;
        }
    }
}
