using System.Net;
using System.Net.Sockets;
using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Manager.Tests.Control;

[TestFixture]
public sealed class DownloadPlanTests
{
    private static readonly Rule Short = new(FlowAttribute.SourcePeerType, new([0xFF, 0]), new([1, 0]), Opcode.Count, 1);
    private static readonly Rule Long = new(FlowAttribute.SourcePeerAddress, new(new byte[20]), new(new byte[20]), Opcode.PushPktToAct, 65_535);

    [Test]
    public void A_rule_is_five_varbinds_in_the_order_of_its_columns()
    {
        var varBinds = new DownloadPlan(RuleSetOf(Short, Long), 7).VarBinds(1, 1);

        Assert.That(
            varBinds.Select(each => each.Name.ToString()),
            Is.EqualTo(new[] { 3, 4, 5, 6, 7 }.Select(column => $"1.3.6.1.2.1.40.3.1.1.{column}.7.2"))
        );
        Assert.That(
            varBinds.Select(each => each.Value),
            Is.EqualTo(
                new[]
                {
                    SnmpValue.Integer(9),
                    SnmpValue.OctetString(new byte[20]),
                    SnmpValue.OctetString(new byte[20]),
                    SnmpValue.Integer(15),
                    SnmpValue.Integer(65_535),
                }
            )
        );
    }

    [TestCase(DownloadPlan.UsualRequest)]
    [TestCase(DownloadPlan.SmallestRequest)]
    public async Task A_request_is_filled_with_rules_and_no_longer_than_asked(int octets)
    {
        foreach (var ruleSet in new[] { RuleSetOf([.. Enumerable.Repeat(Short, 100)]), RuleSetOf([.. Enumerable.Repeat(Long, 100)]) })
        {
            var plan = new DownloadPlan(ruleSet, int.MaxValue);
            var count = plan.CountFrom(0, octets);

            Assert.That(await LengthOnTheWireAsync(plan.VarBinds(0, count)), Is.LessThanOrEqualTo(octets));
            Assert.That(await LengthOnTheWireAsync(plan.VarBinds(0, count + 2)), Is.GreaterThan(octets - 180));
        }
    }

    [Test]
    public void Every_rule_is_in_one_request_however_small_the_requests()
    {
        var plan = new DownloadPlan(RuleSetOf([.. Enumerable.Repeat(Long, 1_000)]), 2);
        foreach (var octets in new[] { 0, 100, 484, 1_400, 65_507 })
        {
            var at = 0;
            while (at < plan.RuleCount)
                at += plan.CountFrom(at, octets);
            Assert.That(at, Is.EqualTo(1_000));
        }
    }

    [TestCase(0, 1, 1, "flowRuleSelector.3.1")]
    [TestCase(0, 5, 1, "flowRuleParameter.3.1")]
    [TestCase(12, 22, 17, "flowRuleMask.3.17")]
    public void A_refused_varbind_is_traced_to_its_rule(int first, int errorIndex, int rule, string name)
    {
        Assert.That(new DownloadPlan(RuleSetOf(Short), 3).Locate(first, errorIndex), Is.EqualTo((rule, name)));
    }

    private static RuleSet RuleSetOf(params Rule[] rules) => new("test", [.. rules]);

    private static async Task<int> LengthOnTheWireAsync(VarBind[] varBinds)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var client = new SnmpClient();
        using var stop = new CancellationTokenSource();
        var target = new SnmpTarget((IPEndPoint)socket.Client.LocalEndPoint!, new CommunityCredentials(new string('c', 64)));
        var request = client.SetAsync(target, varBinds, stop.Token);
        var length = (await socket.ReceiveAsync()).Buffer.Length;
        await stop.CancelAsync();
        Assert.That(async () => await request, Throws.InstanceOf<OperationCanceledException>());
        return length;
    }
}
