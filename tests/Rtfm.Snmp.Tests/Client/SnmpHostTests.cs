using Rtfm.Snmp.Client;

namespace Rtfm.Snmp.Tests.Client;

[TestFixture]
public sealed class SnmpHostTests
{
    [TestCase("meter.example", "meter.example", 161)]
    [TestCase("meter.example:1161", "meter.example", 1161)]
    [TestCase("192.0.2.1:1161", "192.0.2.1", 1161)]
    [TestCase("2001:db8::1", "2001:db8::1", 161, Description = "several colons and no brackets: no port")]
    [TestCase("[2001:db8::1]", "2001:db8::1", 161)]
    [TestCase("[2001:db8::1]:1161", "2001:db8::1", 1161)]
    public void An_agent_is_named_by_host_and_port(string text, string host, int port) => Assert.That(SnmpHost.Parse(text), Is.EqualTo((host, port)));

    [TestCase("", Description = "the empty name is this machine's for the resolver")]
    [TestCase(" ")]
    [TestCase("[]")]
    [TestCase("[]:161")]
    [TestCase(":161")]
    [TestCase("meter.example:0")]
    [TestCase("meter.example:65536")]
    [TestCase("meter.example:snmp")]
    public void What_names_no_agent_is_refused(string text) => Assert.That(() => SnmpHost.Parse(text), Throws.TypeOf<FormatException>());
}
