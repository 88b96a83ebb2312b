using System.Linq;
using System.Security.Cryptography;

namespace Rtfm.Snmp.Configuration;

/// <summary>The name of an SNMP engine: 5 to 32 octets (RFC 3411 §5 SnmpEngineID); none, where it is empty.</summary>
public readonly struct EngineId(ReadOnlySpan<byte> octets) : IEquatable<EngineId>
{
    public const int Shortest = 5;
    public const int Longest = 32;

    private readonly byte[]? _octets = octets.ToArray();

    public ReadOnlySpan<byte> Octets => _octets;

    public bool IsEmpty => Octets.IsEmpty;

    /// <summary>A new one: the arc that the project uses, format 5 (octets), eight octets at random.</summary>
    public static EngineId Make() => new([0x80, 0x00, 0x1F, 0x88, 0x05, .. RandomNumberGenerator.GetBytes(8)]);

    /// <summary>Reads hexadecimal digits, with or without 0x.</summary>
    public static bool TryParse(string text, out EngineId engineId)
    {
        engineId = default;
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        if (digits.Length % 2 != 0 || digits.Length / 2 is < Shortest or > Longest || !digits.All(char.IsAsciiHexDigit))
            return false;
        engineId = new(Convert.FromHexString(digits));
        return true;
    }

    public bool Equals(EngineId other) => Octets.SequenceEqual(other.Octets);

    public override bool Equals(object? obj) => obj is EngineId other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Octets);
        return hash.ToHashCode();
    }

    public override string ToString() => Convert.ToHexString(Octets);

    public static bool operator ==(EngineId left, EngineId right) => left.Equals(right);

    public static bool operator !=(EngineId left, EngineId right) => !left.Equals(right);
}
