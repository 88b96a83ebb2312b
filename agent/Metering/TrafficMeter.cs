using System.Linq;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Flows;
using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>The meter (RFC 2722 §4): meters batches of packets, runs the rule sets that its tasks name, recovers idle flows, and keeps its configuration.</summary>
/// <remarks>
/// One lock, taken once per batch and once per change of the configuration, orders those who write to the flow table. Those who read flows take none.
/// </remarks>
public sealed class TrafficMeter : IControlState<MeterConfiguration>, IDisposable
{
    /// <summary>How many rows of a rule set's flows one round of recovery looks at: about a millisecond, so that packets never wait long.</summary>
    private const int RecoveryRows = 65_536;

    private readonly Lock _gate = new();
    private readonly PacketProcessor _processor;
    private readonly MeterStateFile? _stateFile;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly Dictionary<int, RunningRuleSet> _runs = [];
    private readonly Sampler _sampler = new();
    private volatile MeterConfiguration _configuration;
    private volatile MeteredSource[] _sources = [];
    private uint _lastUpkeep;

    /// <param name="flows">The flow table; the meter disposes it.</param>
    /// <param name="processor">Meters batches into <paramref name="flows"/>.</param>
    /// <param name="configuration">What to start with.</param>
    /// <param name="clock">Gives Uptime: when live, the system's.</param>
    /// <param name="stateFile">Where changes are kept over restarts; null: nowhere.</param>
    public TrafficMeter(
        FlowTable flows,
        PacketProcessor processor,
        MeterConfiguration configuration,
        TimeProvider clock,
        ILogger<TrafficMeter> logger,
        MeterStateFile? stateFile = null
    )
    {
        Flows = flows;
        _processor = processor;
        _stateFile = stateFile;
        _logger = logger;
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        _configuration = MeterConfiguration.Initial;
        lock (_gate)
            PutInForce(configuration);
    }

    public FlowTable Flows { get; }

    public PacketProcessor Processor => _processor;

    public MeterConfiguration Current => _configuration;

    /// <summary>Hundredths of a second since the meter was made (RFC 2720 §3.2).</summary>
    public uint Now => Uptime.FromTimeSpan(_clock.GetElapsedTime(_startedAt)).Hundredths;

    /// <summary>Where packets come from, with what was lost there.</summary>
    public IReadOnlyList<MeteredSource> Sources => _sources;

    /// <summary>Packets that sampling left out, by intent (MIB-45).</summary>
    public ulong SampledOut => _sampler.LeftOut;

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
    public void Attach(IReadOnlyList<MeteredSource> sources) => _sources = [.. sources];

    /// <summary>Meters one batch. Called by capture threads.</summary>
    public void Process(PacketBatch batch)
    {
        lock (_gate)
        {
            _sampler.Sample(batch);
            _processor.Process(batch.Packets, new Uptime(Now));
            ReactToUsage();
        }
    }

    /// <summary>Meters packets that are parsed already.</summary>
    internal void Process(ReadOnlySpan<Packets.MatchKey> packets)
    {
        lock (_gate)
        {
            _processor.Process(packets, new Uptime(Now));
            ReactToUsage();
        }
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

    /// <summary>The lock is let go between rounds, so that packets do not wait for a whole table.</summary>
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
        foreach (var set in Flows.Sets)
            Flows.Remove(set.RuleSet);
        Replace(
            _configuration with
            {
                Readers = _configuration.Readers.Select((_, reader) => reader with { LastTime = 0, PreviousTime = 0, AliveAt = 0, TouchedAt = 0 }),
            }
        );
        RunWhatTasksName();
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
            _processor.Run([]);
            Flows.Dispose();
        }
    }

    private void PutInForce(MeterConfiguration next)
    {
        var before = _configuration;
        _configuration = next;
        foreach (var (number, _) in before.RuleSets)
        {
            if (next.RuleSets.Find(number) is null)
                Flows.Remove((int)number); // MIB-33: its flow data goes with it.
        }
        _sampler.SetRates(next.Interfaces);
        Flows.CreationLimit = next.FloodMode ? 0 : Upkeep.FlowsToFloodMark(next, Flows.MaxFlows);
        RunWhatTasksName();
    }

    private void RunWhatTasksName()
    {
        var running = new List<RunningRuleSet>();
        foreach (var number in _configuration.RunningRuleSets())
        {
            if (_configuration.RuleSets.Find((uint)number) is not { } ruleSet)
                continue;
            var flows = Flows.GetOrAdd(number);
            // A set that only goes on running keeps its engine and its counts; one that was loaded anew, or whose flows are gone, starts afresh.
            if (!_runs.TryGetValue(number, out var run) || !ReferenceEquals(run.Rules, ruleSet.Written) || !ReferenceEquals(run.Flows, flows))
                _runs[number] = run = new RunningRuleSet(number, ruleSet.Written, new(ruleSet.ToRuleSet(), flows.Shapes), flows);
            running.Add(run);
        }
        var before = _processor.Running;
        _processor.Run(running);
        if (!before.SequenceEqual(running))
            Log.Running(_logger, running.Count == 0 ? "none" : string.Join(", ", running.Select(run => run.Number)));
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
