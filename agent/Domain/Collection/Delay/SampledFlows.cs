using Rtfm.Control.Delay;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>Of a rule set that saves DelaySamples: which record a member's samples are of, and what was made of them.</summary>
/// <remarks>Whoever calls holds the table's gate.</remarks>
internal sealed class SampledFlows(DelayCorrelator correlator)
{
    private readonly Dictionary<ObservationName, Seen> _observations = [];
    private readonly Dictionary<int, FlowCorrelation> _flows = [];

    /// <summary>Which flow it is at a member; rule sets of one meter share no flow, so its number is not needed.</summary>
    private readonly record struct ObservationName(ushort Member, uint Boots, uint FlowIndex, uint FirstTime)
    {
        public ObservationName(in FlowObservation seen)
            : this(seen.Member, seen.Boots, seen.FlowIndex, seen.FirstTime) { }
    }

    /// <param name="Record">Flow index of the domain's record.</param>
    /// <param name="IsReversed">The member's source is the record's dest.</param>
    private sealed record Seen(int Record, EdgeRole Role, bool IsReversed)
    {
        public ObservedSamples? Samples { get; set; }
    }

    /// <summary>A member tells of the record's flow.</summary>
    /// <param name="seen">With the record's source and dest.</param>
    public void Note(int record, in FlowObservation seen)
    {
        var role =
            seen.IsEntry ? EdgeRole.Entry
            : seen.IsExit ? EdgeRole.Exit
            : EdgeRole.Other;
        var name = new ObservationName(seen);
        if (!_observations.TryGetValue(name, out var known) || (known.Record, known.Role, known.IsReversed) != (record, role, seen.IsTurned))
            _observations[name] = new(record, role, seen.IsTurned);
    }

    /// <summary>Adds what a member sampled of a flow.</summary>
    /// <returns>False where nobody told of that flow yet.</returns>
    public bool TryAdd(int member, uint boots, uint flowIndex, in SamplePackageHeader package, ReadOnlySpan<PacketSample> samples)
    {
        if (!_observations.TryGetValue(new((ushort)member, boots, flowIndex, package.FirstTime.Hundredths), out var seen))
            return false;
        if (!_flows.TryGetValue(seen.Record, out var flow))
            _flows[seen.Record] = flow = correlator.Flow((uint)seen.Record);
        seen.Samples ??= flow.Observe(correlator.Member(member), seen.Role, seen.IsReversed);
        flow.Add(seen.Samples, package, samples);
        return true;
    }

    public bool Has(FlowCorrelation flow) => _flows.TryGetValue((int)flow.Tag, out var own) && ReferenceEquals(own, flow);

    /// <summary>What is known of a record; null: nothing.</summary>
    public FlowCorrelation? Find(uint record) => _flows.GetValueOrDefault((int)record);

    /// <summary>A member has it no more.</summary>
    public void Forget(in FlowObservation seen) => _observations.Remove(new ObservationName(seen));

    /// <summary>The record is there no more.</summary>
    public void Forget(int record)
    {
        if (_flows.Remove(record, out var flow))
            correlator.Remove(flow);
    }
}
