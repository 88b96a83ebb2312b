using System.Linq;
using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Control.Delay;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>The flows of a whole domain in one table: a record for each flow, made of what its members saw (decision 0012).</summary>
/// <remarks>
/// Any thread may ask and add. Memory: an observation takes 64 octets, a record 40, its key what its addresses and ports take and an array's 24, its place in the index 4 to 8.
/// </remarks>
/// <param name="now">Our Uptime, in hundredths of a second.</param>
internal sealed partial class AggregatedFlows(Func<uint> now)
{
    private readonly Lock _gate = new();
    private readonly SortedList<int, AggregatedSet> _sets = [];
    private readonly PacketSample[] _samples = new PacketSample[SamplePackage.MostSamples];
    private DelayCorrelator _correlator = new(new());

    /// <summary>In hundredths of a second.</summary>
    public uint Now => now();

    public int Records
    {
        get
        {
            lock (_gate)
                return _sets.Values.Sum(set => set.Records);
        }
    }

    public int Observations
    {
        get
        {
            lock (_gate)
                return _sets.Values.Sum(set => set.Observations);
        }
    }

    public int RecordsOf(int ruleSet)
    {
        lock (_gate)
            return _sets.TryGetValue(ruleSet, out var set) ? set.Records : 0;
    }

    /// <summary>How many records of a member's table the records are made of.</summary>
    public int ObservationsOf(int member)
    {
        lock (_gate)
            return _sets.Values.Sum(set => set.OfMembers.GetValueOrDefault(member));
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _sets.Clear();
            _assignments?.Clear();
            _correlator = new(_correlator.Limits);
        }
    }

    /// <summary>Takes the records of a member's own flow table, asked for with <see cref="CollectedRuleSet.FromMeter"/>.</summary>
    /// <param name="ahead">Our Uptime less the member's, in hundredths of a second.</param>
    public void AddFlows(CollectedRuleSet ruleSet, int member, uint boots, uint ahead, IEnumerable<FlowRecord> records)
    {
        var key = new FlowIdentity(ruleSet.Key, ruleSet.FromMeter);
        var (source, dest) = (At(FlowAttribute.SourceInterface), At(FlowAttribute.DestInterface));
        var (toOctets, toPdus) = (At(FlowAttribute.ToOctets), At(FlowAttribute.ToPdus));
        var (fromOctets, fromPdus) = (At(FlowAttribute.FromOctets), At(FlowAttribute.FromPdus));
        var (first, last) = (At(FlowAttribute.FirstTime), At(FlowAttribute.LastActiveTime));
        foreach (var record in records)
        {
            var values = record.Values;
            var seen = new FlowObservation
            {
                Member = (ushort)member,
                Boots = boots,
                FlowIndex = record.Index,
                FirstTime = (uint)values[first].Number,
                LastActive = (uint)values[last].Number,
                SourceInterface = (ushort)Math.Min(values[source].Number, ushort.MaxValue),
                DestInterface = (ushort)Math.Min(values[dest].Number, ushort.MaxValue),
                ToOctets = values[toOctets].Number,
                ToPdus = values[toPdus].Number,
                FromOctets = values[fromOctets].Number,
                FromPdus = values[fromPdus].Number,
            };
            var isReversed = key.Read(record);
            lock (_gate)
                SetOf(ruleSet).Add(key, isReversed ? seen.Reverse() : seen, ahead);
        }

        int At(FlowAttribute attribute) => ruleSet.FromMeter.IndexOf(attribute);
    }

    /// <summary>Takes records that another member put together, asked for with <see cref="CollectedRuleSet.FromMember"/>.</summary>
    /// <param name="ahead">Our Uptime less that of a member; null: nothing of that one is wanted.</param>
    /// <returns>Records whose observations cannot be read.</returns>
    public int AddRecords(CollectedRuleSet ruleSet, Func<int, uint?> ahead, IEnumerable<FlowRecord> records)
    {
        var key = new FlowIdentity(ruleSet.Key, ruleSet.FromMember);
        var observations = ruleSet.FromMember.IndexOf(FlowAttribute.Observations);
        var bad = 0;
        foreach (var record in records)
        {
            if (!FlowObservation.TryReadAll(record.Values[observations].Octets, out var seen))
            {
                bad++;
                continue;
            }
            var isReversed = key.Read(record);
            lock (_gate)
            {
                foreach (var each in seen)
                {
                    if (ahead(each.Member) is { } difference)
                        SetOf(ruleSet).Add(key, isReversed ? each.Reverse() : each, difference);
                }
            }
        }
        return bad;
    }

    /// <summary>Takes what a member sampled of its flows: <see cref="SamplePackage"/>s by flow index. Those of flows that are not in the table yet come with the next reading.</summary>
    /// <returns>Packages that cannot be read.</returns>
    public int AddSamples(CollectedRuleSet ruleSet, int member, uint boots, IEnumerable<(uint FlowIndex, ArraySegment<byte> Package)> packages)
    {
        var bad = 0;
        foreach (var (flowIndex, package) in packages)
        {
            lock (_gate)
            {
                if (SamplePackage.TryRead(package, _samples, out var header))
                    (SetOf(ruleSet).Sampled as SampledFlows)?.TryAdd(member, boots, flowIndex, header, _samples.AsSpan(0, header.Count));
                else
                    bad++;
            }
        }
        return bad;
    }

    /// <summary>All that a member sampled is in the table.</summary>
    /// <param name="isNewLife">It was started since the last reading.</param>
    /// <inheritdoc cref="SamplingMember.Read"/>
    public void SamplesRead(int member, bool isNewLife, long reachNs, long clockErrorNs, ReadOnlySpan<SampleGap> gaps)
    {
        lock (_gate)
            MemberClock.Tell(_correlator.Member(member), isNewLife, reachNs, clockErrorNs, gaps);
    }

    /// <summary>How long packets may take.</summary>
    public void SampleWindow(long windowNs)
    {
        lock (_gate)
            _correlator.Limits = _correlator.Limits with { WindowNs = windowNs };
    }

    /// <summary>Makes delay and loss of what was sampled.</summary>
    /// <param name="nowNs">Since 1970.</param>
    /// <param name="members">All that there are.</param>
    public void DecideSamples(long nowNs, IReadOnlySet<int> members)
    {
        lock (_gate)
        {
            _correlator.KeepOnly(members.Contains);
            // Who was never read may have seen any flow.
            foreach (var member in members)
                _correlator.Member(member);
            _correlator.Decide(
                nowNs,
                flow =>
                {
                    foreach (var set in _sets.Values)
                    {
                        if (set.Sampled is SampledFlows own && own.Has(flow))
                            set.NoteDelays((int)flow.Tag);
                    }
                }
            );
        }
    }

    /// <summary>Delay and loss of a record; zeros where nothing was sampled.</summary>
    public (DelayStatistics To, DelayStatistics From) DelaysOf(int ruleSet, uint index)
    {
        lock (_gate)
            return _sets.TryGetValue(ruleSet, out var set) && set.Sampled is { } sampled ? sampled.ResultsOf(index) : default;
    }

    /// <summary>Works on each rule set's records, in the order of their numbers, while nobody else does.</summary>
    public void ForEach(Action<AggregatedSet> work)
    {
        lock (_gate)
        {
            foreach (var set in _sets.Values)
                work(set);
        }
    }

    /// <inheritdoc cref="AggregatedSet.TryGet"/>
    public bool TryGet(int ruleSet, uint index, uint since, out RecordEntry record, List<FlowObservation> seen)
    {
        lock (_gate)
        {
            record = default;
            if (!_sets.TryGetValue(ruleSet, out var set) || !set.TryGet(index, since, out record))
                return false;
            set.ObservationsOf(record, seen);
            return true;
        }
    }

    /// <summary>The next record after that flow index in that rule set or, from the beginning and whatever its time, in one behind it.</summary>
    public bool TryGetNext(ref uint ruleSet, uint after, ref uint since, out uint index, out RecordEntry record, List<FlowObservation> seen)
    {
        lock (_gate)
        {
            for (var i = 0; i < _sets.Count; i++)
            {
                var set = _sets.GetValueAtIndex(i);
                if ((uint)set.RuleSet < ruleSet)
                    continue;
                if ((uint)set.RuleSet > ruleSet)
                    (ruleSet, after, since) = ((uint)set.RuleSet, 0, 0);
                if (!set.TryGetNext(after, since, out index, out record))
                    continue;
                set.ObservationsOf(record, seen);
                return true;
            }
            (index, record) = (0, default);
            return false;
        }
    }

    private AggregatedSet SetOf(CollectedRuleSet ruleSet)
    {
        if (!_sets.TryGetValue(ruleSet.Number, out var set))
            _sets.Add(ruleSet.Number, set = new AggregatedSet(ruleSet.Number, now));
        if (ruleSet.SavesSamples)
            set.Sampled ??= SamplesOf(set);
        return set;
    }
}
