using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests;

[TestFixture]
public sealed class BerTests
{
    [TestCase("0201 00", 0)]
    [TestCase("0201 7F", 127)]
    [TestCase("0202 0080", 128)]
    [TestCase("0201 80", -128)]
    [TestCase("0204 80000000", int.MinValue)]
    [TestCase("0205 007FFFFFFF", int.MaxValue, Description = "a zero octet too many")]
    [TestCase("0281 01 05", 5, Description = "a length that is longer than it needs to be (RFC 3417 §8)")]
    public void An_integer_is_read(string hex, int expected)
    {
        var reader = new BerReader(Hex.Bytes(hex));
        Assert.That(reader.Integer(), Is.EqualTo(expected));
        Assert.That(reader.Error, Is.EqualTo(BerError.None));
    }

    [TestCase("0200", BerError.BadNumber, Description = "no octets")]
    [TestCase("0205 0100000000", BerError.BadNumber, Description = "beyond 32 bits")]
    [TestCase("0202 01", BerError.CutOff)]
    [TestCase("02", BerError.CutOff)]
    [TestCase("0280 0100 00", BerError.BadLength, Description = "indefinite length")]
    [TestCase("0285 0000000001 01", BerError.BadLength)]
    [TestCase("0284 FFFFFFFF 01", BerError.CutOff)]
    [TestCase("0401 01", BerError.UnexpectedTag)]
    public void What_is_no_integer_is_refused(string hex, BerError expected)
    {
        var reader = new BerReader(Hex.Bytes(hex));
        Assert.That(reader.Integer(), Is.Zero);
        Assert.That(reader.Error, Is.EqualTo(expected));
    }

    [TestCase("4105 00FFFFFFFF", BerTag.Counter32, 4_294_967_295ul)]
    [TestCase("4104 FFFFFFFF", BerTag.Counter32, 4_294_967_295ul, Description = "without the leading zero, as some agents send it")]
    [TestCase("4609 00FFFFFFFFFFFFFFFF", BerTag.Counter64, ulong.MaxValue)]
    public void Unsigned_numbers_are_read(string hex, BerTag tag, ulong expected)
    {
        var reader = new BerReader(Hex.Bytes(hex));
        Assert.That(reader.Unsigned(tag), Is.EqualTo(expected));
    }

    [TestCase("0601 2B", "1.3")]
    [TestCase("0601 00", "0.0")]
    [TestCase("0602 8837", "2.999", Description = "the second sub-identifier below 2 has no bound of 39 (X.690 §8.19)")]
    [TestCase("0606 2B8FFFFFFF7F", "1.3.4294967295")]
    public void An_object_identifier_is_read(string hex, string expected)
    {
        OidBuffer name = default;
        var reader = new BerReader(Hex.Bytes(hex));
        reader.Oid(ref name);
        Assert.That(reader.Error, Is.EqualTo(BerError.None));
        Assert.That(new ObjectIdentifier(name.Span).ToString(), Is.EqualTo(expected));
    }

    [TestCase("0600", Description = "no octets")]
    [TestCase("0602 2B81", Description = "the last sub-identifier is cut off")]
    [TestCase("0606 2B9080808000", Description = "a sub-identifier of 33 bits")]
    public void What_is_no_object_identifier_is_refused(string hex)
    {
        OidBuffer name = default;
        var reader = new BerReader(Hex.Bytes(hex));
        reader.Oid(ref name);
        Assert.That(reader.Error, Is.EqualTo(BerError.BadObjectIdentifier));
    }

    [Test]
    public void An_object_identifier_of_129_sub_identifiers_is_refused()
    {
        OidBuffer name = default;
        byte[] content = [0x2B, .. Enumerable.Repeat((byte)1, 127)];
        Assert.That(BerReader.TryReadOid(content, ref name), Is.False);
        Assert.That(BerReader.TryReadOid(content.AsSpan(1), ref name), Is.True);
    }

    [Test]
    public void Every_prefix_of_a_message_fails_cleanly()
    {
        var pdu = Hex.Bytes("A01B 020101 020100 020100 3010 300E 060A 2B060102010101030000 0500");
        for (var length = 0; length < pdu.Length; length++)
            Assert.That(PduHeader.TryRead(pdu.AsSpan(0, length), out _), Is.False, $"{length} octets");
        Assert.That(PduHeader.TryRead(pdu, out var header));
        Assert.That(header.Type, Is.EqualTo(PduType.GetRequest));
    }

    [Test]
    public void Octets_behind_a_PDU_are_refused() => Assert.That(PduHeader.TryRead(Hex.Bytes("A00B 020101 020100 020100 3000 00"), out _), Is.False);

    [TestCase(0)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    public void Constructed_elements_get_minimal_lengths_whatever_was_guessed(int content)
    {
        foreach (var guess in new[] { 1, 3 })
        {
            var writer = new BerWriter(new byte[140_000]);
            var mark = writer.Begin(0x30, guess);
            foreach (var octet in new byte[content])
                writer.Empty(BerTag.Null);
            writer.End(mark);
            var reader = new BerReader(writer.Written);
            reader.Enter();
            var header = reader.Position;
            var length = content * 2;
            var minimal =
                length < 0x80 ? 2
                : length < 0x100 ? 3
                : length < 0x10000 ? 4
                : 5;
            Assert.That((writer.Position, header), Is.EqualTo((minimal + length, minimal)));
        }
    }

    [Test]
    public void What_does_not_fit_overflows_and_can_be_taken_back()
    {
        var writer = new BerWriter(new byte[8]);
        writer.Integer(5);
        writer.OctetString(new byte[20]);
        Assert.That(writer.Overflowed);
        writer.Rewind(3);
        writer.Empty(BerTag.Null);
        Assert.That(Convert.ToHexString(writer.Written), Is.EqualTo("0201050500"));
    }

    [Test]
    public void What_is_written_reads_back_the_same()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var value = RandomValue(random);
            var writer = new BerWriter(new byte[4_096]);
            value.WriteTo(ref writer);
            var reader = new BerReader(writer.Written);
            var content = reader.Any(out var tag);
            Assert.That(SnmpValue.TryRead((BerTag)tag, content, out var read));
            Assert.That(read, Is.EqualTo(value));
        }
    }

    [Test]
    public void Any_octets_at_all_never_throw()
    {
        var random = new Random(2);
        var octets = new byte[64];
        for (var i = 0; i < 200_000; i++)
        {
            random.NextBytes(octets);
            octets[0] = (byte)(0xA0 + random.Next(9));
            octets[1] = (byte)random.Next(70);
            PduHeader.TryRead(octets.AsSpan(0, random.Next(octets.Length)), out _);
        }
    }

    private static SnmpValue RandomValue(Random random) =>
        random.Next(7) switch
        {
            0 => SnmpValue.Integer(random.Next(int.MinValue, int.MaxValue)),
            1 => SnmpValue.OctetString(new byte[random.Next(300)]),
            2 => SnmpValue.Counter64((ulong)random.NextInt64() << random.Next(2)),
            3 => SnmpValue.TimeTicks((uint)random.NextInt64(uint.MaxValue)),
            4 => SnmpValue.Unsigned32((uint)random.NextInt64(1L << random.Next(1, 32))),
            5 => SnmpValue.Empty(BerTag.EndOfMibView),
            _ => SnmpValue.Oid(
                new ObjectIdentifier([
                    (uint)random.Next(3),
                    (uint)random.Next(40),
                    .. Enumerable.Range(0, random.Next(20)).Select(_ => (uint)random.NextInt64(uint.MaxValue)),
                ])
            ),
        };
}
