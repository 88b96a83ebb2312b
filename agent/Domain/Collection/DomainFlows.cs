using System.Collections.Frozen;
using System.Linq;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Notifications;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>The agent's part in collecting its domain's flows: while it is master it collects, else it takes part in collections along a chain.</summary>
internal sealed class DomainFlows : BackgroundService, ICollectedDomain, IControlState<CollectionPlan>
{
    /// <summary>How often one who is not the master looks whether it is.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly DomainService _domain;
    private readonly TrafficMeter _meter;
    private readonly TimeProvider _clock;
    private readonly SnmpClient? _client;
    private readonly Func<DomainCollection>? _collector;
    private readonly ChainService? _chain;
    private readonly AggregatedFlows _flows;
    private readonly MemberReadings _readings;
    private readonly DomainReaders _readers;
    private (DomainState State, object Loaded, IReadOnlyList<CollectedRuleSet> RuleSets) _known = (new(), new(), []);
    private DomainCollection? _collection;

    public DomainFlows(
        DomainService domain,
        AgentOptions options,
        TrafficMeter meter,
        EngineIdentity identity,
        TimeProvider clock,
        ILogger<DomainFlows> logger
    )
    {
        (_domain, _meter, _clock) = (domain, meter, clock);
        _flows = new(() => meter.Now);
        _readings = new(_flows);
        _readers = new(() => meter.Now);
        if (DomainSetup.Of(options) is not { } setup)
            return;
        var complaints = new Complaints(clock, (target, reason, more) => Log.DomainTrouble(logger, target, reason, more));
        var inDomain = setup.Credentials.InContext(DomainMib.Context);
        _client = new(new SnmpClientOptions { Clock = clock });
        var sessions = new MemberSessions(_client, setup.Credentials, inDomain);
        var push = new FlowPush(_client, inDomain, _flows, _readings, _readers, this, identity);
        _collector = () => new(sessions, _flows, _readings, _readers, this, push, clock, Complain);
        _chain = new(sessions, _flows, _readings, this, Complain);
        Contexts = new Dictionary<string, MibTree> { [DomainMib.Context] = DomainContext.Make(_flows, _readings, _readers, identity, this) };

        void Complain(CollectedMember member, Exception fault) => complaints.Add(member.Address, fault.Message);
    }

    /// <summary>For the agent's engine; empty: the agent is to be in no domain.</summary>
    public IReadOnlyDictionary<string, MibTree> Contexts { get; } = FrozenDictionary<string, MibTree>.Empty;

    /// <summary>For the context without a name: rtfmDomainCollection and rtfmDomainChain.</summary>
    public IEnumerable<IMibProvider> Providers =>
        _chain is null ? [] : [.. CollectionMib.Providers(this, this, _flows, () => _collection?.Figures ?? new()), .. _chain.Providers()];

    public string Name => _domain.Name;

    public bool IsMaster => _domain.Node is { } node && node.Run(_ => node.IsMaster);

    public int Self => _domain.Node is { } node ? State.Find(node.Self)?.Number ?? 0 : 0;

    public IReadOnlyList<CollectedMember> Members => [.. State.Members.Select(each => new CollectedMember(each.Number, each.Id, each.Address))];

    public IReadOnlyList<CollectedRuleSet> RuleSets
    {
        get
        {
            var (state, loaded, known) = (State, _meter.Current.RuleSets, _known);
            if (!ReferenceEquals(known.State, state) || !ReferenceEquals(known.Loaded, loaded))
                _known = known = (state, loaded, [.. state.RuleSets.Select(Collected).OfType<CollectedRuleSet>()]);
            return known.RuleSets;
        }
    }

    public CollectionPlan Current => State.Collection;

    public uint Now => _meter.Now;

    private DomainState State => _domain.Node is { } node ? node.Run(_ => node.Election.State) : new();

    public bool TryReplace(CollectionPlan expected, CollectionPlan next) =>
        _domain.Node is { } node
        && node.Run(now => node.Election.TryPropose(state => state.Collection == expected ? state with { Collection = next } : null, now));

    public override void Dispose()
    {
        base.Dispose();
        _client?.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (_chain is not null)
            await _chain.DisposeAsync().ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_collector is not null)
        {
            if (!IsMaster)
            {
                Leave();
                await Task.Delay(Pause, _clock, stoppingToken).ConfigureAwait(false);
                continue;
            }
            if (_collection is null)
            {
                // What a chain brought is another master's.
                Forget();
                _collection = _collector();
            }
            var plan = Current;
            var started = _clock.GetTimestamp();
            await _collection.RunAsync(plan, stoppingToken).ConfigureAwait(false);
            var rest = TimeSpan.FromSeconds(plan.Interval) - _clock.GetElapsedTime(started);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, _clock, stoppingToken).ConfigureAwait(false);
        }
    }

    private void Leave()
    {
        if (_collection is null)
            return;
        _collection = null;
        Forget();
    }

    /// <summary>Readers come to the next master, or come anew.</summary>
    private void Forget()
    {
        _flows.Clear();
        _readings.Clear();
        _readers.Clear();
    }

    private CollectedRuleSet? Collected(DomainRuleSet ruleSet)
    {
        var versions = new List<RuleSet>();
        foreach (var version in (uint[])[ruleSet.Active, ruleSet.Wanted, .. ruleSet.Kept])
        {
            if (version != 0 && _domain.Node?.RuleSets.Find(ruleSet.Name, version) is { } rules)
                versions.Add(rules);
        }
        return versions.Count == 0 ? null : new(ruleSet.Number, ruleSet.Name, versions);
    }
}
