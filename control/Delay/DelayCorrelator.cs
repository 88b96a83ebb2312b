using System.Runtime.InteropServices;

namespace Rtfm.Control.Delay;

/// <summary>Makes delay and loss of flows out of the samples that the edges of a domain took (decision 0013). Knows no network and no clock: the same samples give the same results, wherever it runs.</summary>
/// <remarks>
/// Per round: what members sampled (<see cref="FlowCorrelation.Add"/>), then how far each of them is known by that (<see cref="SamplingMember.Read"/>), then <see cref="Decide"/>. Not thread-safe.
/// </remarks>
/// <param name="limits">Of pairing.</param>
/// <param name="begunNs">Samples up to then were decided elsewhere, and are not counted.</param>
public sealed class DelayCorrelator(CorrelationLimits limits, long begunNs = long.MinValue)
{
    private readonly Dictionary<int, SamplingMember> _members = [];
    private readonly List<FlowCorrelation> _active = [];
    private readonly RoundStatistics _round = new();
    private readonly long _begunNs = begunNs;
    private int _waiting;

    public CorrelationLimits Limits { get; set; } = limits;

    /// <summary>The latest time up to which samples of any flow are decided.</summary>
    public long DecidedNs { get; private set; } = begunNs;

    /// <summary>Samples that wait to be decided, or that may still repeat a later one.</summary>
    public int Waiting => _waiting;

    /// <summary>Samples that were not taken, since too many waited.</summary>
    public ulong DroppedSamples { get; private set; }

    internal bool HasRoom => _waiting < Limits.MostWaiting;

    /// <summary>A member by its number in the domain.</summary>
    public SamplingMember Member(int number)
    {
        ref var member = ref CollectionsMarshal.GetValueRefOrAddDefault(_members, number, out _);
        return member ??= new(number);
    }

    /// <summary>Others are members no more: nothing waits for them.</summary>
    public void KeepOnly(Func<int, bool> isMember)
    {
        foreach (var number in _members.Keys)
        {
            if (!isMember(number))
                _members.Remove(number);
        }
    }

    /// <summary>A new flow.</summary>
    /// <param name="tag">Whatever it is to be known by.</param>
    /// <param name="onlyFrom">Only its direction from dest to source, or the other one; null: both.</param>
    /// <param name="begunNs">Samples up to then were decided elsewhere, and are not counted.</param>
    public FlowCorrelation Flow(uint tag = 0, bool? onlyFrom = null, long begunNs = long.MinValue) =>
        new(this, tag, onlyFrom, Math.Max(begunNs, _begunNs));

    /// <summary>The flow is there no more.</summary>
    public void Remove(FlowCorrelation flow)
    {
        if (!flow.IsActive)
            return;
        _waiting -= flow.Waiting;
        flow.IsActive = false;
        _active.Remove(flow);
    }

    /// <summary>Pairs what can be paired, and gives up what cannot be.</summary>
    /// <param name="nowNs">Since 1970: what is older than <see cref="CorrelationLimits.PatienceNs"/> waits for nobody.</param>
    /// <param name="changed">Told of flows whose results changed.</param>
    /// <param name="reachedByAllNs">Members that are not known here are read up to then.</param>
    public void Decide(long nowNs, Action<FlowCorrelation>? changed = null, long reachedByAllNs = long.MaxValue)
    {
        foreach (var member in _members.Values)
            reachedByAllNs = Math.Min(reachedByAllNs, member.ReachNs);
        var latestNs = nowNs - 2 * Limits.WindowNs - Limits.PatienceNs;
        var kept = 0;
        foreach (var flow in _active)
        {
            _waiting -= flow.Waiting;
            if (flow.Decide(reachedByAllNs, latestNs, _round))
                changed?.Invoke(flow);
            _waiting += flow.Waiting;
            DecidedNs = Math.Max(DecidedNs, Math.Max(flow.DecidedNs(isFrom: false), flow.DecidedNs(isFrom: true)));
            flow.IsActive = flow.Waiting > 0;
            if (flow.IsActive)
                CollectionsMarshal.AsSpan(_active)[kept++] = flow;
        }
        _active.RemoveRange(kept, _active.Count - kept);
    }

    internal void Added(FlowCorrelation flow)
    {
        _waiting++;
        if (flow.IsActive)
            return;
        flow.IsActive = true;
        _active.Add(flow);
    }

    internal void Dropped(DirectionCorrelation direction, bool isEntry)
    {
        DroppedSamples++;
        if (isEntry)
            direction.CountUnknown();
    }
}
