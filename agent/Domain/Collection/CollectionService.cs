using System.Collections.Immutable;
using System.Linq;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Notifications;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>Has the flows of the domain collected as long as this agent is its master, and shows them; takes part in the collections of other masters.</summary>
internal sealed class CollectionService : BackgroundService, ICollectedDomain, IControlState<CollectionPlan>
{
    /// <summary>How soon a new master begins, and a changed plan is followed.</summary>
    private static readonly TimeSpan Attention = TimeSpan.FromMilliseconds(100);

    private readonly DomainService _domain;
    private readonly TrafficMeter _meter;
    private readonly TimeProvider _clock;
    private readonly ILogger<CollectionService> _logger;
    private readonly SnmpClient _client = new();
    private readonly AggregatedFlows _flows;
    private readonly MemberReadings _readings;
    private readonly DomainReaders _readers;
    private readonly DomainCollection? _collection;
    private readonly ChainService? _chain;
    private readonly DelayWorker? _worker;
    private readonly EngineIdentity _identity;
    private readonly DelayLimitWatch _limits;
    private volatile Known? _known;

    /// <summary>What was set and is not in the domain's state yet, which has to settle first.</summary>
    private volatile CollectionPlan? _wanted;

    public CollectionService(
        AgentOptions options,
        DomainService domain,
        TrafficMeter meter,
        EngineIdentity identity,
        TimeProvider clock,
        ILogger<CollectionService> logger
    )
    {
        (_domain, _meter, _identity, _clock, _logger) = (domain, meter, identity, clock, logger);
        _flows = new(() => meter.Now);
        _readings = new(_flows);
        _readers = new(() => meter.Now);
        _limits = new(DelaySetup.LimitsOf(options.Delay), _flows, clock, domain.Raise);
        if (domain.Setup is not { } setup)
            return;
        var inDomain = setup.Credentials.InContext(DomainMib.Context);
        var sessions = new MemberSessions(_client, setup.Credentials, inDomain);
        var complaints = new Complaints(clock, (member, reason, more) => Log.NotCollected(logger, member, reason, more));
        void Complain(CollectedMember member, Exception fault) => complaints.Add(member.Address, fault.Message);
        var push = new FlowPush(_client, inDomain, _flows, _readings, _readers, this, identity);
        _collection = new(sessions, _flows, _readings, _readers, this, push, clock, Complain);
        _chain = new(sessions, _flows, _readings, this, Complain);
        _worker = new(sessions, () => meter.Now, this, clock, Complain);
    }

    /// <summary>What the domain's rule sets are as long as neither it nor the meter has others.</summary>
    private sealed record Known(DomainState State, SortedRows<LoadedRuleSet> Loaded, ImmutableArray<CollectedRuleSet> RuleSets);

    public string Name => _domain.Name;

    public bool IsMaster => _domain.Node?.IsMaster == true;

    public uint Term => _domain.Node?.Election.Term ?? 0;

    public int Self => _domain.Node is { } node ? State.Find(node.Self)?.Number ?? 0 : 0;

    public IReadOnlyList<CollectedMember> Members =>
        [.. State.Members.Select(each => new CollectedMember(each.Number, each.Id, each.Address, each.Name))];

    public IReadOnlyList<CollectedRuleSet> RuleSets
    {
        get
        {
            var (state, loaded) = (State, _meter.Current.RuleSets);
            if (_known is not { } known || known.State != state || known.Loaded != loaded)
                _known = known = new(state, loaded, Find(state));
            return known.RuleSets;
        }
    }

    public CollectionPlan Current => _wanted ?? State.Collection;

    public uint Now => _meter.Now;

    /// <summary>What is shown in the context without a name.</summary>
    public IEnumerable<IMibProvider> Providers =>
        _collection is { } collection
            ? [.. CollectionMib.Providers(this, this, _flows, () => collection.Figures), .. _chain!.Providers(), .. _worker!.Providers()]
            : [];

    /// <summary>What is shown in contexts that have one.</summary>
    public IReadOnlyDictionary<string, MibTree> Contexts =>
        _collection is null
            ? ImmutableDictionary<string, MibTree>.Empty
            : ImmutableDictionary<string, MibTree>.Empty.Add(DomainMib.Context, DomainContext.Make(_flows, _readings, _readers, _identity, this));

    private DomainState State => _domain.Node?.Election.State ?? new();

    public bool TryReplace(CollectionPlan expected, CollectionPlan next)
    {
        if (!ReferenceEquals(expected, Current))
            return false;
        _wanted = next;
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_collection is not { } collection)
            return;
        var (term, nextAt) = (0u, TimeSpan.Zero);
        var began = _clock.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (IsMaster && _domain.Node is { } node)
                {
                    Propose(node);
                    if (node.Election.Term != term)
                    {
                        // What is known of readings is another master's, or an earlier one of ours.
                        collection.Forget();
                        _limits.Clear();
                        (term, nextAt) = (node.Election.Term, TimeSpan.Zero);
                    }
                    if (_clock.GetElapsedTime(began) is var now && now >= nextAt)
                    {
                        nextAt = now + TimeSpan.FromSeconds(Current.Interval);
                        await collection.RunAsync(Current, stoppingToken).ConfigureAwait(false);
                        _limits.Look(RuleSets);
                    }
                }
                else
                {
                    (term, _wanted) = (0, null);
                }
                await Task.Delay(Attention, _clock, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                Log.CollectionFailed(_logger, fault);
                nextAt = _clock.GetElapsedTime(began) + TimeSpan.FromSeconds(1);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (_chain is not null)
            await _chain.DisposeAsync().ConfigureAwait(false);
        if (_worker is not null)
            await _worker.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
    }

    private void Propose(DomainNode node)
    {
        if (_wanted is not { } wanted)
            return;
        var isDone = node.Run(now =>
            node.Election.State.Collection == wanted || node.Election.TryPropose(state => state with { Collection = wanted }, now)
        );
        if (isDone)
            Interlocked.CompareExchange(ref _wanted, null, wanted);
    }

    private ImmutableArray<CollectedRuleSet> Find(DomainState state)
    {
        var own = new MeterRuleSets(_meter, Name);
        var found = ImmutableArray.CreateBuilder<CollectedRuleSet>();
        foreach (var ruleSet in state.RuleSets)
        {
            uint[] versions = [ruleSet.Active, ruleSet.Wanted, .. ruleSet.Kept];
            RuleSet[] rules = [.. versions.Where(each => each != 0).Select(each => own.Find(ruleSet.Name, each)).OfType<RuleSet>()];
            if (rules.Length > 0)
                found.Add(new(ruleSet.Number, ruleSet.Name, rules));
        }
        return found.ToImmutable();
    }
}
