using System.Collections.Immutable;
using System.Linq;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain;

/// <summary>What the members of a domain agree on, as one immutable value: who they are, which rule sets run, how flows are collected.</summary>
/// <remarks>
/// Only a master makes a new one, and only when more than half of the members have the one before; its members differ from those before by one at
/// most. So whoever is elected has the newest one that can matter: as Raft, with a log of one entry (decision 0012).
/// </remarks>
internal sealed record DomainState
{
    /// <summary>Tells domains of the same name apart; made by the founder.</summary>
    public string DomainId { get; init; } = "";

    public StateVersion Version { get; init; }

    /// <summary>In the order in which they joined.</summary>
    public ImmutableArray<DomainMember> Members { get; init; } = [];

    /// <summary>The number that the next new member gets.</summary>
    public int NextNumber { get; init; } = 1;

    public ImmutableArray<DomainRuleSet> RuleSets { get; init; } = [];

    public CollectionPlan Collection { get; init; } = new();

    /// <summary>How many members are more than half of them.</summary>
    public int Quorum => Members.Length / 2 + 1;

    public DomainMember? Find(EngineId id) => Members.FirstOrDefault(each => each.Id == id);

    public DomainRuleSet? FindRuleSet(string name) => RuleSets.FirstOrDefault(each => each.Name == name);

    /// <summary>With a new member, or with what is new of one that is there.</summary>
    public DomainState With(DomainMember member)
    {
        if (Find(member.Id) is { } known)
            return this with { Members = Members.Replace(known, member with { Number = known.Number }) };
        return this with { Members = Members.Add(member with { Number = NextNumber }), NextNumber = NextNumber + 1 };
    }

    public DomainState Without(EngineId id) => this with { Members = Members.RemoveAll(each => each.Id == id) };

    public DomainState With(DomainRuleSet ruleSet) =>
        FindRuleSet(ruleSet.Name) is { } known
            ? this with
            {
                RuleSets = RuleSets.Replace(known, ruleSet),
            }
            : this with
            {
                RuleSets = RuleSets.Add(ruleSet),
            };
}

/// <summary>A metering point of the domain.</summary>
/// <param name="Id">Its snmpEngineID.</param>
/// <param name="Address">Where it answers: host:port.</param>
/// <param name="Name">Its sysName when it joined.</param>
/// <param name="Priority">100: as good as its figures; 0: never master.</param>
/// <param name="Number">Its number in the domain, never given twice.</param>
internal sealed record DomainMember(EngineId Id, string Address, string Name, int Priority, int Number = 0);

/// <summary>A rule set that all members run.</summary>
internal sealed record DomainRuleSet
{
    /// <summary>As many versions before the active one stay loaded.</summary>
    public const int MostKept = 3;

    public required string Name { get; init; }

    /// <summary>Its number in the domain, the same for all versions.</summary>
    public int Number { get; init; }

    /// <summary>The version to run; 0: none yet.</summary>
    public uint Active { get; init; }

    /// <summary>The version that is being loaded everywhere; 0: none.</summary>
    public uint Wanted { get; init; }

    /// <summary>Members that refuse <see cref="Wanted"/> do not keep the others from it.</summary>
    public bool IsForced { get; init; }

    /// <summary>Versions to go back to, newest first.</summary>
    public ImmutableArray<uint> Kept { get; init; } = [];

    /// <summary>The version that was given up last; 0: none since one was activated.</summary>
    public uint Refused { get; init; }

    /// <summary>The greatest version that was ever wanted: the next one must be greater. It stays when the rule set is removed.</summary>
    public uint Newest { get; init; }

    /// <summary>Nothing of it is to run or be kept any more; that it was there is remembered, for members that are away.</summary>
    public bool IsRemoved => Active == 0 && Wanted == 0 && Kept.IsEmpty;

    /// <summary>A member is to have it loaded.</summary>
    public bool Needs(uint version) => version != 0 && (version == Active || version == Wanted || Kept.Contains(version));

    /// <summary>A member is to take it out of its meter. What is newer than the state knows may be wanted by the next one.</summary>
    public bool IsObsolete(uint version) => version <= Newest && !Needs(version);

    /// <summary>With that version to be loaded everywhere; it must be greater than <see cref="Newest"/>.</summary>
    public DomainRuleSet Want(uint version, bool isForced = false) => this with { Wanted = version, Newest = version, IsForced = isForced };

    /// <summary>With the wanted version given up.</summary>
    public DomainRuleSet GiveUp() => this with { Wanted = 0, IsForced = false, Refused = Wanted };

    /// <summary>With nothing to run.</summary>
    public DomainRuleSet Remove() =>
        new()
        {
            Name = Name,
            Number = Number,
            Newest = Newest,
        };

    /// <summary>With that version running, and the one before kept.</summary>
    public DomainRuleSet Activate(uint version) =>
        this with
        {
            Active = version,
            Wanted = 0,
            IsForced = false,
            Refused = 0,
            Kept = [.. Kept.Remove(version).Insert(0, Active).Where(each => each != 0 && each != version).Distinct().Take(MostKept)],
        };
}

/// <summary>How the master collects the members' flows.</summary>
internal sealed record CollectionPlan
{
    /// <summary>One member after another, along a chain; otherwise several at the same time.</summary>
    public bool IsSerial { get; init; }

    /// <summary>Members reckon delay and loss of what goes out there; otherwise the master does all of it.</summary>
    public bool AreDelaysDistributed { get; init; }

    /// <summary>Seconds from one collection to the next.</summary>
    public uint Interval { get; init; } = 10;

    /// <summary>The meter reader that flows are pushed to, as host:port; empty: none.</summary>
    public string PushTarget { get; init; } = "";
}
