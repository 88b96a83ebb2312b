using System.Collections.Immutable;
using System.Linq;
using Rtfm.Model;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>How far a member was read.</summary>
/// <param name="Number">Of the member.</param>
/// <param name="Boots">Its snmpEngineBoots: Uptimes and flow indexes under another number are of another life.</param>
/// <param name="Uptime">Its Uptime when the latest reading began.</param>
/// <param name="ReadAt">Our Uptime then.</param>
/// <param name="RuleSets">The domain's numbers of the rule sets that were read.</param>
internal sealed record MemberReading(int Number, EngineId Id, uint Boots, uint Uptime, uint ReadAt, ImmutableArray<int> RuleSets)
{
    /// <summary>Our Uptime less the member's.</summary>
    public uint Ahead => unchecked(ReadAt - Uptime);
}

/// <summary>How far each member's flows are in the table, and how far a reader has them: rtfmDomainReadingTable.</summary>
internal sealed class MemberReadings(AggregatedFlows flows)
{
    /// <summary>Readings whose end no reader has seen yet; later ones take the last one's place.</summary>
    private const int MostOpen = 1_000;

    private readonly Lock _gate = new();
    private readonly SortedList<int, MemberReading> _latest = [];
    private readonly Dictionary<int, List<(uint EndedAt, uint Uptime)>> _ended = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _latest.Count;
        }
    }

    public IReadOnlyList<MemberReading> All
    {
        get
        {
            lock (_gate)
                return [.. _latest.Values];
        }
    }

    public MemberReading? Find(int member)
    {
        lock (_gate)
            return _latest.GetValueOrDefault(member);
    }

    /// <summary>Since which of a member's Uptimes its flows are not in the table yet; 0: all are wanted.</summary>
    public (uint Boots, uint Uptime) Since(CollectedMember member, IReadOnlyList<CollectedRuleSet> ruleSets) =>
        Find(member.Number) is { } latest && latest.Id == member.Id && ruleSets.All(each => latest.RuleSets.Contains(each.Number))
            ? (latest.Boots, latest.Uptime)
            : (0, 0);

    /// <summary>All that the reading brought is in the table.</summary>
    public void Ended(MemberReading reading)
    {
        lock (_gate)
        {
            var isSameLife = _latest.TryGetValue(reading.Number, out var before) && before.Id == reading.Id && before.Boots == reading.Boots;
            _latest[reading.Number] = reading;
            if (!isSameLife || !_ended.TryGetValue(reading.Number, out var ended))
                _ended[reading.Number] = ended = [];
            if (ended.Count == MostOpen)
                ended.RemoveAt(MostOpen - 1);
            ended.Add((flows.Now, reading.Uptime));
        }
    }

    /// <summary>Up to which of the member's Uptimes a reader has all that the member counted, in this life; 0: nothing.</summary>
    /// <param name="held">The reader has what was in the table before, in our Uptime.</param>
    public uint Confirmed(int member, uint held)
    {
        lock (_gate)
        {
            if (!_ended.TryGetValue(member, out var ended))
                return 0;
            var at = ended.FindLastIndex(each => each.EndedAt < held);
            return at < 0 ? 0 : ended[at].Uptime;
        }
    }

    /// <summary>Forgets what no reader asks about any more: but for the last one, readings that ended before.</summary>
    /// <param name="held">Every reader has what was in the table before, in our Uptime.</param>
    public void Prune(uint held)
    {
        lock (_gate)
        {
            foreach (var ended in _ended.Values)
                ended.RemoveRange(0, Math.Max(0, ended.FindLastIndex(each => each.EndedAt < held)));
        }
    }

    /// <summary>Forgets a member that is none any more.</summary>
    public void KeepOnly(Func<int, bool> isMember)
    {
        lock (_gate)
        {
            foreach (var number in _latest.Keys.Where(number => !isMember(number)).ToList())
            {
                _latest.Remove(number);
                _ended.Remove(number);
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _latest.Clear();
            _ended.Clear();
        }
    }

    public IMibProvider Table() =>
        ReadOnlyTable
            .Of(DomainMib.ReadingEntry, () => new RowSnapshot<MemberReading>(All.Select(each => ((uint[])[(uint)each.Number], each))))
            .Octets(1, "rtfmDomainReadingEngineId", row => row.Id.Octets.ToArray())
            .Gauge32(2, "rtfmDomainReadingBoots", row => row.Boots)
            .TimeTicks(3, "rtfmDomainReadingUptime", row => row.Uptime)
            .TimeTicks(4, "rtfmDomainReadingAge", row => unchecked(flows.Now - row.ReadAt))
            .Gauge32(5, "rtfmDomainReadingFlows", row => (ulong)flows.ObservationsOf(row.Number));
}
