using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.AgentX;

[TestFixture]
public sealed class AgentXCodecTests
{
    [TestCase("1.3.6.1.2.1.1.1.0", "04020000 00000001 00000001 00000001 00000000", Description = "sysDescr.0, as in RFC 2741 §5.1")]
    [TestCase("1.2.3.4", "04000000 00000001 00000002 00000003 00000004", Description = "as in RFC 2741 §5.1")]
    [TestCase("1.3.6.1.4", "00040000")]
    [TestCase("1.3.6.1.300.1", "06000000 00000001 00000003 00000006 00000001 0000012C 00000001", Description = "a prefix has one octet")]
    [TestCase("1.3.6.1", "04000000 00000001 00000003 00000006 00000001")]
    public void An_object_identifier_is_written_as_RFC_2741_says(string name, string octets)
    {
        var writer = Begin(new byte[200], isNetworkByteOrder: true);
        writer.Oid(ObjectIdentifier.Parse(name).Span);
        Assert.That(Hex.Text(Written(ref writer)), Is.EqualTo(Hex.Text(Hex.Bytes(octets))));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Every_varbind_is_read_as_it_was_written(bool isNetworkByteOrder)
    {
        var random = new Random(11);
        for (var round = 0; round < 5_000; round++)
        {
            var varBind = new VarBind(RandomOid(random), RandomValue(random));
            var writer = Begin(new byte[4_000], isNetworkByteOrder);
            writer.VarBind(varBind);
            var written = Written(ref writer);
            Assert.That(written.Length % 4, Is.Zero);
            var reader = new AgentXReader(written, isNetworkByteOrder);
            Assert.That(reader.VarBind(), Is.EqualTo(varBind));
            Assert.That((reader.IsAtEnd, reader.Failed), Is.EqualTo((true, false)));
            var short1 = new AgentXReader(written.AsSpan(0, random.Next(written.Length)), isNetworkByteOrder);
            short1.VarBind();
            Assert.That(short1.Failed, "a prefix was read as a whole varbind");
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_header_is_read_as_it_was_written(bool isNetworkByteOrder)
    {
        var pdu = new byte[24];
        var flags = isNetworkByteOrder ? AgentXHeader.NetworkByteOrder : (byte)0;
        var header = new AgentXHeader(AgentXType.Notify, flags, 0x01020304, 5, 6, 4);
        var writer = new AgentXWriter(pdu, header);
        writer.Number(9);
        Assert.That(writer.End(), Is.EqualTo(24));
        Assert.That(AgentXHeader.TryRead(pdu, out var read));
        Assert.That(read, Is.EqualTo(header));
    }

    [TestCase("02 01 10 00", Description = "another version")]
    [TestCase("01 13 10 00", Description = "no such PDU")]
    [TestCase("01 00 10 00", Description = "no such PDU")]
    public void What_begins_otherwise_is_no_AgentX(string octets) =>
        Assert.That(AgentXHeader.TryRead([.. Hex.Bytes(octets), .. new byte[16]], out _), Is.False);

    [Test]
    public void What_does_not_fit_is_not_written()
    {
        var writer = Begin(new byte[AgentXHeader.Length + 10], isNetworkByteOrder: true);
        writer.OctetString("more than six"u8);
        Assert.That(writer.Overflowed);
        writer.Rewind(AgentXHeader.Length);
        writer.OctetString("four"u8);
        Assert.That(writer.Overflowed, Is.False);
    }

    [TestCase("/var/agentx/master", true)]
    [TestCase("tcp:127.0.0.1:705", true)]
    [TestCase("tcp:[::1]:705", true)]
    [TestCase("udp:127.0.0.1:705", false)]
    [TestCase("tcp:127.0.0.1", false)]
    [TestCase("master", false)]
    public void A_master_is_a_socket_s_path_or_a_TCP_address(string text, bool isGood)
    {
        Assert.That(AgentXAddress.TryParse(text, out var address, out var complaint), Is.EqualTo(isGood));
        Assert.That(isGood ? address!.ToString() : complaint, isGood ? Is.EqualTo(text) : Is.Not.Empty);
    }

    [TestCase("00000000", "0.0", Description = "RFC 2741 §5.1: the null object identifier")]
    [TestCase("02000000 00000000 00000000", "0.0")]
    [TestCase("02000000 00000002 FFFFFFFF", "2.4294967295")]
    [TestCase("01000000 00000001", null, Description = "SNMP cannot say one sub-identifier")]
    [TestCase("02000000 00000003 00000001", null, Description = "nor that it begins with 3")]
    [TestCase("02000000 00000001 00000028", null, Description = "nor 40 behind 1")]
    public void An_object_identifier_is_a_value_where_SNMP_can_say_it(string octets, string? expected)
    {
        var reader = new AgentXReader(Hex.Bytes("0006 0000 00020000" + octets), isNetworkByteOrder: true);
        var value = reader.VarBind().Value;
        Assert.That(reader.Failed ? null : value.ToString(), Is.EqualTo(expected));
    }

    private static AgentXWriter Begin(byte[] buffer, bool isNetworkByteOrder) =>
        new(buffer, new(AgentXType.Response, isNetworkByteOrder ? AgentXHeader.NetworkByteOrder : (byte)0, 1, 2, 3, 0));

    private static byte[] Written(ref AgentXWriter writer) => writer.Written[AgentXHeader.Length..].ToArray();

    private static ObjectIdentifier RandomOid(Random random)
    {
        var subIdentifiers = new uint[random.Next(2, 30)];
        for (var i = 2; i < subIdentifiers.Length; i++)
            subIdentifiers[i] = random.Next(3) == 0 ? (uint)random.NextInt64(uint.MaxValue + 1L) : (uint)random.Next(300);
        (subIdentifiers[0], subIdentifiers[1]) = (1, 3);
        if (random.Next(2) == 0 && subIdentifiers.Length > 4)
            (subIdentifiers[2], subIdentifiers[3]) = (6, 1);
        return new(subIdentifiers);
    }

    private static SnmpValue RandomValue(Random random)
    {
        var octets = new byte[random.Next(20)];
        random.NextBytes(octets);
        var number = (uint)random.NextInt64(uint.MaxValue + 1L);
        return random.Next(11) switch
        {
            0 => SnmpValue.Integer((int)number),
            1 => SnmpValue.Counter32(number),
            2 => SnmpValue.Unsigned32(number),
            3 => SnmpValue.TimeTicks(number),
            4 => SnmpValue.Counter64((ulong)number * number),
            5 => SnmpValue.OctetString(octets),
            6 => SnmpValue.IpAddress([1, 2, 3, 4]),
            7 => SnmpValue.Opaque(octets),
            8 => SnmpValue.Oid(RandomOid(random)),
            9 => SnmpValue.Null,
            _ => SnmpValue.Empty(BerTag.NoSuchInstance),
        };
    }
}
