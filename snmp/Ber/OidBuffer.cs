using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rtfm.Snmp.Ber;

/// <summary>Room for one object identifier on the stack: the request path builds names here without allocating.</summary>
/// <remarks>512 octets: pass it by reference.</remarks>
public struct OidBuffer
{
    private Storage _storage;

    public int Length { get; private set; }

    [UnscopedRef]
    public readonly ReadOnlySpan<uint> Span => ((ReadOnlySpan<uint>)_storage)[..Length];

    /// <summary>An empty one, whose half a kilobyte is not cleared first: what a method marked SkipLocalsInit begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(out OidBuffer name)
    {
        Unsafe.SkipInit(out name);
        name.Length = 0;
    }

    /// <summary>Replaces the content.</summary>
    /// <returns>False, and no change, where it would be longer than 128 sub-identifiers.</returns>
    public bool TrySet(ReadOnlySpan<uint> name)
    {
        if (name.Length > ObjectIdentifier.MaxLength)
            return false;
        name.CopyTo(_storage);
        Length = name.Length;
        return true;
    }

    /// <summary>Adds one sub-identifier.</summary>
    /// <returns>False, and no change, where there are 128 already.</returns>
    public bool TryAppend(uint subIdentifier)
    {
        if (Length == ObjectIdentifier.MaxLength)
            return false;
        _storage[Length++] = subIdentifier;
        return true;
    }

    /// <summary>Adds several sub-identifiers.</summary>
    /// <returns>False, and no change, where they would be more than 128 in all.</returns>
    public bool TryAppend(params ReadOnlySpan<uint> suffix)
    {
        if (Length + suffix.Length > ObjectIdentifier.MaxLength)
            return false;
        suffix.CopyTo(((Span<uint>)_storage)[Length..]);
        Length += suffix.Length;
        return true;
    }

    /// <summary>Cuts the name back to its first <paramref name="length"/> sub-identifiers.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length);
        Length = length;
    }

    [InlineArray(ObjectIdentifier.MaxLength)]
    private struct Storage
    {
        private uint _element0;
    }
}
