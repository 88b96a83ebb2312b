using System.Linq;
using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>The flows of a whole domain in one table: a record for each flow, made of what its members saw (decision 0012).</summary>
/// <remarks>
/// Any thread may ask and add. Memory: an observation takes 64 octets, a record 40, its key what its addresses and ports take and an array's 24, its place in the index 4 to 8.
/// </remarks>
/// <param name="now">Our Uptime, in hundredths of a second.</param>
internal sealed class AggregatedFlows(Func<uint> now)
{
    private readonly Lock _gate = new();
    private readonly SortedList<int, AggregatedSet> _sets = [];

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
            _sets.Clear();
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
                SetOf(ruleSet.Number).Add(key, isReversed ? seen.Reverse() : seen, ahead);
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
                        SetOf(ruleSet.Number).Add(key, isReversed ? each.Reverse() : each, difference);
                }
            }
        }
        return bad;
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

    private AggregatedSet SetOf(int ruleSet)
    {
        if (!_sets.TryGetValue(ruleSet, out var set))
            _sets.Add(ruleSet, set = new AggregatedSet(ruleSet, now));
        return set;
    }
}
