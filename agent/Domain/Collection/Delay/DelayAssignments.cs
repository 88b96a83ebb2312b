using System.Linq;
using Rtfm.Control.Delay;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>Which member reckons which direction of which record, where the master does not do so itself, and what came of it.</summary>
/// <remarks>
/// It is the member where the packets go out, or, as long as that is not known, where they come in. What another reckons from now on begins with samples behind those that the one before had decided: none
/// counts twice. Whoever calls holds the table's gate.
/// </remarks>
/// <param name="begunNs">Samples up to then were decided by the master itself.</param>
internal sealed class DelayAssignments(long begunNs = long.MinValue)
{
    private readonly Dictionary<int, Records> _ruleSets = [];
    private readonly Dictionary<uint, Direction> _directions = [];
    private readonly Dictionary<int, MemberWork> _members = [];
    private HashSet<int> _absent = [];
    private uint _latest;

    /// <summary>One direction of a record.</summary>
    private sealed class Direction(RecordFlows record, bool isFrom, long begunNs)
    {
        public RecordFlows Record => record;
        public bool IsFrom => isFrom;
        public uint Number { get; set; }
        public int Member { get; set; }

        /// <summary>What others made of it before.</summary>
        public DelayStatistics Before { get; set; }
        public DelayResult Latest { get; set; } = new(begunNs, default);

        public DelayStatistics Results => Latest.Statistics.After(Before);
    }

    private sealed class RecordFlows(int ruleSet, int record)
    {
        public int RuleSet => ruleSet;
        public int Record => record;
        public List<SampledFlow> Seen { get; } = [];
        public Direction? To { get; set; }
        public Direction? From { get; set; }
    }

    public ISampledRecords Of(int ruleSet)
    {
        if (!_ruleSets.TryGetValue(ruleSet, out var records))
            _ruleSets[ruleSet] = records = new(this, ruleSet);
        return records;
    }

    /// <summary>How it goes with a member.</summary>
    public MemberWork Member(int number)
    {
        if (!_members.TryGetValue(number, out var member))
            _members[number] = member = new();
        return member;
    }

    /// <summary>The latest time up to which samples of any record are decided.</summary>
    public long DecidedNs => _directions.Values.Select(each => each.Latest.DecidedNs).Append(begunNs).Max();

    public IEnumerable<(int Number, MemberWork Work)> Members => _members.Select(each => (each.Key, each.Value));

    public void Clear()
    {
        _ruleSets.Clear();
        _directions.Clear();
        _members.Clear();
        _absent.Clear();
    }

    /// <summary>Up to when all members are known; as long as one was never read, nothing is.</summary>
    public long ReachedByAllNs(IEnumerable<int> members) => members.Min(number => Member(number).ReachNs);

    /// <summary>What these members reckoned, others do from now on, where they can.</summary>
    public void Absent(HashSet<int> members)
    {
        if (members.SetEquals(_absent))
            return;
        _absent = members;
        foreach (var records in _ruleSets.Values)
        {
            foreach (var record in records.All)
                Assign(record);
        }
    }

    /// <summary>The member forgot its work: it gets it anew, and goes on behind what is known.</summary>
    public void BeginAnew(int number)
    {
        var member = Member(number);
        member.BeginAnew();
        foreach (var direction in _directions.Values.Where(each => each.Member == number).ToList())
            Give(direction, number);
        // It knows none of the old numbers.
        member.Removed.Clear();
    }

    /// <summary>Writes what is new of a member's work.</summary>
    public void WriteChanges(int number, IWorkReader parts)
    {
        var member = Member(number);
        foreach (var each in member.Removed)
            parts.Remove(each);
        foreach (var each in member.Changed)
        {
            if (!_directions.TryGetValue(each, out var direction))
                continue;
            member.Named.UnionWith(direction.Record.Seen.Select(seen => (int)seen.Of.Member));
            parts.Assign(new(each, direction.Record.RuleSet, direction.IsFrom, direction.Latest.DecidedNs, [.. direction.Record.Seen]));
        }
        foreach (var each in member.Active.Except(member.Changed))
            parts.Activate(each);
        member.Removed.Clear();
        member.Changed.Clear();
        member.Active.Clear();
    }

