using System.Collections.Immutable;
using System.Linq;
using Rtfm.Control.Delay;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>What a master gave this member to reckon, what is known of it, and what came of it. Knows no network; not thread-safe.</summary>
internal sealed class DelayWorkList : IWorkReader
{
    /// <summary>Directions of flows; no more are taken.</summary>
    public const int MostFlows = 250_000;

    private readonly Dictionary<uint, Work> _works = [];
    private readonly Dictionary<int, ReadMember> _members = [];
    private readonly Dictionary<int, Progress> _progress = [];
    private readonly PacketSample[] _samples = new PacketSample[SamplePackage.MostSamples];
    private readonly DelayCorrelator _correlator = new(new());
    private readonly SampledFlows _to;
    private readonly SampledFlows _from;
    private WorkRound _round = new(0, long.MinValue, 0);
    private uint _change;
    private bool _areResultsOther;

    public DelayWorkList() => (_to, _from) = (new(_correlator, Flow), new(_correlator, Flow));

    /// <param name="Uptime">The member's, when the master looked at it before the latest good reading.</param>
    private sealed record Progress(uint Boots, uint Uptime, ImmutableHashSet<uint> Locals);

    private sealed class Work(AssignedFlow flow)
    {
        public AssignedFlow Flow { get; set; } = flow;

        /// <summary>Beside each flow at a member: its samples were read, to the end of the member's latest good reading.</summary>
        public bool[] IsRead { get; set; } = new bool[flow.Seen.Length];

        /// <summary>Since which change there may be new ones; 0: there are none.</summary>
        public uint[] Due { get; set; } = new uint[flow.Seen.Length];
        public WorkResult? Result { get; set; }
    }

    public int Flows => _works.Count;

    /// <summary>Work that was not taken, since there was too much.</summary>
    public uint Refused { get; private set; }

    /// <summary>What the master told last.</summary>
    public (WorkRound Round, ReadMember[] Members) Round => (_round, [.. _members.Values]);

    /// <summary>All results so far, by number.</summary>
    public ImmutableArray<WorkResult> Results { get; private set; } = [];

    void IWorkReader.Begin(WorkRound round)
    {
        _round = round;
        _members.Clear();
    }

    void IWorkReader.Read(ReadMember member) => _members[member.Number] = member;

    void IWorkReader.Assign(AssignedFlow flow)
    {
        if (!_works.TryGetValue(flow.Number, out var work))
        {
            if (_works.Count >= MostFlows)
            {
                Refused++;
                return;
            }
            _works[flow.Number] = work = new(flow);
        }
        var known = work.Flow.Seen;
        var flows = flow.IsFrom ? _from : _to;
        // Several directions of one meter's flow could be told: the latest one has it.
        foreach (var gone in known)
        {
            if (!flow.Seen.Any(each => each.Of == gone.Of))
                flows.Forget(gone.Of);
        }
        foreach (ref readonly var each in flow.Seen.AsSpan())
            flows.Note((int)flow.Number, each);
        var isRead = work.IsRead;
        work.IsRead = [.. flow.Seen.Select(each => known.IndexOf(each) is >= 0 and var at && isRead[at])];
        work.Due = new uint[flow.Seen.Length];
        Array.Fill(work.Due, ++_change);
        work.Flow = flow with { BegunNs = work.Flow.BegunNs };
    }

    void IWorkReader.Activate(uint number)
    {
        if (_works.TryGetValue(number, out var work))
            Array.Fill(work.Due, ++_change);
    }

    void IWorkReader.Remove(uint number)
    {
        if (!_works.Remove(number, out var work))
            return;
        var flows = work.Flow.IsFrom ? _from : _to;
        foreach (var each in work.Flow.Seen)
            flows.Forget(each.Of);
        flows.Forget((int)number);
        _areResultsOther |= work.Result is not null;
    }

