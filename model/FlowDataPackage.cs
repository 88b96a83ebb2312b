using System.Buffers.Binary;
using System.Collections.Immutable;
using Rtfm.Model.Delay;

namespace Rtfm.Model;

/// <summary>
/// flowPackageData: one BER SEQUENCE of attribute values in the order of the selector, minimal definite lengths, each with the application tag of its
/// SYNTAX (RFC 2720 §4 flowDataPackageTable; MIB-104).
/// </summary>
public static class FlowDataPackage
{
    private const byte IntegerTag = 0x02;

    /// <summary>The tag of address, mask and identifier attributes.</summary>
    public const byte OctetStringTag = 0x04;

    private const byte SequenceTag = 0x30;
    private const byte Unsigned32Tag = 0x42;
    private const byte TimeTicksTag = 0x43;
    private const byte Counter64Tag = 0x46;

    /// <summary>The most attributes one selector may name: an instance identifier has at most 128 sub-identifiers (MIB-101).</summary>
    public const int MaxAttributes = 113;

    /// <summary>The most octets that an address, mask or identifier has in a package; RFC 2720 needs 20.</summary>
    public const int LongestOctets = 127;

    /// <summary>No distribution, with 256 counters, is longer as a package of its own.</summary>
    public const int LongestDistribution = 4_096;

    /// <summary>Observations that are more octets are left out.</summary>
    public const int LongestObservations = 32_768;

    /// <summary>By the attribute's number.</summary>
    private static readonly Element[] Elements =
    [
        .. Enumerable.Range(0, (int)FlowAttributes.All[^1].Number + 1).Select(each => Element.Of(FlowAttributes.Find((FlowAttribute)each)?.Syntax)),
    ];

    /// <summary>Reads one package.</summary>
    /// <param name="package">The content of the OCTET STRING value.</param>
    /// <param name="attributes">The selector it was asked with.</param>
    /// <param name="values">Receives one value for each attribute.</param>
    /// <returns>False where the octets are not such a package: cut short, a wrong tag, too few or too many elements, too long a string or number.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> package, ImmutableArray<FlowAttribute> attributes, Span<FlowValue> values)
    {
        Span<Element> elements = stackalloc Element[MaxAttributes];
        if (attributes.Length > MaxAttributes)
            return false;
        for (var i = 0; i < attributes.Length; i++)
            elements[i] = ElementOf(attributes[i]);
        return TryDecode(package.ToArray(), 0, package.Length, elements[..attributes.Length], values);
    }

