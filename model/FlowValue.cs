namespace Rtfm.Model;

/// <summary>One attribute's value: a number, or octets for the address and identifier attributes.</summary>
public readonly record struct FlowValue
{
    private readonly byte[]? _octets;

    // The number; for octets, where they begin in the array and, in the upper half, how many they are.
    private readonly ulong _number;

    public FlowValue(ulong number) => _number = number;

    public FlowValue(byte[] octets)
        : this(octets, 0, octets.Length) { }

    /// <summary>Octets that stay where they are: the value is good as long as nobody writes there.</summary>
    public FlowValue(byte[] buffer, int offset, int length) => (_octets, _number) = (buffer, (ulong)(uint)length << 32 | (uint)offset);

    /// <summary>The value of an integer, counter or time attribute; 0 for octets.</summary>
    public ulong Number => _octets is null ? _number : 0;

    /// <summary>The value of an address, mask or identifier attribute; empty for numbers.</summary>
    public ReadOnlySpan<byte> Octets => _octets is null ? default : _octets.AsSpan((int)(uint)_number, (int)(_number >> 32));

    public bool Equals(FlowValue other) => Number == other.Number && Octets.SequenceEqual(other.Octets);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Number);
        hash.AddBytes(Octets);
        return hash.ToHashCode();
    }
}
