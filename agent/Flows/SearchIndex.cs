using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Rtfm.Agent.Flows;

/// <summary>Finds a flow by its key: open addressing, a row and a piece of its hash in 8 octets (RFC 2722 §4.2 "search index").</summary>
internal sealed unsafe class SearchIndex : IDisposable
{
    private const int SmallestSize = 1_024;

    private ulong* _slots;
    private int _size;
    private int _mask;

    public SearchIndex() => Allocate(SmallestSize);

    public int Count { get; private set; }

    /// <summary>The flow indexes that may have this hash, one after the other.</summary>
    /// <param name="hash">The key's.</param>
    /// <param name="step">0 to begin with; then as the call before left it.</param>
    /// <returns>The next candidate's flow index; 0 where there is none left.</returns>
    public uint Probe(uint hash, ref int step)
    {
        while (true)
        {
            var slot = _slots[(hash + (uint)step) & (uint)_mask];
            step++;
            if (slot == 0)
                return 0;
            if ((uint)(slot >> 32) == hash)
                return (uint)slot;
        }
    }

    /// <summary>The first flow index that may have this hash; 0 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint First(uint hash)
    {
        var at = hash;
        while (true)
        {
            var slot = _slots[at & (uint)_mask];
            if ((uint)(slot >> 32) == hash || slot == 0)
                return (uint)slot;
            at++;
        }
    }

    /// <summary>Has the slots where a search begins brought near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_slots + (hash & (uint)_mask));
    }

    /// <returns>False where there is no memory for more.</returns>
    public bool TryAdd(uint hash, uint flowIndex)
    {
        // At most five eighths full: probes stay short.
        if ((Count + 1) * 8L > _size * 5L && !TryGrow())
            return false;
        Place(hash, flowIndex);
        Count++;
        return true;
    }

    public void Remove(uint hash, uint flowIndex)
    {
        var at = hash & (uint)_mask;
        while (_slots[at] != ((ulong)hash << 32 | flowIndex))
            at = (at + 1) & (uint)_mask;
        // Close the gap: each later entry moves up unless that would put it before its own place.
        var gap = at;
        while (true)
        {
            at = (at + 1) & (uint)_mask;
            var slot = _slots[at];
            if (slot == 0)
                break;
            var home = (uint)(slot >> 32) & (uint)_mask;
            if (((at - home) & (uint)_mask) >= ((at - gap) & (uint)_mask))
            {
                _slots[gap] = slot;
                gap = at;
            }
        }
        _slots[gap] = 0;
        Count--;
        if (_size > SmallestSize && Count * 16L < _size)
            Resize(_size / 2);
    }

    public void Dispose()
    {
        LargeMemory.Free((byte*)_slots, LengthOf(_size));
        _slots = null;
    }

    private void Place(uint hash, uint flowIndex)
    {
        var at = hash & (uint)_mask;
        while (_slots[at] != 0)
            at = (at + 1) & (uint)_mask;
        _slots[at] = (ulong)hash << 32 | flowIndex;
    }

    private bool TryGrow()
    {
        try
        {
            Resize(checked(_size * 2));
            return true;
        }
        catch (Exception fault) when (fault is InsufficientMemoryException or OverflowException)
        {
            return false;
        }
    }

    private void Resize(int size)
    {
        var (old, oldSize) = ((nint)_slots, _size);
        Allocate(size);
        for (var i = 0; i < oldSize; i++)
        {
            var slot = ((ulong*)old)[i];
            if (slot != 0)
                Place((uint)(slot >> 32), (uint)slot);
        }
        LargeMemory.Free((byte*)old, LengthOf(oldSize));
    }

    private void Allocate(int size)
    {
        _slots = (ulong*)LargeMemory.Allocate(LengthOf(size));
        (_size, _mask) = (size, size - 1);
    }

    private static nuint LengthOf(int size) => (nuint)size * sizeof(ulong);
}
