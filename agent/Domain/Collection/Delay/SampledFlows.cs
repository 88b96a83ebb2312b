using Rtfm.Control.Delay;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>Of a rule set that saves DelaySamples: which record a member's samples are of, and what was made of them here.</summary>
/// <remarks>Whoever calls holds the table's gate.</remarks>
/// <param name="begin">Makes the flow of a record; null: one with both directions.</param>
internal sealed class SampledFlows(DelayCorrelator correlator, Func<int, FlowCorrelation>? begin = null) : ISampledRecords
{
    private readonly Dictionary<SampledFlow.Name, Seen> _observations = [];
    private readonly Dictionary<int, FlowCorrelation> _flows = [];

    /// <param name="Record">Flow index of the domain's record.</param>
    private sealed record Seen(int Record, SampledFlow Flow)
    {
        public ObservedSamples? Samples { get; set; }
    }

    public void Note(int record, in FlowObservation seen) => Note(record, new SampledFlow(seen));

    public void Note(int record, in SampledFlow flow)
    {
        if (!_observations.TryGetValue(flow.Of, out var known) || known.Record != record || known.Flow != flow)
            _observations[flow.Of] = new(record, flow);
    }

    /// <summary>Adds what a member sampled of a flow.</summary>
    /// <returns>False where nobody told of that flow yet.</returns>
    public bool TryAdd(int member, uint boots, uint flowIndex, in SamplePackageHeader package, ReadOnlySpan<PacketSample> samples)
    {
        if (!_observations.TryGetValue(new((ushort)member, boots, flowIndex, package.FirstTime.Hundredths), out var seen))
            return false;
        if (!_flows.TryGetValue(seen.Record, out var flow))
            _flows[seen.Record] = flow = begin?.Invoke(seen.Record) ?? correlator.Flow((uint)seen.Record);
        seen.Samples ??= flow.Observe(correlator.Member(member), seen.Flow.Role, seen.Flow.IsReversed);
        flow.Add(seen.Samples, package, samples);
        return true;
    }

    public bool Has(FlowCorrelation flow) => _flows.TryGetValue((int)flow.Tag, out var own) && ReferenceEquals(own, flow);

    public (DelayStatistics To, DelayStatistics From) ResultsOf(uint record) =>
        _flows.TryGetValue((int)record, out var flow) ? (flow.To, flow.From) : default;

    public void Forget(int record, in FlowObservation seen) => Forget(new SampledFlow.Name(seen));

    public void Forget(in SampledFlow.Name flow) => _observations.Remove(flow);

    public void Forget(int record)
    {
        if (_flows.Remove(record, out var flow))
            correlator.Remove(flow);
    }
}
