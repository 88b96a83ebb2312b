using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Control;

/// <summary>A meter that takes only the shortest messages that RFC 3417 allows.</summary>
[TestFixture]
public sealed class SmallMeterTests
{
    [Test]
    public async Task A_rule_set_is_loaded_in_requests_that_it_takes()
    {
        var config = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(config, """{ "Rtfm": { "Agent": { "MaxMessageSize": 484 } } }""");
            using var agent = AgentProcess.Start(null, "--config", config);
            await using var client = new SnmpClient();
            var meter = MeterOf.At(client, agent.EndPoint, timeoutSeconds: 0.5, retries: 1);
            var rule = new Rule(FlowAttribute.SourcePeerAddress, new(new byte[20]), new(new byte[20]), Opcode.Count, 1);
            var ruleSet = new RuleSet("edge", [.. Enumerable.Repeat(rule, 40)]);

            await new RuleSetInstallation(meter).InstallAsync(new(ruleSet, "noc"), _ => { }, default);

            var row = await meter.FindRuleSetAsync("edge", default);
            Assert.That((await meter.ReadRulesAsync(row, default)).Rules, Is.EqualTo(ruleSet.Rules));
        }
        finally
        {
            File.Delete(config);
        }
    }
}
