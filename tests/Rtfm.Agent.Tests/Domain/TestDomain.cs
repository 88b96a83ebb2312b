using System.Diagnostics;
using Rtfm.Model;

namespace Rtfm.Agent.Tests.Domain;

/// <summary>Agents on loopback that are one domain, founded by the first.</summary>
internal sealed class TestDomain : IDisposable
{
    public const string Name = "test";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly string _folder = Directory.CreateTempSubdirectory("rtfm-domain-").FullName;
    private readonly List<TestMember> _members = [];

    /// <summary>As many agents; all are members when this returns.</summary>
    public static TestDomain Of(int count, DomainOptions? settings = null)
    {
        var domain = new TestDomain { Settings = settings ?? new DomainOptions() };
        for (var i = 0; i < count; i++)
            domain.Add(domain._members.Take(1).Select(each => each.Address).ToArray()).Start();
        domain.AwaitMembers(count);
        return domain;
    }

    public DomainOptions Settings { get; init; } = new();

    public string Credentials => Path.Combine(_folder, "domain.conf");

    public TestMember this[int index] => _members[index];

    public IEnumerable<TestMember> Running => _members.Where(each => each.IsRunning);

    public TestMember Master => Running.Single(each => each.IsMaster);

    public IEnumerable<TestMember> Others => Running.Where(each => !each.IsMaster);

    /// <summary>An agent that is not started yet.</summary>
    public TestMember Add(string[] join, string? credentials = null, string name = Name, int maxFlows = 10_000)
    {
        var folder = Path.Combine(_folder, $"agent-{_members.Count}");
        var member = new TestMember(folder, credentials ?? Credentials, name, Settings, join, maxFlows);
        _members.Add(member);
        return member;
    }

    /// <summary>All that run follow one master of theirs and have the same state, with so many members.</summary>
    public TimeSpan AwaitMembers(int count) =>
        Await(
            () =>
                Running.Count(each => each.IsMaster) == 1
                && Running.All(each =>
                    each.MasterAddress == Master.Address && each.State.Members.Length == count && each.State.Version == Master.State.Version
                )
                && Running.All(each => each.Node.Run(_ => each.Node.Election.IsSettled)),
            () =>
                string.Join(
                    "; ",
                    Running.Select(each => $"{each.Address}: master {each.MasterAddress}, {each.State.Members.Length} members, {each.State.Version}")
                )
        );

    public static TimeSpan Await(Func<bool> condition, Func<string>? describe = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Patience)
                Assert.Fail($"it did not come about: {describe?.Invoke()}");
            Thread.Sleep(10);
        }
        return watch.Elapsed;
    }

    /// <summary>Loads a version of a rule set into the master, as a manager does, and orders it to be run.</summary>
    public bool Apply(string name, uint version, bool isForced = false)
    {
        var master = Master;
        master.Node.RuleSets.Add(name, version, RuleSet.BuiltIn);
        var number = master.Meter.Current.RuleSets.First(each => each.Value.Name == DomainMib.NameOf(name, version)).Value.Number;
        return master.Node.Run(now => master.Node.Apply(name, version, number, isForced, now));
    }

    /// <summary>The versions of the rule set that a member runs.</summary>
    public static IEnumerable<uint> RunningVersions(TestMember member, string name) =>
        member.Node.RuleSets.Loaded.Where(each => each.RuleSet == name && each.IsActive).Select(each => each.Version);

    public TimeSpan AwaitRunning(string name, uint version) =>
        Await(
            () => Running.All(each => RunningVersions(each, name).SequenceEqual([version])),
            () =>
                string.Join(
                    "; ",
                    Running.Select(each => $"{each.Address}: {string.Join(' ', each.Node.RuleSets.Loaded)} {string.Join(' ', each.State.RuleSets)}")
                )
        );

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
