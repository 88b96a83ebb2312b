using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Model.Delay;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>Delay and loss that members reckon, each for what goes out there.</summary>
internal sealed partial class AggregatedFlows
{
    private DelayAssignments? _assignments;

    /// <summary>Whether members reckon delay and loss, or we do. Where that changes, counts begin anew, with samples behind those that are decided.</summary>
    /// <returns>True where it changes.</returns>
    public bool DistributeDelays(bool isDistributed)
    {
        lock (_gate)
        {
            if (isDistributed == _assignments is not null)
                return false;
            var decidedNs = Math.Max(_correlator.DecidedNs, _assignments?.DecidedNs ?? long.MinValue);
            _assignments = isDistributed ? new(decidedNs) : null;
            _correlator = new(_correlator.Limits, decidedNs);
            foreach (var set in _sets.Values)
            {
                if (set.Sampled is null)
                    continue;
                set.Sampled = SamplesOf(set);
                set.NoteAll(set.Sampled);
            }
            return true;
        }
    }

    /// <summary>Asks or changes who reckons what, while nobody else does.</summary>
    public T Assignments<T>(Func<DelayAssignments, T> work)
    {
        lock (_gate)
            return work(_assignments ??= new());
    }

    /// <summary>How long packets may take.</summary>
    public long WindowNs
    {
        get
        {
            lock (_gate)
                return _correlator.Limits.WindowNs;
        }
    }

    /// <summary>Takes what a member made of its work: <see cref="DelayResult"/>s by number.</summary>
    /// <returns>Results that cannot be read.</returns>
    public int AddResults(int member, IEnumerable<(uint Number, ArraySegment<byte> Result)> results)
    {
        var bad = 0;
        foreach (var (number, octets) in results)
        {
            lock (_gate)
            {
                if (!DelayResult.TryRead(octets, out var result))
                    bad++;
                else if (_assignments?.Take(member, number, result) is { } changed && _sets.TryGetValue(changed.RuleSet, out var set))
                    set.NoteDelays(changed.Record);
            }
        }
        return bad;
    }

    private ISampledRecords SamplesOf(AggregatedSet set) => _assignments?.Of(set.RuleSet) ?? new SampledFlows(_correlator);
}
