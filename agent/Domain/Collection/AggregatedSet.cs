using System.Runtime.CompilerServices;
using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Agent.Matching;
using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>The records of one rule set of the domain: found by key, walked by flow index, each with what members saw of the flow.</summary>
/// <remarks>Whoever calls holds the table's gate.</remarks>
internal sealed class AggregatedSet(int ruleSet, Func<uint> now)
{
    private readonly List<RecordBlock> _blocks = [];
    private readonly Stack<int> _free = new();
    private readonly ObservationPool _observations = new();
    private readonly Dictionary<byte[], KeyProfile> _profiles = new(OctetComparer.Instance);
    private int[] _buckets = new int[RecordBlock.Rows];
    private int _places;

    public int RuleSet => ruleSet;

    public int Records { get; private set; }

    public int Observations => _observations.Count;

    /// <summary>What members sampled of the flows; null: the rule set has no samples taken.</summary>
    public ISampledRecords? Sampled { get; set; }

    /// <summary>How many observations of each member there are.</summary>
    public Dictionary<int, int> OfMembers { get; } = [];

    /// <summary>Takes what a member saw of a flow: more of what is known, or something new. In whatever order and however often it comes.</summary>
    /// <param name="key">Of the flow.</param>
    /// <param name="seen">As it is with the key's source and destination.</param>
    /// <param name="ahead">Our Uptime less the member's.</param>
    public void Add(FlowIdentity key, in FlowObservation seen, uint ahead)
    {
        var index = FindOrMake(key, seen, ahead);
        Sampled?.Note(index, seen);
        ref var record = ref At(index);
        if (!TryUpdate(ref record, seen))
            return;
        record.TimeMark = BlockOf(index).TimeMark = now();
        record.LastActive = Math.Max(record.LastActive, InOurTime(seen.LastActive, ahead));
    }

    /// <summary>Delay or loss of a record are other than they were.</summary>
    public void NoteDelays(int record) => At(record).TimeMark = BlockOf(record).TimeMark = now();

    /// <summary>Tells somebody of all that members see.</summary>
    public void NoteAll(ISampledRecords sampled)
    {
        for (var index = 1; index <= _places; index++)
        {
            for (var at = At(index).FirstObservation; at != 0; at = _observations[at].Next)
            {
                if (_observations[at] is { IsGone: false, Seen.FlowIndex: not 0 } each)
                    sampled.Note(index, each.Seen);
            }
        }
    }

    /// <summary>The record of that flow index; false where there is none that changed at that time or later.</summary>
    public bool TryGet(uint index, uint since, out RecordEntry record)
    {
        record = default;
        if (index == 0 || index > _places || At((int)index) is var found && (found.Profile is null || found.TimeMark < since))
            return false;
        record = At((int)index);
        return true;
    }

    /// <summary>The record with the smallest flow index above that one which changed at that time or later.</summary>
    public bool TryGetNext(uint after, uint since, out uint index, out RecordEntry record)
    {
        for (long next = (long)after + 1; next <= _places; next++)
        {
            if (BlockOf((int)next).TimeMark < since)
            {
                next = ((next - 1) / RecordBlock.Rows + 1) * RecordBlock.Rows;
                continue;
            }
            if (TryGet((uint)next, since, out record))
            {
                index = (uint)next;
                return true;
            }
        }
        (index, record) = (0, default);
        return false;
    }

    /// <summary>The observations of a record, sorted by member.</summary>
    public void ObservationsOf(in RecordEntry record, List<FlowObservation> seen)
    {
        seen.Clear();
        for (var at = record.FirstObservation; at != 0; at = _observations[at].Next)
            seen.Add(_observations[at].Seen);
    }

    /// <summary>What the member has not heard of for so long that it may have let it go.</summary>
    /// <param name="before">In the member's Uptime.</param>
    /// <param name="confirmed">Only of records that did not change since this, in our Uptime.</param>
    public void FindIdle(int member, uint boots, uint before, uint confirmed, int most, List<IdleFlow> idle)
    {
        for (var index = 1; index <= _places && idle.Count < most; index++)
        {
            ref var record = ref At(index);
            if (record.Profile is null || record.TimeMark >= confirmed)
                continue;
            for (var at = record.FirstObservation; at != 0; at = _observations[at].Next)
            {
                ref var each = ref _observations[at];
                if (
                    !each.IsGone
                    && each.Seen.Member == member
                    && each.Seen.Boots == boots
                    && each.Seen.LastActive < before
                    && each.Seen.FlowIndex != 0
                )
                    idle.Add(new(this, at, each.Seen.FlowIndex, each.Seen.FirstTime));
            }
        }
    }

