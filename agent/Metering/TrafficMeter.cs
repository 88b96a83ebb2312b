using System.Linq;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Packets;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>The meter (RFC 2722 §4): meters batches of packets, runs the rule sets that its tasks name, recovers idle flows, and keeps its configuration.</summary>
/// <remarks>
/// One gate orders those who change the configuration; each metering thread has one of its own, taken once per batch (<see cref="MeteringWorkers"/>), and flows
/// have theirs (<see cref="FlowSet"/>). They are taken in that order. Those who read flows take none.
/// </remarks>
public sealed class TrafficMeter : IControlState<MeterConfiguration>, IDisposable
{
    /// <summary>How many rows of a rule set's flows one round of recovery looks at: about a millisecond, so that packets never wait long.</summary>
    private const int RecoveryRows = 65_536;

    private readonly Lock _gate = new();
    private readonly MeteringWorkers _workers;
    private readonly MeterStateFile? _stateFile;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly Func<uint> _uptime;
    private readonly Dictionary<int, RunningRuleSet> _runs = [];
    private volatile MeterConfiguration _configuration;
    private volatile MeteredSource[] _sources = [];
    private volatile int _reactFrom;
    private readonly DelaySetup _delay;
    private uint _lastUpkeep;

    /// <param name="flows">The flow table; the meter disposes it.</param>
    /// <param name="processors">Meter batches into <paramref name="flows"/>: one for each metering thread.</param>
    /// <param name="configuration">What to start with.</param>
    /// <param name="clock">Gives Uptime: when live, the system's.</param>
    /// <param name="stateFile">Where changes are kept over restarts; null: nowhere.</param>
    /// <param name="delay">How packets are sampled unless a manager says otherwise.</param>
    internal TrafficMeter(
        FlowTable flows,
        IReadOnlyList<PacketProcessor> processors,
        MeterConfiguration configuration,
        TimeProvider clock,
        ILogger<TrafficMeter> logger,
        MeterStateFile? stateFile = null,
        DelaySetup? delay = null
    )
    {
        Flows = flows;
        _workers = new MeteringWorkers(processors);
        _stateFile = stateFile;
        _delay = delay ?? new(new(), 0);
        _logger = logger;
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        _uptime = () => Now;
        Gaps = new(clock, ClockOffsetNs);
        _configuration = MeterConfiguration.Initial;
        lock (_gate)
            PutInForce(configuration);
    }

    public FlowTable Flows { get; }

    /// <summary>Who hears of changes; null: nobody.</summary>
    public IMeterEvents? Events { get; set; }

    /// <summary>How many threads can meter at the same time.</summary>
    public int Threads => _workers.Count;

    /// <summary>The rule sets that run now, each once (MIB-66).</summary>
    public IReadOnlyList<RunningRuleSet> Running => _workers.Running;

    /// <summary>What parsing met so far.</summary>
    public ParseCounters Parsed => _workers.Parsed;

    /// <summary>How long its threads together have metered packets.</summary>
    public TimeSpan BusyTime => _workers.BusyTime;

    /// <summary>Packets of the meter's own SNMP traffic that were left out.</summary>
    public ulong LeftOutPackets => _workers.LeftOutPackets;

    public MeterConfiguration Current => _configuration;

    /// <summary>How packets are sampled, in a configuration of this meter.</summary>
    public DelayControl DelayOf(MeterConfiguration configuration) => configuration.Delay ?? _delay.Control;

    /// <summary>What is added to packets' times in samples.</summary>
    public long ClockOffsetNs => _delay.ClockOffsetNs;

    /// <summary>When the meter may have missed packets.</summary>
    internal GapLog Gaps { get; }

    /// <summary>Hundredths of a second since the meter was made (RFC 2720 §3.2).</summary>
    public uint Now => Uptime.FromTimeSpan(_clock.GetElapsedTime(_startedAt)).Hundredths;

    /// <summary>Where packets come from, with what was lost there.</summary>
    public IReadOnlyList<MeteredSource> Sources => _sources;

    /// <summary>Packets that sampling left out, by intent (MIB-45).</summary>
    public ulong SampledOut => _workers.SampledOut;

