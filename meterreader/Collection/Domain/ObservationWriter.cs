using System.Collections.Immutable;
using Rtfm.MeterReader.Storage;
using Rtfm.Model;
using Rtfm.Model.Delay;

namespace Rtfm.MeterReader.Collection.Domain;

/// <summary>Stores what each member of a domain saw, as if it had been collected from each: so the store adds up the same, whoever the master is (decision 0012).</summary>
/// <remarks>
/// The members' flows are written first, the domain's own bookmark last: if that fails, or this process, the domain is read again from the old bookmark, and
/// what is written twice replaces itself.
/// </remarks>
/// <param name="members">How far each is read; taken before the flows were, so never too far.</param>
/// <param name="knowsAll">A member that is not among them came meanwhile: nothing is stored, since what it saw would be lost.</param>
internal sealed class ObservationWriter(
    string domain,
    IReadOnlyDictionary<int, MemberReading> members,
    IFlowStore store,
    TimeProvider clock,
    bool knowsAll = false
)
{
    private static readonly FlowAttribute[] Own = [FlowAttribute.SourceInterface, FlowAttribute.DestInterface, .. MeterSettings.Always];

    /// <summary>Octets that are no observations, and observations of members that the master does not name.</summary>
    public int BadObservations { get; private set; }

    /// <summary>What the store calls a member: its engine stays the same when it leaves and comes back.</summary>
    public static string MeterName(string domain, string engineId) => $"{domain}/{engineId}";

    /// <summary>Stores what was pushed: there is no bookmark, for the master keeps what is not confirmed.</summary>
    public WriteResult Write(int ruleSet, string name, ImmutableArray<FlowAttribute> attributes, IEnumerable<FlowRecord> records) =>
        WriteMembers(
            new FlowCollection(new MeterEpoch(0, domain, default), ruleSet, name, clock.GetUtcNow(), null, 0, default, attributes),
            records,
            out _
        );

    /// <summary>Stores what was read, and then how far that was.</summary>
    public WriteResult Write(FlowCollection collection, IEnumerable<FlowRecord> records)
    {
        var written = WriteMembers(collection, records, out var attributes);
        store.Write(collection with { Attributes = attributes }, []);
        return written;
    }

    private WriteResult WriteMembers(FlowCollection collection, IEnumerable<FlowRecord> records, out ImmutableArray<FlowAttribute> attributes)
    {
        // Delay and loss, where there is any, stand after the key's attributes.
        attributes = [.. collection.Attributes.Where(MeansKey), .. collection.Attributes.Where(DelayStatistics.IsResult), .. Own];
        var (flows, absurd) = (0, 0);
        foreach (var ((number, boots), seen) in Sort(records, collection.Attributes).OrderBy(each => each.Key))
        {
            var written = Write(collection, members[number], boots, seen, attributes);
            flows += written.Flows;
            absurd += written.AbsurdCounters;
        }
        return new(flows, absurd);
    }

    /// <summary>Of a record: all else is what members saw, or reckoned from it.</summary>
    private static bool MeansKey(FlowAttribute attribute) => !Own.Contains(attribute) && MeterSettings.IsStored(FlowAttributes.Get(attribute));

    /// <summary>A record of the domain and what one member saw of it.</summary>
    /// <param name="HasDelays">Its delay and loss is stored with this member's flow: the first where it enters.</param>
    private readonly record struct Seen(FlowObservation Observation, FlowValue[] Record, bool HasDelays);

    private Dictionary<(int Member, int Boots), List<Seen>> Sort(IEnumerable<FlowRecord> records, ImmutableArray<FlowAttribute> attributes)
    {
        var lives = new Dictionary<(int, int), List<Seen>>();
        var at = attributes.IndexOf(FlowAttribute.Observations);
        foreach (var record in records)
        {
            if (!FlowObservation.TryReadAll(record.Values[at].Octets, out var observations))
            {
                BadObservations++;
                continue;
            }
            var values = (FlowValue[])record.Values.Clone();
            var entry = observations.FindIndex(each => each.IsEntry);
            for (var i = 0; i < observations.Count; i++)
            {
                var observation = observations[i];
                if (!members.ContainsKey(observation.Member))
                {
                    if (knowsAll)
                        throw new NewMemberException(domain, observation.Member);
                    BadObservations++;
                    continue;
                }
                var life = (observation.Member, (int)observation.Boots);
                if (!lives.TryGetValue(life, out var seen))
                    lives[life] = seen = [];
                seen.Add(new(observation, values, HasDelays: i == Math.Max(entry, 0)));
            }
        }
        return lives;
    }

    private WriteResult Write(FlowCollection collection, MemberReading member, int boots, List<Seen> seen, ImmutableArray<FlowAttribute> attributes)
    {
        var isPresent = boots == member.Boots;
        var last = seen.Max(each => each.Observation.LastActive);
        // Of a life that is over it is not known when it began, if the store has nothing of it yet.
        var bootTime = isPresent ? member.BootTime : clock.GetUtcNow() - TimeSpan.FromMilliseconds(last * 10.0);
        var epoch = store.Life(MeterName(domain, member.EngineId), member.EngineId, boots, bootTime);
        if (!isPresent)
            bootTime = epoch.BootTime;
        var since = store.Bookmark(epoch, collection.RuleSet);
        var until = Math.Max(since ?? 0, isPresent ? member.Uptime : last);
        // The store wants them in this order; a flow that several records name is one that the rules count twice.
        seen.Sort(
            (left, right) =>
                left.Observation.FlowIndex != right.Observation.FlowIndex
                    ? left.Observation.FlowIndex.CompareTo(right.Observation.FlowIndex)
                    : left.Observation.FirstTime.CompareTo(right.Observation.FirstTime)
        );
        return store.Write(
            collection with
            {
                Epoch = epoch,
                Since = since,
                Bookmark = until,
                BootTime = bootTime,
                Attributes = attributes,
            },
            Records(collection, seen, attributes)
        );
    }

    private static IEnumerable<FlowRecord> Records(FlowCollection collection, List<Seen> seen, ImmutableArray<FlowAttribute> attributes)
    {
        var from = attributes.Select(each => collection.Attributes.IndexOf(each)).ToArray();
        var values = new FlowValue[attributes.Length];
        var own = attributes.Length - Own.Length;
        foreach (var (observation, record, hasDelays) in seen)
        {
            for (var i = 0; i < own; i++)
                values[i] = hasDelays || !DelayStatistics.IsResult(attributes[i]) ? record[from[i]] : default;
            values[own] = new(observation.SourceInterface);
            values[own + 1] = new(observation.DestInterface);
            values[own + 2] = new(observation.FirstTime);
            values[own + 3] = new(observation.LastActive);
            values[own + 4] = new(observation.ToOctets);
            values[own + 5] = new(observation.ToPdus);
            values[own + 6] = new(observation.FromOctets);
            values[own + 7] = new(observation.FromPdus);
            yield return new FlowRecord(collection.RuleSet, observation.FlowIndex, attributes, values);
        }
    }
}

/// <summary>A member came while the domain was read: its flows have to be read together with who it is.</summary>
internal sealed class NewMemberException(string domain, int member) : Exception($"{domain}: member {member} came while its flows were read");
