namespace Rtfm.Srl.Tests;

[TestFixture]
public sealed class SrlExplainerTests
{
    private const string Program = """
        if DestTransAddress == http save;
        else nomatch;
        save SourcePeerAddress/24;
        save DestPeerAddress;
        count;
        """;

    [Test]
    public void Each_step_is_told_with_its_place_and_the_flow_at_the_end() =>
        Assert.That(
            SrlExplainer.Explain(Program, "web.srl", "tcp 10.0.0.7:1025 > 192.0.2.1:80").Steps,
            Is.EqualTo(
                """
                First attempt, source to destination as captured:
                  web.srl:1:1: IF: yes
                  web.srl:1:1: saves destTransAddress = 80/16
                  web.srl:3:1: saves sourcePeerAddress = 10.0.0.0/24
                  web.srl:4:1: saves destPeerAddress = 192.0.2.1/32
                  web.srl:5:1: COUNT
                The packet is counted, in the flow of
                  sourcePeerAddress = 10.0.0.0/24
                  destPeerAddress = 192.0.2.1/32
                  destTransAddress = 80/16

                """
            )
        );

    [Test]
    public void The_second_attempt_is_told_too() =>
        Assert.That(
            SrlExplainer.Explain(Program, "web.srl", "[2001:db8::1]:80 > [2001:db8::2]:999").Steps,
            Does.Contain("  web.srl:2:6: NOMATCH\nNo match. Second attempt")
                .And.Contain("sourcePeerAddress = 2001:d00::/24")
                .And.Contain("destPeerAddress = 2001:db8::1/128")
        );

    [TestCase("tcp 10.0.0.7:1025 > 192.0.2.1:25", "The packet matches in neither direction and is not counted.\n")]
    public void What_becomes_of_the_packet_is_told(string packet, string expected) =>
        Assert.That(SrlExplainer.Explain(Program, "web.srl", packet).Steps, Does.EndWith(expected));

    [TestCase("quic 10.0.0.1 > 10.0.0.2", "'quic' is no protocol, for example tcp")]
    [TestCase("tcp 10.0.0.1 >", "expected an address on both sides of '>'")]
    [TestCase("tcp host > 10.0.0.2", "'host' is no address")]
    [TestCase("vlan=99999", "vlan=99999: '99999' is not a number from 0 to 65535")]
    [TestCase("colour=3", "'colour' is no attribute of a packet")]
    public void A_packet_that_is_described_wrongly_is_refused(string packet, string expected) =>
        Assert.That(() => SrlExplainer.Explain(Program, "web.srl", packet), Throws.InstanceOf<FormatException>().With.Message.Contains(expected));
}
