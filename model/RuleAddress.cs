using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rtfm.Model;

/// <summary>A rule's mask or matched value: 0 to 20 octets, left-justified, zero beyond its length (RuleAddress, RFC 2720 §4).</summary>
public readonly struct RuleAddress : IEquatable<RuleAddress>
{
    /// <summary>The longest a mask or value can be, in octets.</summary>
    public const int MaxLength = 20;

    private readonly Buffer _octets;
    private readonly byte _length;

    /// <exception cref="ArgumentException">More than 20 octets.</exception>
    public RuleAddress(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > MaxLength)
            throw new ArgumentException($"a mask or value has at most {MaxLength} octets, not {octets.Length}", nameof(octets));
        octets.CopyTo(_octets);
        _length = (byte)octets.Length;
    }

    public int Length => _length;

    /// <summary>The octets as they were given.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Octets => ((ReadOnlySpan<byte>)_octets)[.._length];

    /// <summary>All 20 octets: those given, then zeros.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Padded => _octets;

    /// <summary>True where every octet is zero; a rule with such a mask always matches (RFC 2720 flowRuleMask, AMB-04).</summary>
    public bool IsZero => !Padded.ContainsAnyExcept((byte)0);

    public bool Equals(RuleAddress other) => _length == other._length && Padded.SequenceEqual(other.Padded);

    public override bool Equals(object? obj) => obj is RuleAddress other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Octets);
        return hash.ToHashCode();
    }

    public override string ToString() => Convert.ToHexString(Octets);

    public static bool operator ==(RuleAddress left, RuleAddress right) => left.Equals(right);

    public static bool operator !=(RuleAddress left, RuleAddress right) => !left.Equals(right);

    [InlineArray(MaxLength)]
    private struct Buffer
    {
        private byte _element0;
    }
}
