using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Tests.Transport;

[TestFixture]
public sealed class TransportAddressTests
{
    [TestCase("tcp:127.0.0.1:161", TransportKind.Tcp)]
    [TestCase("udp:[::1]:161", TransportKind.Udp)]
    [TestCase("tlstcp:[2001:db8::1]:10161", TransportKind.TlsTcp)]
    [TestCase("tcp:[::]:0", TransportKind.Tcp)]
    public void An_address_reads_as_it_is_written(string text, TransportKind kind)
    {
        Assert.That(TransportAddress.TryParse(text, out var address, out var complaint), complaint);
        Assert.That((address!.Kind, address.ToString()), Is.EqualTo((kind, text)));
    }

    [TestCase("127.0.0.1:161", "not a transport the agent has")]
    [TestCase("tcp:127.0.0.1", "no port")]
    [TestCase("tcp:[::1]", "no port")]
    [TestCase("tcp:127.0.0.1:70000", "'70000' is not a port from 0 to 65535")]
    [TestCase("tlstcp:host:161", "'host' is not an IP address")]
    public void What_is_no_address_is_told(string text, string complaint)
    {
        Assert.That(TransportAddress.TryParse(text, out _, out var said), Is.False);
        Assert.That(said, Is.EqualTo(complaint));
    }
}
