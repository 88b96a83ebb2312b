namespace Rtfm.Snmp.Fuzz;

/// <summary>An element and what is in it, loosely read: for taking messages apart and putting them together again with something wrong inside.</summary>
internal sealed class BerTree
{
    private const int Constructed = 0x20;
    private const byte OctetString = 4;

    public byte Tag { get; set; }

    /// <summary>What an element without children holds.</summary>
    public byte[] Content { get; set; } = [];

    /// <summary>Null: none can be seen in it.</summary>
    public List<BerTree>? Children { get; set; }

    /// <summary>A length to be written instead of the right one.</summary>
    public byte[]? Length { get; set; }

    /// <summary>The elements one after the other; null where the octets are none.</summary>
    public static List<BerTree>? Read(ReadOnlySpan<byte> octets, int depth = 0)
    {
        var elements = new List<BerTree>();
        while (octets.Length > 0)
        {
            if (octets.Length < 2 || depth > 8)
                return null;
            int length = octets[1];
            var header = 2;
            if (length >= 0x80)
            {
                var octetsOfLength = length & 0x7F;
                if (octetsOfLength is 0 or > 3 || octets.Length < 2 + octetsOfLength)
                    return null;
                length = 0;
                foreach (var octet in octets.Slice(2, octetsOfLength))
                    length = length << 8 | octet;
                header += octetsOfLength;
            }
            if (length > octets.Length - header)
                return null;
            var content = octets.Slice(header, length);
            // The security parameters are a sequence in a string.
            var mayHaveChildren = (octets[0] & Constructed) != 0 || octets[0] == OctetString && length > 2 && content[0] == 0x30;
            var children = mayHaveChildren ? Read(content, depth + 1) : null;
            elements.Add(
                new()
                {
                    Tag = octets[0],
                    Children = children,
                    Content = children is null ? content.ToArray() : [],
                }
            );
            octets = octets[(header + length)..];
        }
        return elements;
    }

    /// <summary>This one and all below it.</summary>
    public void CollectInto(List<BerTree> all)
    {
        all.Add(this);
        if (Children is null)
            return;
        foreach (var child in Children)
            child.CollectInto(all);
    }

    public BerTree Clone() =>
        new()
        {
            Tag = Tag,
            Content = Content,
            Length = Length,
            Children = Children?.ConvertAll(child => child.Clone()),
        };

    public void WriteTo(List<byte> octets)
    {
        var content = Content;
        if (Children is not null)
        {
            var inside = new List<byte>();
            foreach (var child in Children)
                child.WriteTo(inside);
            content = [.. inside];
        }
        octets.Add(Tag);
        octets.AddRange(Length ?? LengthOf(content.Length));
        octets.AddRange(content);
    }

    private static byte[] LengthOf(int length) =>
        length < 0x80 ? [(byte)length]
        : length < 0x100 ? [0x81, (byte)length]
        : [0x82, (byte)(length >> 8), (byte)length];
}