    /// <summary>Reads one package that lies in a buffer; its octet strings stay there.</summary>
    /// <param name="buffer">Where the package is.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its length in octets.</param>
    /// <param name="expected">What each attribute of the selector looks like, as <see cref="ElementOf"/> says.</param>
    /// <param name="values">Receives one value for each attribute.</param>
    /// <returns>False where the octets are not such a package.</returns>
    public static bool TryDecode(byte[] buffer, int offset, int length, ReadOnlySpan<Element> expected, Span<FlowValue> values)
    {
        ReadOnlySpan<byte> package = buffer.AsSpan(offset, length);
        if (!TryReadElement(ref package, out var tag, out var elements) || tag != SequenceTag || !package.IsEmpty || values.Length < expected.Length)
            return false;
        var end = offset + length;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!TryReadElement(ref elements, out tag, out var content) || tag != expected[i].Tag || content.Length > expected[i].Longest)
                return false;
            if (tag == OctetStringTag)
                values[i] = new FlowValue(buffer, end - elements.Length - content.Length, content.Length);
            else if (TryReadUnsigned(content, out var number))
                values[i] = new FlowValue(number);
            else
                return false;
        }
        return elements.IsEmpty;
    }

    /// <summary>The application tag an attribute's value carries inside a package (AMB-10).</summary>
    public static byte TagOf(FlowAttribute attribute) => ElementOf(attribute).Tag;

    /// <summary>What an attribute's value looks like inside a package.</summary>
    public static Element ElementOf(FlowAttribute attribute) => Elements[(int)attribute < Elements.Length ? (int)attribute : 0];

    internal static bool TryReadSequence(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> elements) =>
        TryReadElement(ref input, out var tag, out elements) && tag == SequenceTag;

    internal static bool TryReadOctets(ref ReadOnlySpan<byte> elements, out ReadOnlySpan<byte> content) =>
        TryReadElement(ref elements, out var tag, out content) && tag == OctetStringTag;

    internal static bool TryReadCounter(ref ReadOnlySpan<byte> elements, out ulong counter)
    {
        counter = 0;
        return TryReadElement(ref elements, out var tag, out var content) && tag == Counter64Tag && TryReadUnsigned(content, out counter);
    }

    private static bool TryReadElement(ref ReadOnlySpan<byte> input, out byte tag, out ReadOnlySpan<byte> content)
    {
        tag = 0;
        content = default;
        if (input.Length < 2)
            return false;
        int length = input[1];
        var header = 2;
        if (length >= 0x80)
        {
            // Long form, one or two length octets: a package never exceeds 65,535 octets (OCTET STRING in one SNMP message).
            var lengthOctets = length & 0x7F;
            if (lengthOctets is not (1 or 2) || input.Length < 2 + lengthOctets)
                return false;
            length = lengthOctets == 1 ? input[2] : BinaryPrimitives.ReadUInt16BigEndian(input[2..]);
            header += lengthOctets;
        }
        if (input.Length - header < length)
            return false;
        tag = input[0];
        content = input.Slice(header, length);
        input = input[(header + length)..];
        return true;
    }

    private static bool TryReadUnsigned(ReadOnlySpan<byte> content, out ulong value)
    {
        value = 0;
        if (content.IsEmpty || content.Length > 9 || (content.Length == 9 && content[0] != 0) || (content[0] & 0x80) != 0)
            return false;
        foreach (var octet in content)
            value = (value << 8) | octet;
        return true;
    }

    /// <summary>What an attribute's value looks like inside a package.</summary>
    /// <param name="Tag">The application tag (AMB-10).</param>
    /// <param name="Longest">The most octets its content has.</param>
    public readonly record struct Element(byte Tag, int Longest)
    {
        /// <summary>A leading zero octet, and 64 bits.</summary>
        private const int LongestNumber = 9;

        internal static Element Of(AttributeSyntax? syntax) =>
            syntax switch
            {
                AttributeSyntax.Counter64 or AttributeSyntax.Nanoseconds => new(Counter64Tag, LongestNumber),
                AttributeSyntax.TimeTicks => new(TimeTicksTag, LongestNumber),
                AttributeSyntax.Integer => new(IntegerTag, LongestNumber),
                AttributeSyntax.Unsigned32 => new(Unsigned32Tag, LongestNumber),
                AttributeSyntax.Distribution => new(OctetStringTag, LongestDistribution),
                AttributeSyntax.Samples => new(OctetStringTag, SamplePackage.Longest),
                AttributeSyntax.Observations => new(OctetStringTag, LongestObservations),
                _ => new(OctetStringTag, LongestOctets),
            };
    }

    /// <summary>Writes one package, element by element, into a caller's buffer.</summary>
    /// <remarks>Elements go in behind room for the longest SEQUENCE header; <see cref="Finish"/> writes the minimal header and says where the package is.</remarks>
    public ref struct Writer(Span<byte> buffer)
    {
        private const int HeaderRoom = 4;
        private readonly Span<byte> _buffer = buffer;
        private int _end = HeaderRoom;

        /// <summary>An Integer32, Counter64 or TimeTicks element; all values here are non-negative.</summary>
        /// <returns>False where the buffer is full.</returns>
        public bool TryNumber(byte tag, ulong value)
        {
            if (value < 0x80 && _buffer.Length - _end >= 3)
            {
                (_buffer[_end], _buffer[_end + 1], _buffer[_end + 2]) = (tag, 1, (byte)value);
                _end += 3;
                return true;
            }
            var octets = OctetsOf(value);
            if (_buffer.Length - _end < octets + 2)
                return false;
            _buffer[_end] = tag;
            _buffer[_end + 1] = (byte)octets;
            for (var i = octets - 1; i >= 0; i--, value >>= 8)
                _buffer[_end + 2 + i] = (byte)value;
            _end += octets + 2;
            return true;
        }

        /// <summary>An OCTET STRING element.</summary>
        /// <returns>False where the buffer is full.</returns>
        public bool TryOctets(scoped ReadOnlySpan<byte> octets)
        {
            if (_buffer.Length - _end < LengthWithHeader(octets.Length))
                return false;
            PutHeader(OctetStringTag, octets.Length);
            octets.CopyTo(_buffer[_end..]);
            _end += octets.Length;
            return true;
        }

        /// <summary>A distribution: an OCTET STRING that holds SEQUENCE { mask, value, counters } (RFC 2724 §3.3; NEW-10).</summary>
        /// <returns>False where the buffer is full.</returns>
        public bool TryDistribution(scoped ReadOnlySpan<byte> mask, scoped ReadOnlySpan<byte> value, scoped ReadOnlySpan<ulong> counters)
        {
            var content = LengthWithHeader(mask.Length) + LengthWithHeader(value.Length);
            foreach (var counter in counters)
                content += 2 + OctetsOf(counter);
            if (_buffer.Length - _end < LengthWithHeader(LengthWithHeader(content)))
                return false;
            PutHeader(OctetStringTag, LengthWithHeader(content));
            PutHeader(SequenceTag, content);
            TryOctets(mask);
            TryOctets(value);
            foreach (var counter in counters)
                TryNumber(Counter64Tag, counter);
            return true;
        }

        /// <summary>A leading zero octet keeps the top bit clear: the number is not negative.</summary>
        private static int OctetsOf(ulong value) => 1 + (64 - System.Numerics.BitOperations.LeadingZeroCount(value)) / 8;

        private static int LengthWithHeader(int length) =>
            length
            + (
                length < 0x80 ? 2
                : length < 0x100 ? 3
                : 4
            );

        private void PutHeader(byte tag, int length)
        {
            _buffer[_end++] = tag;
            if (length >= 0x80)
                _buffer[_end++] = (byte)(length < 0x100 ? 0x81 : 0x82);
            if (length >= 0x100)
                _buffer[_end++] = (byte)(length >> 8);
            _buffer[_end++] = (byte)length;
        }

        /// <summary>The finished package, a part of the buffer.</summary>
        public readonly ReadOnlySpan<byte> Finish()
        {
            var length = _end - HeaderRoom;
            var start =
                length < 0x80 ? HeaderRoom - 2
                : length < 0x100 ? HeaderRoom - 3
                : HeaderRoom - 4;
            _buffer[start] = SequenceTag;
            if (length < 0x80)
                _buffer[start + 1] = (byte)length;
            else if (length < 0x100)
                (_buffer[start + 1], _buffer[start + 2]) = (0x81, (byte)length);
            else
                (_buffer[start + 1], _buffer[start + 2], _buffer[start + 3]) = (0x82, (byte)(length >> 8), (byte)length);
            return _buffer[start.._end];
        }
    }
}