    /// <summary>Which flows of a member are to be read, each since when, in its Uptime; by number of the rule set there.</summary>
    /// <param name="asOf">For <see cref="Read"/>.</param>
    public List<FlowToRead> ToRead(ReadMember member, out uint asOf)
    {
        asOf = _change;
        var progress = _progress.GetValueOrDefault(member.Number);
        var found = new Dictionary<(int RuleSet, uint FlowIndex), bool>();
        foreach (var work in _works.Values)
        {
            for (var i = 0; i < work.Due.Length; i++)
            {
                var (seen, name) = (work.Flow.Seen[i], (work.Flow.RuleSet, work.Flow.Seen[i].Of.FlowIndex));
                if (work.Due[i] != 0 && seen.Of.Member == member.Number && seen.Of.Boots == member.Boots)
                    found[name] = work.IsRead[i] && found.GetValueOrDefault(name, true);
            }
        }
        var flows = new List<FlowToRead>(found.Count);
        foreach (var ((ruleSet, flowIndex), isRead) in found)
        {
            foreach (var (number, local) in member.RuleSets)
            {
                var isSame = isRead && progress?.Boots == member.Boots && progress.Locals.Contains(local);
                if (number == ruleSet)
                    flows.Add(new(local, flowIndex, isSame ? progress!.Uptime : 0));
            }
        }
        return flows;
    }

    /// <summary>Takes a package of a member's.</summary>
    /// <returns>False where it cannot be read.</returns>
    public bool TryAdd(ReadMember member, uint flowIndex, ReadOnlySpan<byte> package)
    {
        if (!SamplePackage.TryRead(package, _samples, out var header))
            return false;
        var samples = _samples.AsSpan(0, header.Count);
        _to.TryAdd(member.Number, member.Boots, flowIndex, header, samples);
        _from.TryAdd(member.Number, member.Boots, flowIndex, header, samples);
        return true;
    }

    /// <summary>All that <see cref="ToRead"/> named was added.</summary>
    public void Read(ReadMember member, uint asOf, long clockErrorNs, ReadOnlySpan<SampleGap> gaps)
    {
        var sampling = _correlator.Member(member.Number);
        var isKnown = _progress.TryGetValue(member.Number, out var before);
        // Its end was before our beginning.
        if (!isKnown)
            sampling.Read(member.EndedNs, 0);
        MemberClock.Tell(
            sampling,
            isNewLife: isKnown ? before!.Boots != member.Boots : member.EndedNs != long.MinValue,
            member.ReachNs,
            clockErrorNs,
            gaps
        );
        _progress[member.Number] = new(member.Boots, member.Uptime, [.. member.RuleSets.Select(each => each.Local)]);
        foreach (var work in _works.Values)
        {
            for (var i = 0; i < work.Due.Length; i++)
            {
                var of = work.Flow.Seen[i].Of;
                if (work.Due[i] != 0 && work.Due[i] <= asOf && of.Member == member.Number && of.Boots == member.Boots)
                    (work.Due[i], work.IsRead[i]) = (0, true);
            }
        }
    }

    /// <summary>Makes delay and loss of what was read.</summary>
    /// <param name="round">As it was when it began.</param>
    /// <param name="isMember">By number, of the domain.</param>
    /// <param name="now">Our Uptime.</param>
    public void Decide(WorkRound round, Func<int, bool> isMember, uint now)
    {
        _correlator.Limits = _correlator.Limits with { WindowNs = round.WindowNs };
        _correlator.KeepOnly(isMember);
        _correlator.Decide(
            round.NowNs,
            flow =>
            {
                if (!_works.TryGetValue(flow.Tag, out var work))
                    return;
                var isFrom = work.Flow.IsFrom;
                work.Result = new(flow.Tag, now, new(flow.DecidedNs(isFrom), isFrom ? flow.From : flow.To));
                _areResultsOther = true;
            },
            round.ReachedByAllNs
        );
        if (_areResultsOther)
            Results = [.. _works.Values.Select(each => each.Result).OfType<WorkResult>().OrderBy(each => each.Number)];
        _areResultsOther = false;
    }

    private FlowCorrelation Flow(int number)
    {
        var flow = _works[(uint)number].Flow;
        return _correlator.Flow(flow.Number, flow.IsFrom, flow.BegunNs);
    }
}

/// <param name="Local">Number of the rule set at the member.</param>
/// <param name="Since">In the member's Uptime; 0: all samples are wanted.</param>
internal readonly record struct FlowToRead(uint Local, uint FlowIndex, uint Since);

/// <summary>What came of a direction of a flow.</summary>
/// <param name="TimeMark">When it last changed, in our Uptime.</param>
internal sealed record WorkResult(uint Number, uint TimeMark, DelayResult Of);