    /// <summary>Packets of the interface that never reached the meter (flowInterfaceLostPackets).</summary>
    public ulong LostPackets(uint ifIndex)
    {
        var lost = 0ul;
        foreach (var source in _sources)
        {
            if (source.IfIndex == ifIndex)
                lost += source.Counters.Lost;
        }
        return lost;
    }

    /// <summary>Names the sources whose packets will come.</summary>
    public void Attach(IReadOnlyList<MeteredSource> sources)
    {
        _sources = [.. sources];
        NoteBegin();
    }

    /// <summary>An interface was made anew and has another number: its row moves there, with its sample rate.</summary>
    public void Renumber(MeteredSource source, uint ifIndex)
    {
        lock (_gate)
        {
            var before = source.IfIndex;
            if (before == ifIndex)
                return;
            // Whoever had the number has lost it, too; both change places until that one is found again.
            foreach (var other in _sources)
            {
                if (other.IfIndex == ifIndex)
                    other.IfIndex = before;
            }
            source.IfIndex = ifIndex;
            var points = _configuration.Interfaces;
            var (moved, displaced) = (points.Find(before), points.Find(ifIndex));
            points = displaced is null ? points.Without(before) : points.With(before, displaced with { IfIndex = before });
            if (moved is not null)
                points = points.With(ifIndex, moved with { IfIndex = ifIndex });
            Replace(_configuration with { Interfaces = points });
        }
    }

    /// <summary>Meters one batch. Called by capture threads.</summary>
    /// <param name="thread">Which of the meter's <see cref="Threads"/> it is; batches of the same one wait for each other.</param>
    public void Process(PacketBatch batch, int thread = 0)
    {
        _workers.Process(thread, batch, _uptime);
        ReactAfterBatch();
    }

    /// <summary>Meters packets that are parsed already.</summary>
    internal void Process(ReadOnlySpan<MatchKey> packets, int thread = 0)
    {
        _workers.Process(thread, packets, _uptime);
        ReactAfterBatch();
    }

    /// <summary>What is due as time passes: readers that time out, rows that were never finished, idle flows. Called about once a second.</summary>
    public void Maintain()
    {
        lock (_gate)
        {
            var now = Now;
            if (now < _lastUpkeep)
                StartOver();
            _lastUpkeep = now;
            ReactToUsage();
            var configuration = Upkeep.RemoveStaleRows(_configuration, now);
            if (!ReferenceEquals(configuration, _configuration))
            {
                LogTimedOutReaders(configuration);
                Replace(configuration);
            }
        }
        RecoverIdleFlows();
    }

