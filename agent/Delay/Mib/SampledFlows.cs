using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Delay.Mib;

/// <summary>The flows that have samples, in the order of rule set and index. One at a time is looked at: the engine answers one request after the other.</summary>
internal sealed class SampledFlows(TrafficMeter meter)
{
    private const long HundredthNs = 10_000_000;

    /// <summary>A sample's time is when its packet came, a flow's when the meter had it: packets wait in the ring for a tenth of a second, or longer while the machine is busy.</summary>
    private const long MarginNs = 2_000_000_000;

    /// <summary>Packets of another time than ours come from a file.</summary>
    private const long LiveNs = 60_000_000_000;

    private readonly PacketSample[] _samples = new PacketSample[SamplePackage.MostSamples];
    private FlowSnapshot _flow;
    private SamplePackageHeader _header;

    public uint RuleSet => (uint)_flow.RuleSet;

    public uint Index => _flow.Index;

    /// <summary>The number of the flow's first sample; there are as many as <see cref="Samples"/> has.</summary>
    public uint First => _header.First;

    /// <summary>Oldest first.</summary>
    public ReadOnlySpan<PacketSample> Samples => _samples.AsSpan(0, _header.Count);

    /// <summary>Finds a flow that has samples.</summary>
    public bool TryGet(uint ruleSet, uint index) =>
        ruleSet <= int.MaxValue && meter.Flows.Find((int)ruleSet) is { } set && set.TryGet(index, default, ref _flow) && HasSamples();

    /// <summary>Finds the first flow behind that one which has samples.</summary>
    public bool TryNext(uint ruleSet, uint index)
    {
        var sets = meter.Flows.Sets;
        for (var i = 0; i < sets.Count; i++)
        {
            var set = sets[i];
            if ((uint)set.RuleSet < ruleSet || !set.Statistics.IsAny)
                continue;
            var after = (uint)set.RuleSet == ruleSet ? index : 0;
            for (; set.TryGetNext(after, default, ref _flow); after = _flow.Index)
            {
                if (HasSamples())
                    return true;
            }
        }
        return false;
    }

    /// <summary>The samples of a flow that came at or after a time, as a <see cref="SamplePackage"/>; empty where there are none.</summary>
    public ReadOnlySpan<byte> PackageOf(uint ruleSet, uint index, Uptime since) =>
        ruleSet <= int.MaxValue && meter.Flows.Find((int)ruleSet) is { } set && set.TryGet(index, since, ref _flow)
            ? Package(SinceNs(set, since))
            : [];

    /// <summary>The samples of the first flow behind an index that got any at or after a time; within the rule set, else of the next ones from the beginning of time.</summary>
    public ReadOnlySpan<byte> NextPackage(uint ruleSet, ref Uptime since, uint after)
    {
        var sets = meter.Flows.Sets;
        for (var i = 0; i < sets.Count; i++)
        {
            var set = sets[i];
            if ((uint)set.RuleSet < ruleSet)
                continue;
            if ((uint)set.RuleSet > ruleSet)
                (since, after) = (default, 0);
            if (!set.Statistics.IsAny)
                continue;
            var sinceNs = SinceNs(set, since);
            for (; set.TryGetNext(after, since, ref _flow); after = _flow.Index)
            {
                if (Package(sinceNs) is { IsEmpty: false } package)
                    return package;
            }
        }
        return [];
    }

    private bool HasSamples() => _flow.ReadSamples(_samples, out _header) > 0;

    private ReadOnlySpan<byte> Package(long sinceNs) => _flow.Samples(sinceNs) is { Length: > SamplePackage.HeaderLength } package ? package : [];

    /// <summary>An Uptime in the samples' clock, and a little earlier: who reads knows by their numbers what he has already. Of a file's packets it is not known when they came: all are wanted.</summary>
    private long SinceNs(FlowSet set, Uptime since)
    {
        var nowNs = meter.Gaps.NowNs;
        if (since == default || (ulong)(nowNs - set.LatestNs - meter.ClockOffsetNs + LiveNs) > 2 * LiveNs)
            return long.MinValue;
        return nowNs - ((long)meter.Now - since.Hundredths) * HundredthNs - MarginNs;
    }
}
