using Rtfm.Snmp.Transport;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Transport;

[TestFixture]
public sealed class MessageFrameTests
{
    [TestCase("30 00", 2)]
    [TestCase("30 05 FFFF", 7, Description = "only the header need be there")]
    [TestCase("30 81 80", 131)]
    [TestCase("30 82 01 00", 260)]
    [TestCase("30 84 00 00 00 03", 9, Description = "longer than minimal is allowed")]
    [TestCase("30 82 FF FB", 65_535, Description = "as long as is taken")]
    [TestCase("30 82 FF FC", MessageFrame.Lost, Description = "one octet longer")]
    [TestCase("30 84 FF FF FF FF", MessageFrame.Lost)]
    [TestCase("30 80 0000", MessageFrame.Lost, Description = "indefinite length")]
    [TestCase("30 85 00 00 00 00 01", MessageFrame.Lost, Description = "a length of five octets")]
    [TestCase("31 00", MessageFrame.Lost, Description = "no sequence")]
    [TestCase("", MessageFrame.NotYet)]
    [TestCase("30", MessageFrame.NotYet)]
    [TestCase("30 82 01", MessageFrame.NotYet)]
    public void A_message_is_as_long_as_its_header_says(string octets, int length) =>
        Assert.That(MessageFrame.Length(Hex.Bytes(octets), 65_535), Is.EqualTo(length));
}
