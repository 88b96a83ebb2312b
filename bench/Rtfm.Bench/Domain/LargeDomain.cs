using System.Diagnostics;
using Rtfm.Domain.Simulation;

namespace Rtfm.Bench.Domain;

/// <summary>One domain larger than a machine can run agents: its master dies, it falls apart, it gets rule sets.</summary>
internal sealed class LargeDomain(int seed, int members)
{
    private const string RuleSet = "rules";
    private readonly SimulatedDomain _domain = new(seed, members);
    private readonly Stopwatch _clock = new();
    private uint _version;

    /// <returns>False where something was violated, or did not come to be.</returns>
    public bool Run(CancellationToken stop)
    {
        Console.WriteLine($"a domain of {members} members, 1 to 20 ms from one to another, 1 % of messages lost");
        _domain.Network.Loss = 0.01;
        _clock.Start();
        _domain.FormAtOnce();
        var isWell = Until("the first master", HasMaster);
        for (var i = 0; i < 5 && isWell; i++)
        {
            stop.ThrowIfCancellationRequested();
            _domain.Masters.First().Crash();
            isWell = Until("another master after its death", HasMaster);
        }
        isWell = isWell && Apply("a rule set active everywhere");
        // Two fifths are cut off, whoever the master is.
        for (var i = 0; i < members; i++)
            _domain.Network.Parts[i] = i % 5 < 2 ? 1 : 0;
        isWell = isWell && Until("a master of the larger part", HasMaster);
        isWell = isWell && Until("none in the smaller part", () => _domain.Masters.All(each => _domain.Network.Parts[each.Number] == 0));
        stop.ThrowIfCancellationRequested();
        isWell = isWell && Apply("another rule set in the larger part");
        Array.Clear(_domain.Network.Parts);
        foreach (var member in _domain.Members.Where(each => !each.IsRunning))
            member.Start();
        isWell = isWell && Until("all of it one again, on that rule set", () => Runs(0, _version));
        foreach (var violation in _domain.Violations)
            Console.WriteLine(violation);
        Console.WriteLine(
            $"{_domain.Network.Messages:N0} messages, {_domain.Elections} masters, {_clock.Elapsed.TotalSeconds:F0} s, {_domain.Violations.Count} violations"
        );
        return isWell && _domain.Violations.Count == 0;
    }

    private bool Apply(string what)
    {
        Until("", () => _domain.Masters.Any(each => _domain.Network.Parts[each.Number] == 0 && each.Election!.IsSettled));
        var version = ++_version;
        _domain.Masters.First(each => _domain.Network.Parts[each.Number] == 0).Apply(RuleSet, version);
        return Until(what, () => Runs(0, version));
    }

    private bool HasMaster() => _domain.Masters.Any(each => _domain.Network.Parts[each.Number] == 0 && each.Election!.IsSettled);

    private bool Runs(int part, uint version) =>
        _domain.Members.All(each => !each.IsRunning || _domain.Network.Parts[each.Number] != part || each.Runs(RuleSet, version));

    private bool Until(string what, Func<bool> condition)
    {
        var (began, clock) = (_domain.Network.Now, _clock.Elapsed);
        var isSo = _domain.RunUntil(condition, TimeSpan.FromMinutes(5));
        if (what.Length > 0)
            Console.WriteLine(
                $"{what}: {(isSo ? $"{(_domain.Network.Now - began).TotalSeconds:F1} s" : "NOT within 5 minutes")} ({(_clock.Elapsed - clock).TotalSeconds:F1} s to simulate)"
            );
        return isSo;
    }
}