    /// <summary>The member has it no more.</summary>
    public void MarkGone(int observation) => _observations[observation].IsGone = true;

    /// <summary>Of all that members saw in other lives, or that are members no more, nothing comes any more.</summary>
    public void MarkGone(Func<int, uint, bool> isAlive)
    {
        for (var index = 1; index <= _places; index++)
        {
            for (var at = At(index).FirstObservation; at != 0; at = _observations[at].Next)
            {
                ref var each = ref _observations[at];
                each.IsGone |= !isAlive(each.Seen.Member, each.Seen.Boots);
            }
        }
    }

    /// <summary>Lets go of records whose observations are all gone, and puts gone ones of others together, where all readers have them.</summary>
    /// <param name="confirmed">Readers have what did not change since then, in our Uptime.</param>
    public void Sweep(uint confirmed)
    {
        for (var index = 1; index <= _places; index++)
        {
            ref var record = ref At(index);
            if (record.Profile is null || record.TimeMark >= confirmed)
                continue;
            if (IsGone(record))
                Remove(index, ref record);
            else
                PutTogether(index, ref record);
        }
    }

    private bool IsGone(in RecordEntry record)
    {
        for (var at = record.FirstObservation; at != 0; at = _observations[at].Next)
        {
            if (!_observations[at].IsGone)
                return false;
        }
        return true;
    }

    /// <summary>A record that lives on while members let go of its flow and see it again would grow for ever: what is gone of one member at the same interfaces becomes one sum.</summary>
    private void PutTogether(int index, ref RecordEntry record)
    {
        for (var at = record.FirstObservation; at != 0; at = _observations[at].Next)
        {
            ref var each = ref _observations[at];
            if (!each.IsGone)
                continue;
            while (each.Next is var next and not 0 && _observations[next] is { IsGone: true } other && IsAlike(each.Seen, other.Seen))
            {
                Sampled?.Forget(index, each.Seen);
                // No flow has index 0: no reader takes the sum for a member's record.
                each.Seen = each.Seen with
                {
                    FlowIndex = 0,
                    FirstTime = Math.Min(each.Seen.FirstTime, other.Seen.FirstTime),
                    LastActive = Math.Max(each.Seen.LastActive, other.Seen.LastActive),
                    ToOctets = each.Seen.ToOctets + other.Seen.ToOctets,
                    ToPdus = each.Seen.ToPdus + other.Seen.ToPdus,
                    FromOctets = each.Seen.FromOctets + other.Seen.FromOctets,
                    FromPdus = each.Seen.FromPdus + other.Seen.FromPdus,
                };
                each.Next = other.Next;
                Drop(index, next);
            }
        }
    }

    private static bool IsAlike(in FlowObservation left, in FlowObservation right) =>
        left.Member == right.Member && left.SourceInterface == right.SourceInterface && left.DestInterface == right.DestInterface;

    private void Remove(int index, ref RecordEntry record)
    {
        for (var at = record.FirstObservation; at != 0; )
        {
            var next = _observations[at].Next;
            Drop(index, at);
            at = next;
        }
        ref var link = ref _buckets[(uint)record.Hash % (uint)_buckets.Length];
        while (link != index)
            link = ref At(link).NextInBucket;
        link = record.NextInBucket;
        Sampled?.Forget(index);
        record = new() { Own = [], FirstTime = record.FirstTime };
        _free.Push(index);
        Records--;
    }

    private void Drop(int index, int observation)
    {
        Sampled?.Forget(index, _observations[observation].Seen);
        OfMembers[_observations[observation].Seen.Member]--;
        _observations.Remove(observation);
    }

    /// <returns>False where nothing is new.</returns>
    private bool TryUpdate(ref RecordEntry record, in FlowObservation seen)
    {
        ref var link = ref record.FirstObservation;
        for (; link != 0; link = ref _observations[link].Next)
        {
            ref var each = ref _observations[link];
            var order = Compare(each.Seen, seen);
            if (order > 0)
                break;
            if (order < 0)
                continue;
            var known = each.Seen;
            // Counters only grow: the greater one is the later one.
            each.Seen = known with
            {
                LastActive = Math.Max(known.LastActive, seen.LastActive),
                ToOctets = Math.Max(known.ToOctets, seen.ToOctets),
                ToPdus = Math.Max(known.ToPdus, seen.ToPdus),
                FromOctets = Math.Max(known.FromOctets, seen.FromOctets),
                FromPdus = Math.Max(known.FromPdus, seen.FromPdus),
            };
            return each.Seen != known;
        }
        link = _observations.Add(seen, link);
        OfMembers[seen.Member] = OfMembers.GetValueOrDefault(seen.Member) + 1;
        return true;
    }

