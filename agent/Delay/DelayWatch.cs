using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Metering;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Delay;

/// <summary>The clock as it was last looked at.</summary>
/// <param name="LastStepAtNs">When it was last seen set, in nanoseconds since 1970; 0: never.</param>
/// <param name="LastStepNs">How far it went then.</param>
internal sealed record WatchedClock(ClockState State, ClockDiscipline By, long LastStepAtNs, long LastStepNs, uint Steps);

/// <summary>Looks once a second whether the meter missed packets, or its clock was set, and notes it among the gaps.</summary>
internal sealed class DelayWatch : BackgroundService
{
    private const int LooksAtProcesses = 60;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Packets wait in the kernel's ring before they are lost, and a loss is seen with the next block.</summary>
    private const long MarginNs = 1_000_000_000;

    private readonly TrafficMeter _meter;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ClockSteps _steps;
    private readonly long? _errorNs;
    private volatile WatchedClock _watched = new(default, ClockDiscipline.None, 0, 0, 0);
    private ulong _lost;
    private ulong _refused;
    private long _lookedAtNs;
    private int _looks;

    public DelayWatch(AgentOptions options, TrafficMeter meter, TimeProvider clock, ILogger<DelayWatch> logger)
        : this(meter, clock, logger, new ClockSteps(ClockSteps.Read), DelaySetup.Of(options.Delay).ClockErrorNs) { }

    /// <param name="errorNs">The clock is right within that, whatever the kernel says.</param>
    internal DelayWatch(TrafficMeter meter, TimeProvider clock, ILogger logger, ClockSteps steps, long? errorNs = null)
    {
        (_meter, _clock, _logger, _steps, _errorNs) = (meter, clock, logger, steps, errorNs);
        _lookedAtNs = meter.Gaps.NowNs;
        Look();
    }

    public WatchedClock Clock => _watched;

    /// <summary>Called about once a second.</summary>
    public void Look()
    {
        var nowNs = _meter.Gaps.NowNs;
        LookAtClock(nowNs);
        var lost = _meter.SampledOut;
        foreach (var source in _meter.Sources)
            lost += source.Counters.Lost;
        Note(ref _lost, lost, GapReason.CaptureLoss, nowNs);
        var refused = _meter.Flows.FlowsWithoutStatistics;
        foreach (var run in _meter.Running)
            refused += run.Engine.Plans.AsksForSamples ? run.Lost : 0;
        Note(ref _refused, refused, GapReason.NoRoom, nowNs);
        _lookedAtNs = nowNs;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
                Look();
        }
        catch (OperationCanceledException)
        {
            // The meter stops.
        }
    }

    private void LookAtClock(long nowNs)
    {
        var state = _errorNs is { } error ? new ClockState(true, (ulong)error, (ulong)error) : ClockState.Read();
        var before = _watched;
        var by = before.By;
        if (_looks++ % LooksAtProcesses == 0 || state.IsSynchronized != before.State.IsSynchronized)
            by = _errorNs is null ? ClockDisciplines.Find(state.IsSynchronized) : ClockDiscipline.Other;
        var now = before with { State = state, By = by };
        if (_steps.Take() is not 0 and var step)
        {
            now = now with { LastStepAtNs = nowNs, LastStepNs = step, Steps = before.Steps + 1 };
            // All that was timed since we looked is before or after the step, nobody knows: in the old time and in the new.
            _meter.Gaps.Add(new(Math.Min(_lookedAtNs, nowNs - Math.Abs(step)) - MarginNs, Math.Max(_lookedAtNs, nowNs), GapReason.ClockStep));
            Log.ClockStepped(_logger, step / 1e6);
        }
        _watched = now;
    }

    private void Note(ref ulong seen, ulong count, GapReason reason, long nowNs)
    {
        if (count > seen)
            _meter.Gaps.Add(new(_lookedAtNs - MarginNs, nowNs, reason));
        seen = count;
    }
}
