using System.Numerics;
using System.Text;

namespace Rtfm.Snmp.Ber;

/// <summary>Writes BER elements forward into a caller's buffer, always with minimal definite lengths (X.690 §8.1.3, RFC 3417 §8).</summary>
/// <remarks>
/// A write that does not fit sets <see cref="Overflowed"/> and changes nothing more: the caller looks once, then rewinds to a position it noted.
/// A constructed element is opened with room for its length and closed by <see cref="End"/>, which moves the content only where the guess was wrong.
/// </remarks>
public ref struct BerWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Octets written so far.</summary>
    public int Position { get; private set; }

    /// <summary>True once something did not fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Octets of content of the object identifier written last.</summary>
    public int LastOidLength { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Position];

    /// <summary>Octets that were written, to be changed in place.</summary>
    public readonly Span<byte> Region(int start, int length) => _buffer[..Position].Slice(start, length);

    /// <summary>Padding.</summary>
    public void Zeros(int count)
    {
        if (!Reserve(count))
            return;
        _buffer.Slice(Position, count).Clear();
        Position += count;
    }

    /// <summary>Takes back everything after <paramref name="position"/>, and the overflow.</summary>
    public void Rewind(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)position, (uint)Position);
        Position = position;
        Overflowed = false;
    }

    /// <summary>Opens a constructed element.</summary>
    /// <param name="tag">Its identifier octet.</param>
    /// <param name="lengthOctets">How many octets the length will probably take: 1 below 128 octets of content, 3 up to 65,535.</param>
    /// <returns>The mark that <see cref="End"/> wants.</returns>
    public BerMark Begin(byte tag, int lengthOctets = 1)
    {
        if (!Reserve(1 + lengthOctets))
            return default;
        _buffer[Position] = tag;
        Position += 1 + lengthOctets;
        return new BerMark(Position, lengthOctets);
    }

    /// <summary>Closes the constructed element that <paramref name="mark"/> opened.</summary>
    public void End(BerMark mark)
    {
        if (Overflowed)
            return;
        var length = Position - mark.Content;
        var octets = LengthOctets(length);
        var moved = octets - mark.LengthOctets;
        if (moved != 0)
        {
            if (moved > 0 && !Reserve(moved))
                return;
            _buffer.Slice(mark.Content, length).CopyTo(_buffer[(mark.Content + moved)..]);
            Position += moved;
        }
        WriteLength(_buffer[(mark.Content - mark.LengthOctets)..], length, octets);
    }

    /// <summary>A two's complement integer in as few octets as it needs (X.690 §8.3).</summary>
    public void Integer(long value, byte tag = (byte)BerTag.Integer)
    {
        // Leading octets that repeat the sign bit are left out.
        var magnitude = (ulong)(value < 0 ? ~value : value);
        Number(tag, (ulong)value, 1 + (64 - BitOperations.LeadingZeroCount(magnitude)) / 8);
    }

    /// <summary>An unsigned number: Counter32, Unsigned32, TimeTicks, Counter64. A leading zero octet keeps the top bit clear.</summary>
    public void Unsigned(ulong value, BerTag tag) => Number((byte)tag, value, 1 + (64 - BitOperations.LeadingZeroCount(value)) / 8);

    public void OctetString(scoped ReadOnlySpan<byte> octets, byte tag = (byte)BerTag.OctetString)
    {
        var lengthOctets = LengthOctets(octets.Length);
        if (!Reserve(1 + lengthOctets + octets.Length))
            return;
        _buffer[Position] = tag;
        WriteLength(_buffer[(Position + 1)..], octets.Length, lengthOctets);
        octets.CopyTo(_buffer[(Position + 1 + lengthOctets)..]);
        Position += 1 + lengthOctets + octets.Length;
    }

    /// <summary>Text as an OCTET STRING of UTF-8.</summary>
    public void Utf8(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var mark = Begin((byte)BerTag.OctetString, LengthOctets(length));
        if (!Reserve(length))
            return;
        Position += Encoding.UTF8.GetBytes(text, _buffer[Position..]);
        End(mark);
    }

    /// <summary>Null, or one of the v2 exceptions (noSuchObject, noSuchInstance, endOfMibView), which are empty too.</summary>
    public void Empty(BerTag tag)
    {
        if (!Reserve(2))
            return;
        _buffer[Position++] = (byte)tag;
        _buffer[Position++] = 0;
    }

    /// <summary>An object identifier; fewer than two sub-identifiers are filled up with zeros (X.690 §8.19).</summary>
    public void Oid(scoped ReadOnlySpan<uint> name)
    {
        var mark = Begin((byte)BerTag.ObjectIdentifier);
        var first = name.Length > 0 ? name[0] : 0;
        var second = name.Length > 1 ? name[1] : 0;
        SubIdentifier(first * 40UL + second);
        for (var i = 2; i < name.Length; i++)
            SubIdentifier(name[i]);
        End(mark);
        LastOidLength = Position - mark.Content;
    }

    /// <summary>An object identifier that differs in its last sub-identifier only from one that was written before, whose content is copied.</summary>
    /// <param name="start">Where the content of the other begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="otherLast">The last sub-identifier of the other.</param>
    /// <param name="last">The last sub-identifier of this one. Neither has fewer than three.</param>
    public void OidBeside(int start, int end, uint otherLast, uint last)
    {
        var same = end - start - SubIdentifierOctets(otherLast);
        var length = same + SubIdentifierOctets(last);
        var lengthOctets = LengthOctets(length);
        if (!Reserve(1 + lengthOctets + length))
            return;
        _buffer[Position] = (byte)BerTag.ObjectIdentifier;
        WriteLength(_buffer[(Position + 1)..], length, lengthOctets);
        Position += 1 + lengthOctets;
        _buffer.Slice(start, same).CopyTo(_buffer[Position..]);
        Position += same;
        SubIdentifier(last);
        LastOidLength = length;
    }

    private void SubIdentifier(ulong value)
    {
        if (value < 0x80)
        {
            if (Reserve(1))
                _buffer[Position++] = (byte)value;
            return;
        }
        var octets = SubIdentifierOctets(value);
        if (!Reserve(octets))
            return;
        for (var i = octets - 1; i >= 0; i--, value >>= 7)
            _buffer[Position + i] = (byte)((value & 0x7F) | (i == octets - 1 ? 0u : 0x80u));
        Position += octets;
    }

    private static int SubIdentifierOctets(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private void Number(byte tag, ulong value, int octets)
    {
        if (!Reserve(2 + octets))
            return;
        _buffer[Position] = tag;
        _buffer[Position + 1] = (byte)octets;
        for (var i = octets - 1; i >= 0; i--, value >>= 8)
            _buffer[Position + 2 + i] = (byte)value;
        Position += 2 + octets;
    }

    private bool Reserve(int octets)
    {
        if (!Overflowed && octets <= _buffer.Length - Position)
            return true;
        Overflowed = true;
        return false;
    }

    private static int LengthOctets(int length) =>
        length < 0x80 ? 1
        : length < 0x100 ? 2
        : length < 0x10000 ? 3
        : 4;

    private static void WriteLength(Span<byte> at, int length, int octets)
    {
        if (octets == 1)
        {
            at[0] = (byte)length;
            return;
        }
        at[0] = (byte)(0x80 | (octets - 1));
        for (var i = octets - 1; i > 0; i--, length >>= 8)
            at[i] = (byte)length;
    }
}

/// <summary>Where an open constructed element's content begins, and how many octets its length was given.</summary>
public readonly record struct BerMark(int Content, int LengthOctets);
