using System.Buffers.Binary;

namespace Rtfm.Snmp.Ber;

/// <summary>Reads BER elements one after the other, without allocating (X.690 §8; RFC 3417 §8 for what SNMP allows).</summary>
/// <remarks>The first failure stays in <see cref="Error"/>; every later read gives a default, so that a caller reads a whole structure and looks once.</remarks>
public ref struct BerReader(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;
    private int _position;
    private int _end = input.Length;

    public BerError Error { get; private set; }

    /// <summary>True at the end of the element that was entered last, and after a failure.</summary>
    public readonly bool IsAtEnd => Error != BerError.None || _position >= _end;

    /// <summary>Octets read so far, of the whole input.</summary>
    public readonly int Position => _position;

    /// <summary>The identifier octet of the next element; 0 at the end.</summary>
    public readonly byte PeekTag => IsAtEnd ? (byte)0 : _input[_position];

    /// <summary>Goes into a constructed element.</summary>
    /// <returns>Where the surrounding element ends, for <see cref="Leave"/>.</returns>
    public int Enter(byte tag = (byte)BerTag.Sequence)
    {
        var outer = _end;
        var length = Header(tag);
        if (Error == BerError.None)
            _end = _position + length;
        return outer;
    }

    /// <summary>Leaves the element that <see cref="Enter"/> went into; it must be used up.</summary>
    public void Leave(int outer)
    {
        if (Error == BerError.None && _position != _end)
            Fail(BerError.TrailingOctets);
        _end = outer;
    }

    /// <summary>A signed number of at most 32 bits, as all SMI integers are.</summary>
    public int Integer(byte tag = (byte)BerTag.Integer)
    {
        var content = Content(tag);
        var value = 0;
        if (Error == BerError.None && !TryReadInteger(content, out value))
            Fail(BerError.BadNumber);
        return value;
    }

    /// <summary>An unsigned number: at most 32 bits, or 64 for Counter64.</summary>
    public ulong Unsigned(BerTag tag)
    {
        var content = Content((byte)tag);
        var value = 0ul;
        if (Error == BerError.None && !TryReadUnsigned(content, tag, out value))
            Fail(BerError.BadNumber);
        return value;
    }

    /// <summary>The octets of a string; they stay in the input.</summary>
    public ReadOnlySpan<byte> OctetString(byte tag = (byte)BerTag.OctetString) => Content(tag);

    /// <summary>An object identifier, into the caller's buffer.</summary>
    public void Oid(ref OidBuffer name)
    {
        var content = Content((byte)BerTag.ObjectIdentifier);
        if (Error == BerError.None && !TryReadOid(content, ref name))
            Fail(BerError.BadObjectIdentifier);
    }

    /// <summary>An object identifier of which most is as in another that was read into the same buffer, as the names of a table's column are.</summary>
    /// <param name="other">The content of the other; empty: there is none.</param>
    /// <returns>Its content.</returns>
    public ReadOnlySpan<byte> OidBeside(ReadOnlySpan<byte> other, scoped ref OidBuffer name)
    {
        var content = Content((byte)BerTag.ObjectIdentifier);
        if (Error == BerError.None && !TryReadOidBeside(content, other, ref name) && !TryReadOid(content, ref name))
            Fail(BerError.BadObjectIdentifier);
        return Error == BerError.None ? content : default;
    }

    /// <summary>The next element, whatever it is.</summary>
    public ReadOnlySpan<byte> Any(out byte tag)
    {
        tag = PeekTag;
        return Content(tag);
    }

    /// <summary>Reads the content of a signed number of at most 32 bits.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> content, out int value)
    {
        value = 0;
        // Leading octets that only repeat the sign are allowed, if not minimal.
        while (content.Length > 4 && (content[0], content[1] & 0x80) is (0x00, 0) or (0xFF, 0x80))
            content = content[1..];
        if (content.IsEmpty || content.Length > 4)
            return false;
        value = (sbyte)content[0] < 0 ? -1 : 0;
        foreach (var octet in content)
            value = (value << 8) | octet;
        return true;
    }

    /// <summary>Reads the content of an unsigned number of at most 32 bits, or 64 for Counter64.</summary>
    public static bool TryReadUnsigned(ReadOnlySpan<byte> content, BerTag tag, out ulong value)
    {
        value = 0;
        // Some agents send numbers above 2^31 without the leading zero octet: the tag says that there is no sign.
        while (content.Length > 1 && content[0] == 0)
            content = content[1..];
        if (content.IsEmpty || content.Length > (tag == BerTag.Counter64 ? 8 : 4))
            return false;
        foreach (var octet in content)
            value = (value << 8) | octet;
        return true;
    }

    /// <summary>Reads the content of an object identifier element (X.690 §8.19).</summary>
    public static bool TryReadOid(ReadOnlySpan<byte> content, ref OidBuffer name)
    {
        name.Truncate(0);
        if (content.IsEmpty)
            return false;
        var value = 0ul;
        var isFirst = true;
        var isOpen = false;
        foreach (var octet in content)
        {
            value = (value << 7) | (uint)(octet & 0x7F);
            // The first holds two: 40 times the first (at most 2) plus the second.
            if (value > uint.MaxValue + (isFirst ? 80ul : 0))
                return false;
            isOpen = (octet & 0x80) != 0;
            if (isOpen)
                continue;
            if (isFirst)
            {
                var root = Math.Min(value / 40, 2);
                name.TryAppend((uint)root);
                value -= root * 40;
                isFirst = false;
            }
            if (!name.TryAppend((uint)value))
                return false;
            value = 0;
        }
        return !isOpen;
    }

    /// <summary>Reads the last sub-identifier only, where all before it are the same octets.</summary>
    private static bool TryReadOidBeside(ReadOnlySpan<byte> content, ReadOnlySpan<byte> other, ref OidBuffer name)
    {
        if (other.Length < 2 || name.Length < 3)
            return false;
        // Where the last sub-identifier of the other begins: behind the last octet before it that ends one.
        var start = other.Length - 1;
        while (start > 0 && (other[start - 1] & 0x80) != 0)
            start--;
        if (start == 0 || content.Length <= start || content.Length > start + 5 || !content.StartsWith(other[..start]))
            return false;
        var value = 0ul;
        for (var i = start; i < content.Length; i++)
        {
            // Another one ends before the last octet, or the last does not end.
            if ((content[i] & 0x80) == 0 != (i == content.Length - 1))
                return false;
            value = value << 7 | (uint)(content[i] & 0x7F);
        }
        if (value > uint.MaxValue)
            return false;
        name.Truncate(name.Length - 1);
        return name.TryAppend((uint)value);
    }

    private ReadOnlySpan<byte> Content(byte tag)
    {
        var length = Header(tag);
        if (Error != BerError.None)
            return default;
        var content = _input.Slice(_position, length);
        _position += length;
        return content;
    }

    private int Header(byte tag)
    {
        if (Error != BerError.None)
            return 0;
        if (_end - _position < 2)
            return (int)Fail(BerError.CutOff);
        if (_input[_position] != tag)
            return (int)Fail(BerError.UnexpectedTag);
        int length = _input[_position + 1];
        var header = 2;
        if (length >= 0x80)
        {
            // Longer than minimal is allowed, indefinite (0x80) is not (RFC 3417 §8).
            var octets = length & 0x7F;
            if (octets is 0 or > 4)
                return (int)Fail(BerError.BadLength);
            if (_end - _position - 2 < octets)
                return (int)Fail(BerError.CutOff);
            Span<byte> padded = stackalloc byte[4];
            padded.Clear();
            _input.Slice(_position + 2, octets).CopyTo(padded[(4 - octets)..]);
            var value = BinaryPrimitives.ReadUInt32BigEndian(padded);
            if (value > int.MaxValue)
                return (int)Fail(BerError.CutOff);
            length = (int)value;
            header += octets;
        }
        if (_end - _position - header < length)
            return (int)Fail(BerError.CutOff);
        _position += header;
        return length;
    }

    private ulong Fail(BerError error)
    {
        if (Error == BerError.None)
            Error = error;
        return 0;
    }
}
