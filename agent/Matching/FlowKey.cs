using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rtfm.Agent.Matching;

/// <summary>What identifies a flow within its rule set: the values that the rules pushed, under a <see cref="KeyShape"/> (RFC 2722 §4.1).</summary>
public struct FlowKey
{
    /// <summary>All attributes at their longest: 54 octets on each side, 12 without direction.</summary>
    public const int MaxLength = 120;

    public KeyShape? Shape;

    private KeyOctets _octets;

    /// <summary>The values, one after the other in slot order.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Octets => ((ReadOnlySpan<byte>)_octets)[..(Shape?.Length ?? 0)];

    /// <summary>Room for the values, for whoever builds the key.</summary>
    [UnscopedRef]
    internal Span<byte> Room => _octets;

    /// <summary>The key with source and dest exchanged (PME-02).</summary>
    /// <returns>False where the rule set already has too many shapes.</returns>
    internal readonly bool TryReverse(KeyShapes shapes, out FlowKey reversed)
    {
        reversed = default;
        var shape = Shape!;
        reversed.Shape = shapes.Reverse(shape);
        if (reversed.Shape is null)
            return false;
        var octets = Octets;
        octets.Slice(shape.SourceLength, shape.DestLength).CopyTo(reversed.Room);
        octets[..shape.SourceLength].CopyTo(reversed.Room[shape.DestLength..]);
        octets[(shape.SourceLength + shape.DestLength)..].CopyTo(reversed.Room[(shape.SourceLength + shape.DestLength)..]);
        return true;
    }

    [InlineArray(MaxLength)]
    private struct KeyOctets
    {
        private byte _element0;
    }
}
