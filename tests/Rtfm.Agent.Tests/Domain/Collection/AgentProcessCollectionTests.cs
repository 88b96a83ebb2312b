using System.Diagnostics;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Collection;
using Rtfm.Control;
using Rtfm.Control.Reading;
using Rtfm.MeterReader.Tests;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Srl;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Agents that are processes of their own, each with a capture of the same flows.</summary>
[TestFixture]
public sealed class AgentProcessCollectionTests
{
    private const int Flows = 100;

    [Test]
    public async Task Flows_that_three_agents_saw_are_counted_once()
    {
        var rules = RuleSource.Read(Path.Combine(Repository.Root, "docs", "rulesets", "domain-flows.srl")).RuleSet!;
        var domain = new TestDomain(rules);
        var folder = Directory.CreateTempSubdirectory("rtfm-collect-");
        await using var client = new SnmpClient();
        var credentials = new CommunityCredentials(AgentProcess.WriteCommunity);
        var agents = new List<AgentProcess>();
        try
        {
            for (var number = 1; number <= 3; number++)
            {
                var capture = Path.Combine(folder.FullName, $"{number}.pcap");
                // The second one saw most: of each flow 12 packets.
                UdpCapture.Write(capture, Flows, Flows * (number == 2 ? 12 : 10), TimeSpan.FromSeconds(1));
                var agent = AgentProcess.Start(null, "--read", capture, "--wait-for-rule-set");
                agents.Add(agent);
                var target = new SnmpTarget(agent.EndPoint, credentials);
                var request = new InstallationRequest(domain.Rules, DomainMib.OwnerOf(domain.Name)) { IsRun = true };
                await new RuleSetInstallation(new Meter(client, target)).InstallAsync(request, _ => { }, CancellationToken.None);
                var id = (await client.GetAsync(target, [MeterMib.EngineId]))[0].Value.Octets;
                domain.Join(number, new EngineId(id), agent.EndPoint.ToString());
            }
            var now = Stopwatch.StartNew();
            var flows = new AggregatedFlows(() => (uint)(now.ElapsedMilliseconds / 10));
            var readers = new DomainReaders(() => flows.Now);
            var sessions = new MemberSessions(client, credentials, credentials);
            var collection = new DomainCollection(
                sessions,
                flows,
                new MemberReadings(flows),
                readers,
                domain.ViewOf(0),
                push: null,
                TimeProvider.System
            );
            // Again and again while the agents read: what is read twice is not added twice.
            while (PacketsOf(flows) < Flows * 12ul && now.Elapsed < TimeSpan.FromSeconds(30))
                await collection.RunAsync(new CollectionPlan(), CancellationToken.None);
            await collection.RunAsync(new CollectionPlan(), CancellationToken.None);
            Assert.That(collection.Figures, Has.Property("Members").EqualTo(3).And.Property("Missing").EqualTo(0));
            Assert.That((flows.Records, flows.Observations), Is.EqualTo((Flows, 3 * Flows)));
            Assert.That(PacketsOf(flows), Is.EqualTo(Flows * 12));
        }
        finally
        {
            agents.ForEach(agent => agent.Dispose());
            folder.Delete(recursive: true);
        }
    }

    private static ulong PacketsOf(AggregatedFlows flows)
    {
        var rows = new AggregatedRows(flows);
        var packets = 0ul;
        for (var after = 0u; rows.TryNext([TestDomain.RuleSet, 0, after], out var index); after = index.Flow)
            packets += rows.Number(FlowAttribute.ToPdus);
        return packets;
    }
}
