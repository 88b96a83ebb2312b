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

    /// <summary>A mask of leading ones.</summary>
    /// <param name="width">How many, at most eight for each octet.</param>
    /// <param name="length">Octets.</param>
    public static RuleAddress LeadingOnes(int width, int length)
    {
        Span<byte> octets = stackalloc byte[length];
        octets.Clear();
        for (var bit = 0; bit < width; bit++)
            octets[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new RuleAddress(octets);
    }

    /// <summary>True where a bit is set that the mask drops.</summary>
    public bool HasBitsOutside(RuleAddress mask)
    {
        for (var i = 0; i < MaxLength; i++)
        {
            if ((Padded[i] & ~mask.Padded[i]) != 0)
                return true;
        }
        return false;
    }

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
