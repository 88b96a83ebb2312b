using System.Diagnostics;
using System.Net;
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
    public static TestDomain Of(int count, DomainOptions? settings = null, IPEndPoint? notify = null)
    {
        var domain = new TestDomain { Settings = settings ?? new DomainOptions(), Notify = notify };
        for (var i = 0; i < count; i++)
            domain.Add(domain._members.Take(1).Select(each => each.Address).ToArray()).Start();
        domain.AwaitMembers(count);
        return domain;
    }

    public DomainOptions Settings { get; init; } = new();

    /// <summary>Who is told of what happens.</summary>
    public IPEndPoint? Notify { get; init; }

    public string Credentials => Path.Combine(_folder, "domain.conf");

    public TestMember this[int index] => _members[index];

    public IEnumerable<TestMember> Running => _members.Where(each => each.IsRunning);

    public TestMember Master => Running.Single(each => each.IsMaster);

    public IEnumerable<TestMember> Others => Running.Where(each => !each.IsMaster);

    /// <summary>An agent that is not started yet.</summary>
    public TestMember Add(string[] join, string? credentials = null, string name = Name)
    {
        var folder = Path.Combine(_folder, $"agent-{_members.Count}");
        var member = new TestMember(folder, credentials ?? Credentials, name, Settings, join, Notify);
        _members.Add(member);
        return member;
    }

    /// <summary>The domain has one master and so many members; those of them that run follow it and have the same state.</summary>
    public TimeSpan AwaitMembers(int count) => Await(() => IsAgreed(count), Describe);

    private bool IsAgreed(int count)
    {
        if (Running.Count(each => each.IsMaster) != 1)
            return false;
        var (address, state) = (Master.Address, Master.State);
        return state.Members.Length == count
            && Running
                .Where(each => state.Find(each.Node.Self) is not null)
                .All(each =>
                    each.MasterAddress == address && each.State.Version == state.Version && each.Node.Run(_ => each.Node.Election.IsSettled)
                );
    }

    private string Describe() =>
        string.Join(
            "; ",
            Running.Select(each => $"{each.Address}: master {each.MasterAddress}, {each.State.Members.Length} members, {each.State.Version}")
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
