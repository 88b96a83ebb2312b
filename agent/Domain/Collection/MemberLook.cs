using System.Linq;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Ber;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>What a member says of itself before it is read.</summary>
/// <param name="Uptime">When it said so, in its Uptime.</param>
/// <param name="TakenAt">In our Uptime.</param>
/// <param name="InactivityTimeout">How long it keeps idle flows, in hundredths of a second.</param>
/// <param name="RuleSets">The domain's rule sets with their numbers there: one for each version that it has.</param>
internal sealed record MemberLook(
    uint Boots,
    uint Uptime,
    uint TakenAt,
    uint InactivityTimeout,
    IReadOnlyList<(CollectedRuleSet RuleSet, uint Local)> RuleSets
)
{
    /// <param name="owner">Of the domain's rule sets: <see cref="DomainMib.OwnerOf"/>.</param>
    /// <exception cref="CollectionException">Another engine answers there.</exception>
    public static async Task<MemberLook> TakeAsync(
        IMeterSession session,
        CollectedMember member,
        string owner,
        IReadOnlyList<CollectedRuleSet> ruleSets,
        Func<uint> now,
        CancellationToken cancellationToken
    )
    {
        var owners = ColumnWalk.ReadAsync(session, MeterMib.RuleInfo(RuleInfoOwner), cancellationToken);
        var names = ColumnWalk.ReadAsync(session, MeterMib.RuleInfo(MeterMib.RuleInfoName), cancellationToken);
        var values = await session
            .GetAsync([MeterMib.EngineBoots, MeterMib.SysUpTime, new(FlowMeterMib.InactivityTimeout), MeterMib.EngineId], cancellationToken)
            .ConfigureAwait(false);
        var takenAt = now();
        await Task.WhenAll(owners, names).ConfigureAwait(false);
        if (values[1].Tag != BerTag.TimeTicks || !values[3].Octets.SequenceEqual(member.Id.Octets))
            throw new CollectionException($"{session.Name}: it is not engine {member.Id}");
        var found = new List<(CollectedRuleSet, uint)>();
        foreach (var (local, name) in await names.ConfigureAwait(false))
        {
            var isOurs = (await owners.ConfigureAwait(false)).TryGetValue(local, out var who) && who.Tag == BerTag.OctetString && who.Text == owner;
            if (isOurs && name.Tag == BerTag.OctetString && ruleSets.FirstOrDefault(each => IsVersion(name.Text, each.Name)) is { } ruleSet)
                found.Add((ruleSet, local));
        }
        return new((uint)values[0].Number, (uint)values[1].Number, takenAt, (uint)values[2].Number * 100, found);
    }

    private const uint RuleInfoOwner = 3;

    /// <summary>NAME#VERSION, as <see cref="DomainMib.NameOf"/> makes it.</summary>
    private static bool IsVersion(string loaded, string name) =>
        loaded.LastIndexOf('#') == name.Length && loaded.StartsWith(name, StringComparison.Ordinal);

    /// <summary>Reads what was active since then and puts it into the table.</summary>
    /// <exception cref="CollectionException">The member was restarted meanwhile, or its answers make no sense.</exception>
    public async Task<MemberReading> ReadAsync(
        IMeterSession session,
        CollectedMember member,
        (uint Boots, uint Uptime) since,
        AggregatedFlows flows,
        IReadOnlyList<CollectedRuleSet> ruleSets,
        CancellationToken cancellationToken
    )
    {
        var spools = new List<(CollectedRuleSet RuleSet, PackageSpool Spool)>();
        try
        {
            foreach (var (ruleSet, local) in RuleSets)
            {
                var spool = new PackageSpool((int)local, ruleSet.FromMeter);
                spools.Add((ruleSet, spool));
                var from = since.Boots == Boots ? since.Uptime : 0;
                await Packages.ReadAsync(session, (int)local, from, spool, cancellationToken).ConfigureAwait(false);
            }
            var boots = await session.GetAsync([MeterMib.EngineBoots], cancellationToken).ConfigureAwait(false);
            if (boots[0].Number != Boots)
                throw new CollectionException($"{session.Name}: it was restarted while it was read");
            var reading = new MemberReading(member.Number, member.Id, Boots, Uptime, TakenAt, [.. ruleSets.Select(each => each.Number)]);
            foreach (var (ruleSet, spool) in spools)
                flows.AddFlows(ruleSet, member.Number, Boots, reading.Ahead, spool.Records());
            return reading;
        }
        finally
        {
            spools.ForEach(each => each.Spool.Dispose());
        }
    }
}

/// <summary>How packages are asked for.</summary>
internal static class Packages
{
    private const int RequestsInFlight = 4;

    /// <summary>On the machine itself, and over a connection: more than fit into the largest datagram, so each answer is full.</summary>
    private const int FlowsPerLargeAnswer = 1_000;

    /// <summary>Over a network by UDP: an answer of some 15 KiB. IP cuts it into pieces; should one be lost, little has to be sent again.</summary>
    private const int FlowsPerDatagram = 100;

    public static Task ReadAsync(IMeterSession session, int ruleSet, uint since, PackageSpool spool, CancellationToken cancellationToken) =>
        PackageReading.ReadAsync(
            session,
            ruleSet,
            since,
            session.TakesLargeAnswers ? FlowsPerLargeAnswer : FlowsPerDatagram,
            RequestsInFlight,
            spool,
            cancellationToken
        );
}
