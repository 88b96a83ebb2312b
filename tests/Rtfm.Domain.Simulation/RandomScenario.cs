namespace Rtfm.Domain.Simulation;

/// <summary>What came of a scenario.</summary>
/// <param name="Faults">What was violated, or did not come to be; empty: all is well.</param>
/// <param name="Recovery">From the last fault's end until all was as it has to be.</param>
internal sealed record ScenarioResult(int Seed, IReadOnlyList<string> Faults, int Elections, long Messages, TimeSpan Simulated, TimeSpan Recovery);

/// <summary>A domain in which members crash and come back, join and are removed, the network loses messages and falls apart, and rule sets change, at random.</summary>
internal sealed class RandomScenario(int seed, int members, int steps)
{
    private const string RuleSet = "rules";

    /// <summary>So long a majority that can talk may be without a master.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Random _random = new(seed);
    private readonly SimulatedDomain _domain = new(seed, members);
    private uint _version;

    public ScenarioResult Run()
    {
        var faults = _domain.Violations;
        var first = Math.Max(1, members - members / 4);
        if (members <= 60)
            _domain.Form(first);
        else
            _domain.FormAtOnce();
        foreach (var full in _domain.Members.Where(_ => _random.Next(20) == 0).Take(members / 4))
            full.IsFull = true;
        for (var i = 0; i < steps && faults.Count == 0; i++)
        {
            Disturb();
            _domain.Run(TimeSpan.FromMilliseconds(_random.Next(50, 4_000)));
            if (_random.Next(4) == 0)
                CheckMajority();
        }
        var recovery = Recover();
        return new(seed, faults, _domain.Elections, _domain.Network.Messages, _domain.Network.Now, recovery);
    }

    private void Disturb()
    {
        var network = _domain.Network;
        var member = _domain.Members[_random.Next(members)];
        switch (_random.Next(10))
        {
            case 0 or 1:
                if (member.IsRunning)
                    member.Crash();
                else
                    member.Start();
                break;
            case 2:
                // The master, of all.
                foreach (var master in _domain.Masters.ToList())
                    master.Crash();
                break;
            case 3:
                Cut(_random.Next(2, 4));
                break;
            case 4:
                Array.Clear(network.Parts);
                break;
            case 5:
                network.Loss = _random.NextDouble() * 0.4;
                network.LongestDelay = TimeSpan.FromMilliseconds(_random.Next(2, 200));
                break;
            case 6:
                foreach (var each in _domain.Members.Where(each => !each.IsRunning))
                    each.Start();
                break;
            case 7:
                Change(member);
                break;
            default:
                // Ordered at whoever thinks to be master.
                foreach (var master in _domain.Masters.ToList())
                    master.Apply(RuleSet, ++_version);
                break;
        }
    }

    private void Cut(int parts)
    {
        for (var i = 0; i < members; i++)
            _domain.Network.Parts[i] = _random.Next(parts);
    }

    /// <summary>The member joins, or is removed.</summary>
    private void Change(SimulatedMember member)
    {
        if (!member.IsRunning)
            member.Start();
        foreach (var master in _domain.Masters.ToList())
        {
            master.Propose(state =>
                state.Find(member.Id) is null ? state.With(member.AsMember())
                : member != master && state.Members.Length > 1 ? state.Without(member.Id)
                : null
            );
        }
    }

    /// <summary>Of the members more than half can talk: then there is a master among them, soon.</summary>
    private void CheckMajority()
    {
        _domain.Network.Loss = Math.Min(_domain.Network.Loss, 0.1);
        var isThere = _domain.RunUntil(() => Majority() is not { } part || HasMaster(part), Patience);
        if (!isThere)
            _domain.Violations.Add($"{_domain.Network.Now.TotalSeconds:F3} s: more than half of the members can talk, and have no master");
    }

    /// <summary>The part of the network in which more than half of the members run, whichever state of the last two one goes by; null: none.</summary>
    private int? Majority()
    {
        if (_domain.Newest is not { } state)
            return null;
        // A state that has not settled may have one member more or less.
        var needed = state.Quorum + 1;
        for (var part = 0; part < 4; part++)
        {
            var running = state.Members.Count(each =>
                _domain.Find(each.Id) is { IsRunning: true } member && _domain.Network.Parts[member.Number] == part
            );
            if (running >= needed)
                return part;
        }
        return null;
    }

    private bool HasMaster(int part) => _domain.Masters.Any(each => _domain.Network.Parts[each.Number] == part && each.Election!.IsSettled);

    /// <summary>All run, all can talk: there is one master, and every member ends on the newest state and the newest version.</summary>
    private TimeSpan Recover()
    {
        Array.Clear(_domain.Network.Parts);
        _domain.Network.Loss = 0.02;
        _domain.Network.LongestDelay = TimeSpan.FromMilliseconds(20);
        foreach (var member in _domain.Members)
        {
            member.IsFull = false;
            if (!member.IsRunning)
                member.Start();
        }
        var began = _domain.Network.Now;
        if (!_domain.RunUntil(IsWell, TimeSpan.FromMinutes(3)))
            _domain.Violations.Add($"{_domain.Network.Now.TotalSeconds:F3} s: three minutes after all is well again, {Complaint()}");
        return _domain.Network.Now - began;
    }

    private bool IsWell() => Complaint() is null;

    private string? Complaint()
    {
        if (_domain.Masters.ToList() is not [{ Election: { IsSettled: true } election }])
            return $"there are {_domain.Masters.Count()} masters, or the state has not settled";
        foreach (var each in election.State.Members)
        {
            var member = _domain.Find(each.Id);
            if (member.Election!.State.Version != election.State.Version)
                return $"{each.Name} has state {member.Election.State.Version} and not {election.State.Version}";
            foreach (var ruleSet in election.State.RuleSets)
            {
                if (ruleSet.Wanted != 0)
                    return $"{ruleSet.Name} waits for version {ruleSet.Wanted}";
                if (ruleSet.Active != 0 && !member.Runs(ruleSet.Name, ruleSet.Active))
                    return $"{each.Name} does not run version {ruleSet.Active}";
            }
        }
        return null;
    }
}