    /// <summary>By member, so that totals are reckoned in one go, then so that what can be put together lies together.</summary>
    private static int Compare(in FlowObservation left, in FlowObservation right)
    {
        if (left.Member != right.Member)
            return left.Member.CompareTo(right.Member);
        if (left.SourceInterface != right.SourceInterface)
            return left.SourceInterface.CompareTo(right.SourceInterface);
        if (left.DestInterface != right.DestInterface)
            return left.DestInterface.CompareTo(right.DestInterface);
        if (left.Boots != right.Boots)
            return left.Boots.CompareTo(right.Boots);
        return left.FlowIndex != right.FlowIndex ? left.FlowIndex.CompareTo(right.FlowIndex) : left.FirstTime.CompareTo(right.FirstTime);
    }

    private int FindOrMake(FlowIdentity key, in FlowObservation seen, uint ahead)
    {
        var profile = ProfileOf(key.Profile);
        var hash = HashOf(profile, key.Own);
        for (var at = _buckets[(uint)hash % (uint)_buckets.Length]; at != 0; at = At(at).NextInBucket)
        {
            ref var each = ref At(at);
            if (each.Hash == hash && each.Profile == profile && key.Own.SequenceEqual(each.Own))
                return at;
        }
        if (Records >= _buckets.Length)
            Grow();
        if (!_free.TryPop(out var index))
        {
            index = ++_places;
            if (_blocks.Count * RecordBlock.Rows < index)
                _blocks.Add(new RecordBlock());
        }
        ref var record = ref At(index);
        ref var bucket = ref _buckets[(uint)hash % (uint)_buckets.Length];
        record = new()
        {
            Profile = profile,
            Own = key.Own.ToArray(),
            Hash = hash,
            NextInBucket = bucket,
            // Flow index and first time together name a flow (RFC 2722 §5.1): no two at one place may have the same.
            FirstTime = Math.Max(InOurTime(seen.FirstTime, ahead), record.FirstTime + 1),
        };
        bucket = index;
        Records++;
        return index;
    }

    private KeyProfile ProfileOf(ReadOnlySpan<byte> octets)
    {
        if (_profiles.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(octets, out var profile))
            return profile;
        profile = new KeyProfile(octets.ToArray());
        _profiles.Add(profile.Octets, profile);
        return profile;
    }

    private static int HashOf(KeyProfile profile, ReadOnlySpan<byte> own)
    {
        // Seeded in every process: nobody can make flows whose keys collide.
        var hash = new HashCode();
        hash.Add(RuntimeHelpers.GetHashCode(profile));
        hash.AddBytes(own);
        return hash.ToHashCode();
    }

    private void Grow()
    {
        _buckets = new int[_buckets.Length * 2];
        for (var index = 1; index <= _places; index++)
        {
            ref var record = ref At(index);
            if (record.Profile is null)
                continue;
            ref var bucket = ref _buckets[(uint)record.Hash % (uint)_buckets.Length];
            (record.NextInBucket, bucket) = (bucket, index);
        }
    }

    /// <summary>What lies before our start is our start; nothing lies ahead.</summary>
    private uint InOurTime(uint memberTime, uint ahead)
    {
        var (ours, present) = ((int)unchecked(memberTime + ahead), now());
        return ours < 0 ? 0 : Math.Min((uint)ours, present);
    }

    private RecordBlock BlockOf(int index) => _blocks[(index - 1) / RecordBlock.Rows];

    private ref RecordEntry At(int index) => ref _blocks[(index - 1) / RecordBlock.Rows].Records[(index - 1) % RecordBlock.Rows];
}

/// <summary>A flow that a member may have let go.</summary>
/// <param name="Observation">Its place in the set.</param>
/// <param name="FlowIndex">At the member.</param>
/// <param name="FirstTime">At the member.</param>
internal readonly record struct IdleFlow(AggregatedSet Set, int Observation, uint FlowIndex, uint FirstTime);
