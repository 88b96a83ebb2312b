using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rtfm.Agent.Matching;

/// <summary>What identifies a flow within its rule set: the values that the rules pushed, under a <see cref="KeyShape"/> (RFC 2722 §4.1).</summary>
public struct FlowKey
{
    /// <summary>All attributes at their longest: 70 octets on each side, 33 without direction; in whole words.</summary>
    public const int MaxLength = 176;

    public KeyShape? Shape;

    private KeyOctets _octets;

    /// <summary>The values, one after the other in slot order.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Octets => ((ReadOnlySpan<byte>)_octets)[..(Shape?.Length ?? 0)];

    /// <summary>Room for the values, for whoever builds the key.</summary>
    [UnscopedRef]
    internal Span<byte> Room => _octets;

    [InlineArray(MaxLength)]
    private struct KeyOctets
    {
        private byte _element0;
    }
}
