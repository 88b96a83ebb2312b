using Microsoft.Extensions.Logging;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Agent.Domain.Election;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Notifications;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Domain;

/// <summary>An agent's part in its domain: the machines that elect and distribute, with the network, the disk and the clock that they are run with.</summary>
/// <remarks>One gate orders all that happens; who has it waits for the disk at most. What takes time runs in the background and comes back through <see cref="Run"/>.</remarks>
internal sealed partial class DomainNode : IAsyncDisposable
{
    /// <summary>How often what is slower than an election is looked after.</summary>
    private static readonly TimeSpan StepInterval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly long _startedAt;
    private readonly DomainClient _client;
    private readonly ElectionPeers _peers;
    private readonly RuleSetDelivery _delivery;
    private readonly Complaints _complaints;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isChanged;
    private TimeSpan _stepAt;
    private TimeSpan _notBefore;

    public DomainNode(
        DomainSetup setup,
        string address,
        string name,
        EngineId self,
        DomainFile file,
        TrafficMeter meter,
        DomainFigures figures,
        Action<Notification> raise,
        TimeProvider clock,
        ILogger logger
    )
    {
        (Setup, Address, Name, Self, File, Figures, _clock, _logger) = (setup, address, name, self, file, figures, clock, logger);
        _startedAt = clock.GetTimestamp();
        _client = new(setup.Credentials, setup.Times, clock);
        _complaints = new(clock, (target, reason, more) => Log.DomainTrouble(logger, target, reason, more));
        RuleSets = new(meter, setup.Name);
        _peers = new(this, _client, file, RuleSets);
        Election = new(self, address, file.Record.Ballot, setup.Times, Random.Shared, _peers, TimeSpan.Zero) { Changed = () => _isChanged = true };
        _delivery = new(this, _client, RuleSets, setup.Name);
        Distribution = new(self, Election, new DistributionTimes(), _delivery);
        Events = new(this, raise, logger);
        Distribution.Decided = Events.Decided;
        Membership = new(this, _client, () => meter.Now);
        _timer = clock.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public DomainSetup Setup { get; }

    /// <summary>Where the others reach this agent: host:port.</summary>
    public string Address { get; }

    /// <summary>sysName.</summary>
    public string Name { get; }

    public EngineId Self { get; }

    public DomainFile File { get; }

    public DomainFigures Figures { get; }

    public MasterElection Election { get; }

    public RuleSetDistribution Distribution { get; }

    public MeterRuleSets RuleSets { get; }

    public Membership Membership { get; }

    public DomainEvents Events { get; }

    public int Priority => File.Record.Priority ?? Setup.Priority;

    public bool IsMaster => Election.Role == DomainRole.Master;

    public bool IsMember => Election.State.Find(Self) is not null;

    /// <summary>Since this object was made: the clock of everything in it.</summary>
    public TimeSpan Now => _clock.GetElapsedTime(_startedAt);

    public void Start() =>
        Run(now =>
        {
            Membership.Begin(now);
            _isChanged = true;
        });

    /// <summary>Does something with the machines, and what follows from it.</summary>
    public TResult Run<TResult>(Func<TimeSpan, TResult> act)
    {
        lock (_gate)
        {
            var now = Now;
            try
            {
                return act(now);
            }
            finally
            {
                Follow(now);
                Schedule();
            }
        }
    }

    /// <inheritdoc cref="Run{TResult}"/>
    public void Run(Action<TimeSpan> act) =>
        Run(now =>
        {
            act(now);
            return true;
        });

    /// <summary>Begins something that takes time. Its faults, other than those it expects, are logged.</summary>
    public void Background(Func<Task> act)
    {
        if (_stopping.IsCancellationRequested)
            return;
        _ = Task.Run(async () =>
        {
            try
            {
                await act().ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                if (!_stopping.IsCancellationRequested)
                    Log.DomainFailed(_logger, fault);
            }
        });
    }

    /// <summary>A member cannot be talked to: said once, then once a minute.</summary>
    public void Trouble(string address, Exception fault)
    {
        // Who does not answer is called silent after a while; who is not, or no more, the one he was taken for says so again and again.
        var isUsual = fault is SnmpTimeoutException or SnmpErrorException { Status: ErrorStatus.InconsistentValue or ErrorStatus.GenErr };
        if (!isUsual && !_stopping.IsCancellationRequested)
            _complaints.Add(address, fault.Message);
    }

    /// <summary>Takes the state that a master has.</summary>
    public void Install(DomainState state, MasterClaim from, TimeSpan now)
    {
        var wasMember = IsMember;
        if (!Membership.IsOurs(state))
            Log.ForeignDomain(_logger, from.Address, state.DomainId, Setup.Name);
        else if (Election.Install(state, now) && wasMember && !IsMember && !File.Record.HasLeft)
        {
            // Somebody wanted it out.
            File.Save(File.Record with { HasLeft = true });
            Log.Removed(_logger, Setup.Name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
        _delivery.Dispose();
        _stopping.Dispose();
    }

    private void Wake()
    {
        try
        {
            Run(now =>
            {
                if (now >= Election.NextTick)
                    Election.Tick(now);
                if (now >= _stepAt)
                {
                    _stepAt = now + StepInterval;
                    Step(now);
                }
            });
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The disk may be full: what could not be kept was not done, and is tried again.
            Log.DomainFailed(_logger, fault);
            lock (_gate)
            {
                _notBefore = Now + StepInterval;
                Schedule();
            }
        }
    }

    private void Step(TimeSpan now)
    {
        Figures.Sample();
        Election.Handicap = Figures.Handicap;
        RuleSets.Follow(Election.State);
        if (!IsMaster && Election.Master is { } master)
            _peers.ReportChanges(master);
        Membership.Step(now);
        Distribution.Step(now);
        Events.Look(now);
    }

    /// <summary>What follows from a change of role, master or state; and what follows from that.</summary>
    private void Follow(TimeSpan now)
    {
        for (var rounds = 0; _isChanged && rounds < 10; rounds++)
        {
            _isChanged = false;
            RuleSets.Follow(Election.State);
            Events.Look(now);
            Membership.Step(now);
            Distribution.Step(now);
        }
    }

    private void Schedule()
    {
        if (_stopping.IsCancellationRequested)
            return;
        var now = Now;
        var next = Election.NextTick < _stepAt ? Election.NextTick : _stepAt;
        if (next < _notBefore)
            next = _notBefore;
        _timer.Change(next - now > ShortestWait ? next - now : ShortestWait, Timeout.InfiniteTimeSpan);
    }
}
