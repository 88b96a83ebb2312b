using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>What collecting needs to know of the domain, as it is now. Any thread may ask.</summary>
internal interface ICollectedDomain
{
    string Name { get; }

    /// <summary>This agent is the one that collects.</summary>
    bool IsMaster { get; }

    /// <summary>Of the master: what one of an earlier term asks for is of no interest any more.</summary>
    uint Term { get; }

    /// <summary>This agent among the members; 0: it is none.</summary>
    int Self { get; }

    /// <summary>All members, this agent among them.</summary>
    IReadOnlyList<CollectedMember> Members { get; }

    /// <summary>The domain's rule sets whose rules this agent has.</summary>
    IReadOnlyList<CollectedRuleSet> RuleSets { get; }

    /// <summary>Of what the domain has in its members' tables.</summary>
    string Owner => DomainMib.OwnerOf(Name);
}
