namespace Rtfm.Snmp.Fuzz;

/// <summary>Makes inputs of others: octets changed, elements changed, parts of two put together.</summary>
internal sealed class Mutator(Random random, Envelopes envelopes)
{
    /// <summary>Longer ones are cut: most of the time would go into them.</summary>
    private const int Longest = 4_096;

    private static readonly byte[] Tags =
    [
        0,
        1,
        2,
        4,
        5,
        6,
        0x30,
        0x40,
        0x41,
        0x42,
        0x43,
        0x44,
        0x46,
        0x80,
        0x81,
        0x82,
        0xA0,
        0xA1,
        0xA2,
        0xA3,
        0xA4,
        0xA5,
        0xA6,
        0xA7,
        0xA8,
        0xA9,
        0xFF,
    ];
    private static readonly byte[][] Lengths =
    [
        [0],
        [0x7F],
        [0x80],
        [0x81, 0],
        [0x81, 0x80],
        [0x82, 0, 5],
        [0x82, 0xFF, 0xFF],
        [0x83, 0, 0, 9],
        [0x84, 0x7F, 0xFF, 0xFF, 0xFF],
        [0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x88, 0, 0, 0, 0, 0, 0, 0, 1],
        [0xFF],
    ];
    private static readonly byte[][] Contents =
    [
        [],
        [0],
        [1],
        [0x7F],
        [0x80],
        [0xFF],
        [0x7F, 0xFF, 0xFF, 0xFF],
        [0x80, 0, 0, 0],
        [0, 0xFF, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x2B],
        [0x2B, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F],
        [0x2B, 0x90, 0x80, 0x80, 0x80, 0],
        [0x2B, 0x80],
    ];

    /// <param name="other">Gives parts.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        switch (random.Next(8))
        {
            case 0:
                return Bound(ChangeOctets(input));
            case 1:
                return Bound(Splice(input, other));
            case 2:
                var changed = Bound(ChangeOctets(input));
                envelopes.Sign(changed);
                return changed;
            case 3 or 4:
                var signed = Bound(ChangeElements(input, other));
                envelopes.Sign(signed);
                return signed;
            case 5:
                return Sealed(input, other);
            default:
                return Bound(ChangeElements(input, other));
        }
    }

    /// <summary>A changed PDU in a message that is right otherwise.</summary>
    private byte[] Sealed(byte[] input, byte[] other)
    {
        if (!envelopes.TryOpen(input, out var pdu))
            return Bound(ChangeElements(input, other));
        var changed = pdu.ToArray();
        changed = random.Next(3) == 0 ? ChangeOctets(changed) : ChangeElements(changed, other);
        var user = Agent.Users[random.Next(Agent.Users.Count)];
        return envelopes.Seal(user, Bound(changed), random.Next(4) == 0 ? 484 : 65_507, isReportable: random.Next(3) > 0) ?? input;
    }

    private byte[] ChangeOctets(byte[] input)
    {
        var changed = (byte[])input.Clone();
        if (changed.Length == 0)
            return [(byte)random.Next(256)];
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            ref var octet = ref changed[random.Next(changed.Length)];
            octet = random.Next(3) switch
            {
                0 => (byte)(octet ^ 1 << random.Next(8)),
                1 => (byte)(octet + random.Next(-2, 3)),
                _ => (byte)random.Next(256),
            };
        }
        return random.Next(16) == 0 ? changed[..random.Next(changed.Length)] : changed;
    }

    private byte[] Splice(byte[] input, byte[] other) =>
        [.. input.AsSpan(0, random.Next(input.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];

    private byte[] ChangeElements(byte[] input, byte[] other)
    {
        if (BerTree.Read(input) is not { Count: > 0 } elements)
            return ChangeOctets(input);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
            ChangeElement(elements, other);
        var octets = new List<byte>(input.Length + 64);
        foreach (var element in elements)
            element.WriteTo(octets);
        return [.. octets];
    }

    private void ChangeElement(List<BerTree> elements, byte[] other)
    {
        var all = new List<BerTree>();
        foreach (var element in elements)
            element.CollectInto(all);
        if (all.Count == 0)
            return;
        var chosen = all[random.Next(all.Count)];
        var siblings = chosen.Children is { Count: > 0 } ? chosen.Children : elements;
        switch (random.Next(8))
        {
            case 0:
                chosen.Tag = Tags[random.Next(Tags.Length)];
                break;
            case 1:
                chosen.Length = Lengths[random.Next(Lengths.Length)];
                break;
            case 2:
                (chosen.Children, chosen.Content) = (null, Contents[random.Next(Contents.Length)]);
                break;
            case 3:
                (chosen.Children, chosen.Content) = (null, new byte[random.Next(600)]);
                random.NextBytes(chosen.Content);
                break;
            case 4:
                siblings.RemoveAt(random.Next(siblings.Count));
                break;
            case 5:
                // Many of one: varbind lists of any length.
                var copied = siblings[random.Next(siblings.Count)];
                for (var copies = 1 << random.Next(8); copies > 0 && siblings.Count < 200; copies--)
                    siblings.Add(copied.Clone());
                break;
            case 6:
                if (BerTree.Read(other) is { Count: > 0 } theirs)
                {
                    var given = new List<BerTree>();
                    theirs[0].CollectInto(given);
                    siblings[random.Next(siblings.Count)] = given[random.Next(given.Count)];
                }
                break;
            default:
                if (chosen.Content.Length > 0)
                    chosen.Content = ChangeOctets(chosen.Content);
                break;
        }
    }

    private static byte[] Bound(byte[] octets) => octets.Length <= Longest ? octets : octets[..Longest];
}
