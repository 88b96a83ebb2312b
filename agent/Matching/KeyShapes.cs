namespace Rtfm.Agent.Matching;

/// <summary>The shapes of one rule set's keys, each once.</summary>
/// <remarks>Shapes are added by metering threads; read by any through <see cref="this[int]"/>, which shapes never leave.</remarks>
public sealed class KeyShapes
{
    /// <summary>More than any sane rule set makes; a hostile one loses its flows, not the meter's memory.</summary>
    public const int Max = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<byte[], KeyShape> _byDescriptor = new(OctetComparer.Instance);
    private KeyShape[] _byId = new KeyShape[8];
    private KeyShape? _last;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public KeyShape this[int id] => Volatile.Read(ref _byId)[id];

    /// <summary>The shape of that description, made where it is new, together with its reverse; null where there are too many.</summary>
    internal KeyShape? Intern(ReadOnlySpan<byte> descriptor)
    {
        // Nearly every packet's key has the shape of the one before.
        if (_last is { } last && descriptor.SequenceEqual(last.Descriptor))
            return last;
        lock (_gate)
            return _last = FindOrAdd(descriptor);
    }

    private KeyShape? FindOrAdd(ReadOnlySpan<byte> descriptor)
    {
        if (_byDescriptor.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(descriptor, out var shape))
            return shape;
        Span<byte> reversed = stackalloc byte[descriptor.Length];
        KeyShape.Reverse(descriptor, reversed);
        var isSymmetric = reversed.SequenceEqual(descriptor);
        if (_count + (isSymmetric ? 1 : 2) > Max)
            return null;
        shape = new KeyShape(_count, descriptor);
        // Both are known before either is used: a key and its reverse are looked for together.
        shape.Reversed = isSymmetric ? shape : new KeyShape(_count + 1, reversed) { Reversed = shape };
        Add(shape);
        if (!isSymmetric)
            Add(shape.Reversed);
        return shape;
    }

    private void Add(KeyShape shape)
    {
        if (_count == _byId.Length)
        {
            var larger = new KeyShape[_count * 2];
            _byId.CopyTo(larger, 0);
            Volatile.Write(ref _byId, larger);
        }
        Volatile.Write(ref _byId[_count], shape);
        Volatile.Write(ref _count, _count + 1);
        _byDescriptor.Add(shape.Descriptor, shape);
    }
}
