using System.Numerics;
using System.Runtime.InteropServices;

namespace Rtfm.Agent.Flows;

/// <summary>256 rows of the flow table, with room for keys of one size, owned by one rule set at a time.</summary>
/// <remarks>
/// Its memory is kept until the table is disposed, also while nobody owns it: a reader that looks into it too late sees a changed sequence or owner,
/// never memory that is gone.
/// </remarks>
internal sealed unsafe class FlowBlock
{
    public const int Rows = 256;

    private readonly byte* _keys;
    private readonly ulong[] _used = new ulong[Rows / 64];

    public FlowBlock(int number, int keyRoom)
    {
        Number = number;
        KeyRoom = keyRoom;
        Entries = (FlowEntry*)NativeMemory.AlignedAlloc(Rows * (nuint)sizeof(FlowEntry), 64);
        NativeMemory.Clear(Entries, Rows * (nuint)sizeof(FlowEntry));
        _keys = (byte*)NativeMemory.AllocZeroed((nuint)(Rows * keyRoom));
    }

    /// <summary>Its place in the table: flow indexes begin at 256 times this, plus 1.</summary>
    public int Number { get; }

    /// <summary>Octets that each row has for its key.</summary>
    public int KeyRoom { get; }

    public FlowEntry* Entries { get; }

    /// <summary>Whose flows these are; null while the block is spare.</summary>
    public volatile FlowSet? Owner;

    /// <summary>No row was active after this Uptime: readers pass the whole block over (a summary, never too low).</summary>
    public uint LastActive;

    public int UsedRows { get; private set; }

    /// <summary>True while the owner looks here for free rows.</summary>
    public bool IsOpen { get; set; }

    public bool IsFull => UsedRows == Rows;

    public ref FlowEntry this[int row] => ref Entries[row];

    public Span<byte> Key(int row) => new(_keys + row * KeyRoom, KeyRoom);

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

    public void Free()
    {
        NativeMemory.AlignedFree(Entries);
        NativeMemory.Free(_keys);
    }
}
