using Rtfm.Agent.Domain;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Client;
using Rtfm.Srl;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Some agents of one domain, and what a reader gets from the first one, the master.</summary>
internal sealed class DomainHarness : IAsyncDisposable
{
    private readonly FakeClock _clock = new();
    private readonly List<DomainAgent> _agents = [];

    public DomainHarness(int agents, string ruleSet = "domain-flows.srl")
    {
        var rules = RuleSource.Read(Path.Combine(Repository.Root, "docs", "rulesets", ruleSet)).RuleSet!;
        Domain = new TestDomain(rules);
        for (var number = 1; number <= agents; number++)
            _agents.Add(new DomainAgent(Domain, Client, number, _clock));
        Pass(10);
    }

    public SnmpClient Client { get; } = new();

    public TestDomain Domain { get; }

    public TimeProvider Clock => _clock;

    public DomainAgent Master => _agents[0];

    /// <summary>By number.</summary>
    public DomainAgent this[int number] => _agents[number - 1];

    /// <summary>Since 1970.</summary>
    public long NowNs => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>All agents' time goes on.</summary>
    public void Pass(double seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        foreach (var agent in _agents)
            agent.Meter.Maintain();
    }

    /// <summary>Packets come in at an interface of a member (an edge), as <c>10.0.0.1:1000>10.0.0.2:80 udp 100</c>.</summary>
    public void ComeIn(int member, byte at, params string[] packets) => Send(member, at, 0, packets);

    public void GoOut(int member, byte at, params string[] packets) => Send(member, 0, at, packets);

    public void Send(int member, byte source, byte dest, params string[] packets)
    {
        foreach (var packet in packets)
        {
            var key = FlowHarness.Packet(packet);
            (key.Source.Interface, key.Dest.Interface) = (source, dest);
            this[member].Meter.Process(new ReadOnlySpan<MatchKey>(in key));
        }
    }

    /// <summary>Members reckon delay and loss.</summary>
    public bool AreDelaysDistributed { get; set; }

    public Task CollectAsync(bool isSerial = false, string pushTarget = "") =>
        Master.Collection.RunAsync(
            new CollectionPlan
            {
                IsSerial = isSerial,
                PushTarget = pushTarget,
                AreDelaysDistributed = AreDelaysDistributed,
            },
            CancellationToken.None
        );

    /// <summary>The member is another process at the same place: its flows are gone.</summary>
    public void Restart(int number)
    {
        var before = this[number];
        before.Dispose();
        _agents[number - 1] = new DomainAgent(Domain, Client, number, _clock, (before.Identity.Id, before.Identity.Boots + 1));
    }

    /// <summary>The records, as a reader that knows domains gets them over SNMP, each as text.</summary>
    public async Task<List<string>> RecordsAsync(uint since = 0)
    {
        var records = new List<string>();
        using var spool = new PackageSpool(TestDomain.RuleSet, Attributes);
        var session = new SnmpMeterSession(Client, Master.ContextTarget);
        await PackageReading.ReadAsync(session, TestDomain.RuleSet, since, 1_000, 2, spool, CancellationToken.None);
        foreach (var record in spool.Records())
            records.Add(Describe(record));
        Assert.That(spool.BadPackages, Is.Zero);
        records.Sort(StringComparer.Ordinal);
        return records;
    }

    /// <summary>Delay and loss of each record that changed since then.</summary>
    public async Task<List<(DelayStatistics To, DelayStatistics From)>> DelaysAsync(uint since = 0)
    {
        using var spool = new PackageSpool(TestDomain.RuleSet, [FlowAttribute.FirstTime, FlowAttribute.LastActiveTime, .. DelayStatistics.All]);
        var session = new SnmpMeterSession(Client, Master.ContextTarget);
        await PackageReading.ReadAsync(session, TestDomain.RuleSet, since, 1_000, 2, spool, CancellationToken.None);
        List<(DelayStatistics, DelayStatistics)> delays =
        [
            .. spool.Records().Select(each => (DelayStatistics.Of(each, isFrom: false), DelayStatistics.Of(each, isFrom: true))),
        ];
        Assert.That(spool.BadPackages, Is.Zero);
        return delays;
    }

    /// <summary>The same, by flow. What the machine's own clock is good for is left out: it changes.</summary>
    public async Task<SortedDictionary<string, (DelayStatistics To, DelayStatistics From)>> DelaysByFlowAsync()
    {
        using var spool = new PackageSpool(TestDomain.RuleSet, [.. Attributes, .. DelayStatistics.All]);
        var session = new SnmpMeterSession(Client, Master.ContextTarget);
        await PackageReading.ReadAsync(session, TestDomain.RuleSet, 0, 1_000, 2, spool, CancellationToken.None);
        var delays = new SortedDictionary<string, (DelayStatistics, DelayStatistics)>(StringComparer.Ordinal);
        foreach (var each in spool.Records())
        {
            var (there, back) = (DelayStatistics.Of(each, isFrom: false), DelayStatistics.Of(each, isFrom: true));
            delays.Add(Describe(each), (there with { ClockErrorNs = 0 }, back with { ClockErrorNs = 0 }));
        }
        Assert.That(spool.BadPackages, Is.Zero);
        return delays;
    }

    public async ValueTask DisposeAsync()
    {
        _agents.ForEach(each => each.Dispose());
        await Client.DisposeAsync();
    }

    public System.Collections.Immutable.ImmutableArray<FlowAttribute> Attributes =>
        [
            .. Domain.Collected.FromMeter,
            FlowAttribute.EntryPoint,
            FlowAttribute.ExitPoint,
            FlowAttribute.ExitToOctets,
            FlowAttribute.ExitToPdus,
            FlowAttribute.ExitFromOctets,
            FlowAttribute.ExitFromPdus,
            FlowAttribute.Observations,
        ];

    /// <summary>Ends, counts, where it enters and leaves, counts there, number of observations.</summary>
    private static string Describe(FlowRecord flow)
    {
        Assert.That(FlowObservation.TryReadAll(flow[FlowAttribute.Observations]!.Value.Octets, out var seen));
        string T(FlowAttribute attribute) => flow.Text(attribute);
        return $"{T(FlowAttribute.SourcePeerAddress)}:{T(FlowAttribute.SourceTransAddress)} {T(FlowAttribute.DestPeerAddress)}:{T(FlowAttribute.DestTransAddress)}"
            + $" to={T(FlowAttribute.ToOctets)}/{T(FlowAttribute.ToPdus)} from={T(FlowAttribute.FromOctets)}/{T(FlowAttribute.FromPdus)}"
            + $" in={T(FlowAttribute.EntryPoint)}.{T(FlowAttribute.SourceInterface)} out={T(FlowAttribute.ExitPoint)}.{T(FlowAttribute.DestInterface)}"
            + $" there={T(FlowAttribute.ExitToOctets)}/{T(FlowAttribute.ExitToPdus)},{T(FlowAttribute.ExitFromOctets)}/{T(FlowAttribute.ExitFromPdus)} of {seen.Count}";
    }
}
