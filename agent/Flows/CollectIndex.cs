namespace Rtfm.Agent.Flows;

/// <summary>A rule set's blocks in the order of their numbers: what collections walk along (RFC 2722 §4.2 "collect index").</summary>
/// <remarks>One writer at a time. Readers take the array as it is; the writer fills spare places, or puts a new array in its place, before it lets the count grow.</remarks>
internal sealed class CollectIndex
{
    private volatile Snapshot _snapshot = new([], 0);

    private sealed record Snapshot(FlowBlock[] Blocks, int Count);

    public ReadOnlySpan<FlowBlock> Blocks
    {
        get
        {
            var snapshot = _snapshot;
            return snapshot.Blocks.AsSpan(0, snapshot.Count);
        }
    }

    public void Add(FlowBlock block)
    {
        var (blocks, count) = _snapshot;
        var at = FirstAtOrAfter(Blocks, block.Number);
        if (at == count && count < blocks.Length)
        {
            blocks[count] = block;
        }
        else
        {
            var larger = new FlowBlock[Math.Max(4, count == blocks.Length ? count * 2 : blocks.Length)];
            blocks.AsSpan(0, at).CopyTo(larger);
            larger[at] = block;
            blocks.AsSpan(at, count - at).CopyTo(larger.AsSpan(at + 1));
            blocks = larger;
        }
        _snapshot = new(blocks, count + 1);
    }

    public void Remove(FlowBlock block)
    {
        var (blocks, count) = _snapshot;
        var at = FirstAtOrAfter(Blocks, block.Number);
        var fewer = new FlowBlock[blocks.Length];
        blocks.AsSpan(0, at).CopyTo(fewer);
        blocks.AsSpan(at + 1, count - at - 1).CopyTo(fewer.AsSpan(at));
        _snapshot = new(fewer, count - 1);
    }

    /// <summary>The position of the first block whose number is at least <paramref name="number"/>.</summary>
    /// <param name="blocks">What <see cref="Blocks"/> said: the index may be another one by now.</param>
    public static int FirstAtOrAfter(ReadOnlySpan<FlowBlock> blocks, int number)
    {
        int low = 0,
            high = blocks.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (blocks[middle].Number < number)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
