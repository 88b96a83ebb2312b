using Rtfm.Snmp.Client;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Tests.Client;

[TestFixture]
public sealed class SnmpHostTests
{
    [TestCase("meter", TransportKind.Udp, "meter", 161)]
    [TestCase("meter:1161", TransportKind.Udp, "meter", 1161)]
    [TestCase("udp:192.0.2.1:1161", TransportKind.Udp, "192.0.2.1", 1161)]
    [TestCase("::1", TransportKind.Udp, "::1", 161)]
    [TestCase("tcp:meter", TransportKind.Tcp, "meter", 161)]
    [TestCase("TCP:192.0.2.1:1161", TransportKind.Tcp, "192.0.2.1", 1161)]
    [TestCase("tcp:[::1]:1161", TransportKind.Tcp, "::1", 1161)]
    [TestCase("tcp:[::1]", TransportKind.Tcp, "::1", 161)]
    [TestCase("tcp:::1", TransportKind.Tcp, "::1", 161)]
    [TestCase("tlstcp:meter.example.net", TransportKind.TlsTcp, "meter.example.net", 10161)]
    [TestCase("tlstcp:[::1]:443", TransportKind.TlsTcp, "::1", 443)]
    public void An_agent_is_named(string text, TransportKind transport, string host, int port) =>
        Assert.That(SnmpHost.Parse(text), Is.EqualTo((transport, host, port)));

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("[]:161")]
    [TestCase("tcp:")]
    [TestCase(":161")]
    [TestCase("tcp::161")]
    [TestCase("meter:")]
    [TestCase("meter:0")]
    [TestCase("tcp:meter:65536")]
    [TestCase("[::1]:x")]
    public void What_names_no_agent_is_said_with_what_would(string text) =>
        Assert.That(() => SnmpHost.Parse(text), Throws.InstanceOf<FormatException>().With.Message.Contains("tlstcp:"));

    [Test]
    public void A_community_does_not_go_with_TLS() =>
        Assert.That(
            () => SnmpHost.Check("tlstcp:meter", new CommunityCredentials("public")),
            Throws.InstanceOf<FormatException>().With.Message.Contains("localCert")
        );
}