    public bool TryReplace(MeterConfiguration expected, MeterConfiguration next)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(expected, _configuration))
                return false;
            Replace(next);
            return true;
        }
    }

    /// <summary>Metering goes on meanwhile; packets wait for a block of rows at most, and managers for one round.</summary>
    private void RecoverIdleFlows()
    {
        foreach (var set in Flows.Sets)
        {
            for (var looked = 0; looked < set.Count + RecoveryRows; looked += RecoveryRows)
            {
                lock (_gate)
                {
                    if (!ReferenceEquals(Flows.Find(set.RuleSet), set))
                        break;
                    var timeout = (uint)Math.Min(_configuration.InactivityTimeoutSeconds * 100L, uint.MaxValue);
                    set.Recover(new Uptime(Now), timeout, HeldSince(set.RuleSet), RecoveryRows);
                }
            }
        }
    }

    private Uptime? HeldSince(int ruleSet) => _configuration.HeldSince((uint)ruleSet) is { } held ? new Uptime(held) : null;

    /// <summary>Uptime wrapped, after 497 days: times of flows before cannot be compared with those after (MIB-90).</summary>
    private void StartOver()
    {
        using var halted = _workers.Halt();
        foreach (var set in Flows.Sets)
            Flows.Remove(set.RuleSet);
        Replace(
            _configuration with
            {
                Readers = _configuration.Readers.Select((_, reader) => reader with { LastTime = 0, PreviousTime = 0, AliveAt = 0, TouchedAt = 0 }),
            }
        );
    }

    /// <summary>Outside of the metering thread's gate: a reaction halts them all.</summary>
    private void ReactAfterBatch()
    {
        if (Flows.ActiveFlows < _reactFrom)
            return;
        lock (_gate)
            ReactToUsage();
    }

    private void ReactToUsage()
    {
        var usage = 100.0 * Flows.ActiveFlows / Flows.MaxFlows;
        var configuration = Upkeep.ReactToUsage(_configuration, usage);
        if (ReferenceEquals(configuration, _configuration))
            return;
        if (configuration.FloodMode && !_configuration.FloodMode)
            Log.FloodModeBegan(_logger, usage);
        foreach (var (index, task) in configuration.Tasks)
        {
            if (task.RunningStandby && _configuration.Tasks.Find(index) is { RunningStandby: false })
                Log.SwitchedToStandby(_logger, index, task.Owner, task.StandbyRuleSet, usage);
        }
        Replace(configuration);
    }

    private void Replace(MeterConfiguration next)
    {
        var before = _configuration;
        PutInForce(next);
        Events?.Changed(before, next);
        if (_stateFile is null || !MeterState.IsAffected(before, next))
            return;
        try
        {
            _stateFile.Update(state => state.With(next));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Metering goes on; the operator learns that a restart would forget this change.
            Log.StateNotSaved(_logger, fault);
        }
    }

    /// <summary>Flows are read no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            using var halted = _workers.Halt();
            _workers.Run([]);
            Flows.Dispose();
        }
    }

    private void PutInForce(MeterConfiguration next)
    {
        // Rule sets are compiled before anything changes, while metering goes on.
        var delay = DelayOf(next);
        Flows.Samples = delay.Samples(ClockOffsetNs);
        var running = RunsOf(next);
        var (before, ranBefore) = (_configuration, _workers.Running);
        _configuration = next;
        using (_workers.Halt())
        {
            foreach (var (number, _) in before.RuleSets)
            {
                if (next.RuleSets.Find(number) is not null)
                    continue;
                _runs.Remove((int)number);
                Flows.Remove((int)number); // MIB-33: its flow data goes with it.
            }
            Flows.CreationLimit = next.FloodMode ? 0 : Upkeep.FlowsToFloodMark(next, Flows.MaxFlows);
            _workers.SetRates(next.Interfaces);
            _workers.Key(delay.Keys);
            _workers.Run(running);
        }
        // Others may have begun earlier: what they took then was no loss here. Packets of files come with their own times.
        if (Sources.Any(each => !each.IsFile) && running.Any(run => run.Engine.Plans.AsksForSamples && !ranBefore.Contains(run)))
            Gaps.Add(new(0, Gaps.NowNs, GapReason.Started));
        _reactFrom = Upkeep.FlowsToReaction(next, Flows.MaxFlows);
        // Samples of before have other keys, or there are none.
        if (delay.Keys != DelayOf(before).Keys || running.Exists(run => run.Engine.Plans.AsksForSamples && !ranBefore.Contains(run)))
            NoteBegin();
        if (!ranBefore.SequenceEqual(running))
            Log.Running(_logger, running.Count == 0 ? "none" : string.Join(", ", running.Select(run => run.Number)));
    }

    /// <summary>What an interface carried before was not sampled; a file has only what we read.</summary>
    private void NoteBegin()
    {
        if (Array.Exists(_sources, source => !source.IsFile))
            Gaps.Began();
    }

    /// <summary>What the tasks of a configuration name.</summary>
    private List<RunningRuleSet> RunsOf(MeterConfiguration configuration)
    {
        var running = new List<RunningRuleSet>();
        foreach (var number in configuration.RunningRuleSets())
        {
            if (configuration.RuleSets.Find((uint)number) is not { } ruleSet)
                continue;
            var flows = Flows.GetOrAdd(number);
            // A set that only goes on running keeps its engine and its counts; one that was loaded anew, or whose flows are gone, starts afresh.
            if (!_runs.TryGetValue(number, out var run) || !ReferenceEquals(run.Rules, ruleSet.Written) || !ReferenceEquals(run.Flows, flows))
                _runs[number] = run = new RunningRuleSet(number, ruleSet.Written, new(ruleSet.ToRuleSet(), flows.Shapes), flows);
            running.Add(run);
        }
        return running;
    }

    private void LogTimedOutReaders(MeterConfiguration next)
    {
        foreach (var (index, reader) in _configuration.Readers)
        {
            if (reader.TimeoutSeconds > 0 && next.Readers.Find(index) is null)
                Log.ReaderTimedOut(_logger, index, reader.Owner, reader.TimeoutSeconds);
        }
    }
}
