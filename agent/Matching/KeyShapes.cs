namespace Rtfm.Agent.Matching;

/// <summary>The shapes of one rule set's keys, each once.</summary>
/// <remarks>Written by the metering thread; read by others through <see cref="this[int]"/>, which shapes never leave.</remarks>
public sealed class KeyShapes
{
    /// <summary>More than any sane rule set makes; a hostile one loses its flows, not the meter's memory.</summary>
    public const int Max = 4_096;

    private readonly Dictionary<byte[], KeyShape> _byDescriptor = new(OctetComparer.Instance);
    private KeyShape[] _byId = new KeyShape[8];
    private KeyShape? _last;

    public int Count { get; private set; }

    public KeyShape this[int id] => Volatile.Read(ref _byId)[id];

    /// <summary>The shape of that description, made where it is new; null where there are too many.</summary>
    internal KeyShape? Intern(ReadOnlySpan<byte> descriptor)
    {
        // Nearly every packet's key has the shape of the one before.
        if (_last is { } last && descriptor.SequenceEqual(last.Descriptor))
            return last;
        if (!_byDescriptor.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(descriptor, out var shape))
        {
            if (Count == Max)
                return null;
            shape = new KeyShape(Count, descriptor);
            if (Count == _byId.Length)
            {
                var larger = new KeyShape[Count * 2];
                _byId.CopyTo(larger, 0);
                Volatile.Write(ref _byId, larger);
            }
            Volatile.Write(ref _byId[Count], shape);
            Count++;
            _byDescriptor.Add(shape.Descriptor, shape);
        }
        return _last = shape;
    }

    /// <summary>The shape of the reversed key; null where there are too many.</summary>
    internal KeyShape? Reverse(KeyShape shape)
    {
        if (shape.Reversed is { } known)
            return known;
        Span<byte> reversed = stackalloc byte[shape.Descriptor.Length];
        var length = 0;
        for (var slot = 0; slot < KeySlots.Count; slot++)
        {
            var from = KeySlots.Reverse(slot);
            if (!shape.TryFind(from, out _, out var octets))
                continue;
            var mask = shape.Mask(from);
            reversed[length++] = (byte)(slot | (mask.IsEmpty ? 0 : 0x80));
            reversed[length++] = (byte)octets;
            mask.CopyTo(reversed[length..]);
            length += mask.Length;
        }
        var last = _last;
        var result = Intern(reversed[..length]);
        _last = last;
        if (result is not null)
            shape.Reversed = result;
        return result;
    }
}
