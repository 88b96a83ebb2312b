using System.Collections.Immutable;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Collection;
using Rtfm.Model;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>What agents of a test agree on: who is there; number 1 is the master.</summary>
internal sealed class TestDomain(RuleSet rules) : IControlState<CollectionPlan>
{
    public const int RuleSet = 7;
    public const string RuleSetName = "edge";

    private readonly CollectedRuleSet _ruleSet = new(RuleSet, RuleSetName, [rules]);

    public string Name { get; } = "net";

    /// <summary>As members have it: version 3.</summary>
    public RuleSet Rules { get; } = rules with { Name = DomainMib.NameOf(RuleSetName, 3) };

    public CollectedRuleSet Collected => _ruleSet;

    public ImmutableList<CollectedMember> Members { get; set; } = [];

    public CollectionPlan Plan { get; set; } = new();

    public CollectionPlan Current => Plan;

    public uint Now => 0;

    public uint Term { get; set; } = 1;

    public bool TryReplace(CollectionPlan expected, CollectionPlan next)
    {
        Plan = next;
        return true;
    }

    public void Join(int number, EngineId id, string address) =>
        Members = Members
            .RemoveAll(each => each.Number == number)
            .Add(new(number, id, address))
            .Sort((left, right) => left.Number.CompareTo(right.Number));

    public ICollectedDomain ViewOf(int number) => new View(this, number);

    private sealed class View(TestDomain domain, int self) : ICollectedDomain
    {
        public string Name => domain.Name;

        public bool IsMaster => self == 1;

        public uint Term => domain.Term;

        public int Self => self;

        public IReadOnlyList<CollectedMember> Members => domain.Members;

        public IReadOnlyList<CollectedRuleSet> RuleSets => [domain._ruleSet];
    }
}
