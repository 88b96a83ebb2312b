namespace Rtfm.Model;

/// <summary>One attribute's value: a number, or octets for the address and identifier attributes.</summary>
public readonly record struct FlowValue
{
    private readonly byte[]? _octets;

    public FlowValue(ulong number) => Number = number;

    public FlowValue(byte[] octets) => _octets = octets;

    /// <summary>The value of an integer, counter or time attribute; 0 for octets.</summary>
    public ulong Number { get; }

    /// <summary>The value of an address, mask or identifier attribute; empty for numbers.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    public bool Equals(FlowValue other) => Number == other.Number && Octets.SequenceEqual(other.Octets);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Number);
        hash.AddBytes(Octets);
        return hash.ToHashCode();
    }
}
