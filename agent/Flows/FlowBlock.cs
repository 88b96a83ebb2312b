using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Rtfm.Agent.Delay;

namespace Rtfm.Agent.Flows;

/// <summary>What is needed of a block for every packet; kept together, for all blocks, in native memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BlockRows
{
    public byte* Rows;

    /// <summary>Octets from one row to the next.</summary>
    public uint RowLength;

    /// <summary>No row was active after this Uptime: readers pass the whole block over (a summary, never too low).</summary>
    public uint LastActive;

    /// <summary>What each row has of statistics; null where no flow of the block ever had any.</summary>
    public RowStatistics* Statistics;
}

/// <summary>What a row has of statistics.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RowStatistics
{
    /// <summary>The record; null where its flow has none.</summary>
    public byte* Record;

    /// <summary>Which packets the record has to be looked into for, where it has samples alone: it lies far away.</summary>
    public SampleGate To;
    public SampleGate From;
}

/// <summary>256 rows of the flow table, with room for keys of one size, owned by one rule set at a time.</summary>
/// <remarks>
/// Its memory is kept until the table is disposed, also while nobody owns it: a reader that looks into it too late sees a changed sequence or owner,
/// never memory that is gone.
/// </remarks>
internal sealed unsafe class FlowBlock(int number, BlockRows* rows)
{
    public const int Rows = 256;

    private readonly ulong[] _used = new ulong[Rows / 64];

    /// <summary>Its place in the table: flow indexes begin at 256 times this, plus 1.</summary>
    public int Number { get; } = number;

    public int RowLength { get; } = (int)rows->RowLength;

    /// <summary>Octets that each row has for its key.</summary>
    public int KeyRoom => RowLength - FlowEntry.KeyOffset;

    /// <summary>Whose flows these are; null while the block is spare.</summary>
    public volatile FlowSet? Owner;

    /// <inheritdoc cref="BlockRows.LastActive"/>
    public ref uint LastActive => ref rows->LastActive;

    public int UsedRows { get; private set; }

    /// <summary>True while the owner looks here for free rows.</summary>
    public bool IsOpen { get; set; }

    public bool IsFull => UsedRows == Rows;

    public ref FlowEntry this[int row] => ref *(FlowEntry*)(rows->Rows + row * RowLength);

    /// <summary>The record of the row's statistics; null where there is none.</summary>
    public byte* StatisticsOf(int row)
    {
        var statistics = (RowStatistics*)Volatile.Read(ref *(nint*)&rows->Statistics);
        return statistics == null ? null : (byte*)Volatile.Read(ref *(nint*)&statistics[row].Record);
    }

    /// <summary>Makes room for the rows' records of statistics.</summary>
    /// <returns>False where there is no memory for it.</returns>
    public bool TryKeepStatistics()
    {
        if (rows->Statistics != null)
            return true;
        try
        {
            Volatile.Write(ref *(nint*)&rows->Statistics, (nint)NativeMemory.AllocZeroed(Rows, (nuint)sizeof(RowStatistics)));
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Gives the row a record of statistics, or takes it away; after <see cref="TryKeepStatistics"/>.</summary>
    public void SetStatistics(int row, byte* record)
    {
        var statistics = rows->Statistics + row;
        statistics->To = statistics->From = default;
        Volatile.Write(ref *(nint*)&statistics->Record, (nint)record);
    }

    public Span<byte> Key(int row) => new(rows->Rows + row * RowLength + FlowEntry.KeyOffset, KeyRoom);

    /// <summary>Asks for the memory of a row that is looked at soon, if there is one.</summary>
    public void Prefetch(int row)
    {
        if (Sse.IsSupported && row < Rows)
            Sse.Prefetch0(rows->Rows + row * RowLength);
    }

    public uint IndexOf(int row) => (uint)(Number * Rows + row + 1);

    /// <summary>Takes the first free row; the block must not be full.</summary>
    public int Take()
    {
        for (var word = 0; ; word++)
        {
            if (_used[word] == ulong.MaxValue)
                continue;
            var bit = BitOperations.TrailingZeroCount(~_used[word]);
            _used[word] |= 1ul << bit;
            UsedRows++;
            return word * 64 + bit;
        }
    }

    public void GiveBack(int row)
    {
        _used[row / 64] &= ~(1ul << (row % 64));
        UsedRows--;
    }

    /// <summary>The first row at or after <paramref name="row"/> that is taken; <see cref="Rows"/> where there is none.</summary>
    public int NextUsed(int row)
    {
        while (row < Rows)
        {
            var word = Volatile.Read(ref _used[row / 64]) >> (row % 64);
            if (word != 0)
                return row + BitOperations.TrailingZeroCount(word);
            row = (row / 64 + 1) * 64;
        }
        return Rows;
    }
}