    /// <summary>Takes what a member made of its work.</summary>
    /// <returns>Rule set and number of the record that changed by it; null: none.</returns>
    public (int RuleSet, int Record)? Take(int member, uint number, in DelayResult result)
    {
        if (!_directions.TryGetValue(number, out var direction) || direction.Member != member || direction.Latest == result)
            return null;
        direction.Latest = result;
        return (direction.Record.RuleSet, direction.Record.Record);
    }

    private void Assign(RecordFlows record)
    {
        record.To = Assign(record, record.To, isFrom: false);
        record.From = Assign(record, record.From, isFrom: true);
    }

    private Direction? Assign(RecordFlows record, Direction? direction, bool isFrom)
    {
        var present = direction?.Member ?? 0;
        var (exit, entry) = isFrom ? (EdgeRole.Entry, EdgeRole.Exit) : (EdgeRole.Exit, EdgeRole.Entry);
        var member =
            Choose(record, exit, present) is not 0 and var out_ ? out_
            : Choose(record, entry, present) is not 0 and var in_ ? in_
            : present;
        if (member == 0)
            return null;
        direction ??= new(record, isFrom, begunNs);
        if (direction.Member != member)
            Give(direction, member);
        else
            Member(member).Changed.Add(direction.Number);
        return direction;
    }

    /// <summary>Who does it already goes on.</summary>
    private int Choose(RecordFlows record, EdgeRole role, int present)
    {
        var lowest = 0;
        foreach (var seen in record.Seen)
        {
            int member = seen.Of.Member;
            if (seen.Role != role || _absent.Contains(member))
                continue;
            if (member == present)
                return member;
            lowest = lowest == 0 ? member : Math.Min(lowest, member);
        }
        return lowest;
    }

    /// <summary>Another member, or another life of the same one, goes on under another number.</summary>
    private void Give(Direction direction, int member)
    {
        Drop(direction);
        (direction.Before, direction.Latest) = (direction.Results, direction.Latest with { Statistics = default });
        (direction.Number, direction.Member) = (++_latest, member);
        _directions[_latest] = direction;
        Member(member).Changed.Add(_latest);
    }

    private void Drop(Direction? direction)
    {
        if (direction is not null && _directions.Remove(direction.Number))
            Member(direction.Member).Removed.Add(direction.Number);
    }

    private void Activate(Direction? direction)
    {
        if (direction is not null)
            Member(direction.Member).Active.Add(direction.Number);
    }

    /// <summary>Of one rule set.</summary>
    private sealed class Records(DelayAssignments assignments, int ruleSet) : ISampledRecords
    {
        private readonly Dictionary<int, RecordFlows> _records = [];

        public IEnumerable<RecordFlows> All => _records.Values;

        public void Note(int record, in FlowObservation seen)
        {
            var flow = new SampledFlow(seen);
            if (!_records.TryGetValue(record, out var known))
            {
                // What is seen within the domain only has no delay.
                if (flow.Role == EdgeRole.Other)
                    return;
                _records[record] = known = new(ruleSet, record);
            }
            var at = IndexOf(known, flow.Of);
            if (at >= 0 && known.Seen[at] == flow || at < 0 && flow.Role == EdgeRole.Other)
            {
                assignments.Activate(known.To);
                assignments.Activate(known.From);
                return;
            }
            if (at < 0)
                known.Seen.Add(flow);
            else
                known.Seen[at] = flow;
            assignments.Assign(known);
        }

        public void Forget(int record, in FlowObservation seen)
        {
            if (!_records.TryGetValue(record, out var known) || IndexOf(known, new(seen)) is not (>= 0 and var at))
                return;
            known.Seen.RemoveAt(at);
            assignments.Assign(known);
        }

        public void Forget(int record)
        {
            if (!_records.Remove(record, out var known))
                return;
            assignments.Drop(known.To);
            assignments.Drop(known.From);
        }

        public (DelayStatistics To, DelayStatistics From) ResultsOf(uint record) =>
            _records.TryGetValue((int)record, out var known) ? (known.To?.Results ?? default, known.From?.Results ?? default) : default;

        private static int IndexOf(RecordFlows record, in SampledFlow.Name name)
        {
            for (var at = 0; at < record.Seen.Count; at++)
            {
                if (record.Seen[at].Of == name)
                    return at;
            }
            return -1;
        }
    }
}
