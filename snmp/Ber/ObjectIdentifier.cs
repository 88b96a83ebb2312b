using System.Globalization;

namespace Rtfm.Snmp.Ber;

/// <summary>An object identifier: 0 to 128 sub-identifiers, ordered number by number (RFC 2578 §7.1.3).</summary>
/// <remarks>For declarations and clients. The request path works on spans of sub-identifiers and <see cref="OidBuffer"/>, which do not allocate.</remarks>
public readonly struct ObjectIdentifier : IEquatable<ObjectIdentifier>, IComparable<ObjectIdentifier>
{
    /// <summary>The most sub-identifiers an object identifier may have.</summary>
    public const int MaxLength = 128;

    private readonly uint[]? _subIdentifiers;

    /// <exception cref="ArgumentException">More than 128 sub-identifiers.</exception>
    public ObjectIdentifier(params ReadOnlySpan<uint> subIdentifiers)
    {
        if (subIdentifiers.Length > MaxLength)
            throw new ArgumentException(
                $"an object identifier has at most {MaxLength} sub-identifiers, not {subIdentifiers.Length}",
                nameof(subIdentifiers)
            );
        _subIdentifiers = subIdentifiers.ToArray();
    }

    public int Length => Span.Length;

    public ReadOnlySpan<uint> Span => _subIdentifiers;

    /// <summary>The identifier with more sub-identifiers behind it.</summary>
    public ObjectIdentifier Append(params ReadOnlySpan<uint> suffix) => new([.. Span, .. suffix]);

    public bool IsPrefixOf(ReadOnlySpan<uint> name) => name.StartsWith(Span);

    public static ObjectIdentifier Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var oid) ? oid : throw new FormatException($"'{text}' is not an object identifier in dotted numbers");

    /// <summary>Reads dotted numbers, with or without a leading dot.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ObjectIdentifier oid)
    {
        oid = default;
        if (text.StartsWith("."))
            text = text[1..];
        Span<uint> subIdentifiers = stackalloc uint[MaxLength];
        var count = 0;
        foreach (var part in text.Split('.'))
        {
            if (count == MaxLength || !uint.TryParse(text[part], NumberStyles.None, CultureInfo.InvariantCulture, out subIdentifiers[count]))
                return false;
            count++;
        }
        oid = new ObjectIdentifier(subIdentifiers[..count]);
        return true;
    }

    public int CompareTo(ObjectIdentifier other) => Span.CompareNames(other.Span);

    public bool Equals(ObjectIdentifier other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is ObjectIdentifier other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Span));
        return hash.ToHashCode();
    }

    public override string ToString() => string.Join('.', _subIdentifiers ?? []);

    public static bool operator ==(ObjectIdentifier left, ObjectIdentifier right) => left.Equals(right);

    public static bool operator !=(ObjectIdentifier left, ObjectIdentifier right) => !left.Equals(right);

    public static bool operator <(ObjectIdentifier left, ObjectIdentifier right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectIdentifier left, ObjectIdentifier right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectIdentifier left, ObjectIdentifier right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectIdentifier left, ObjectIdentifier right) => left.CompareTo(right) >= 0;
}
