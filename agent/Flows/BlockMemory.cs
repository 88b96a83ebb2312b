using System.Runtime.InteropServices;

namespace Rtfm.Agent.Flows;

/// <summary>Where the rows of all blocks lie. Grows, never shrinks; given back when the table is disposed.</summary>
internal sealed unsafe class BlockMemory : IDisposable
{
    /// <summary>Taken from the system at a time; what is not touched is not used.</summary>
    private const int RegionLength = 64 << 20;

    private readonly List<nint> _regions = [];
    private readonly int _maxBlocks;
    private readonly nuint _directoryLength;
    private int _used = RegionLength;
    private int _blocks;

    /// <param name="maxBlocks">The most blocks there can be.</param>
    public BlockMemory(int maxBlocks)
    {
        _maxBlocks = maxBlocks;
        _directoryLength = (nuint)maxBlocks * (nuint)sizeof(BlockRows);
        Directory = (BlockRows*)LargeMemory.Allocate(_directoryLength);
    }

    /// <summary>One entry for each block, by its number.</summary>
    public BlockRows* Directory { get; private set; }

    /// <summary>Makes the next block.</summary>
    /// <returns>Null where there are as many as there can be, or no memory for more.</returns>
    public FlowBlock? TryAdd(int rowLength)
    {
        if (_blocks == _maxBlocks)
            return null;
        var length = FlowBlock.Rows * rowLength;
        if (_used + length > RegionLength)
        {
            try
            {
                _regions.Add((nint)LargeMemory.Allocate(RegionLength));
            }
            catch (InsufficientMemoryException)
            {
                return null;
            }
            _used = 0;
        }
        var rows = Directory + _blocks;
        *rows = new BlockRows { Rows = (byte*)_regions[^1] + _used, RowLength = (uint)rowLength };
        _used += length;
        return new FlowBlock(_blocks++, rows);
    }

    public void Dispose()
    {
        foreach (var region in _regions)
            LargeMemory.Free((byte*)region, RegionLength);
        _regions.Clear();
        for (var i = 0; i < _blocks; i++)
            NativeMemory.Free(Directory[i].Statistics);
        _blocks = 0;
        LargeMemory.Free((byte*)Directory, _directoryLength);
        Directory = null;
    }
}
