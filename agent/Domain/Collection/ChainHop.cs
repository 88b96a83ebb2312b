using System.Collections.Immutable;
using System.Linq;
using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>One step of a serial collection: asks the member behind, waits until it has its own flows and those of all behind it, and reads them.</summary>
internal sealed class ChainHop(IMemberSessions sessions, AggregatedFlows flows, MemberReadings readings, ICollectedDomain domain)
{
    private const uint Round = 1;
    private const uint Members = 2;
    private const uint Done = 3;

    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>So long a member may take for itself and each one behind it.</summary>
    private static readonly TimeSpan PatiencePerMember = TimeSpan.FromSeconds(20);

    public static ObjectIdentifier Name(uint number) => new([.. DomainMib.Chain, number, 0]);

    /// <summary>Collects from the first of these that can be asked, and through it from those behind it. Those before it are left out.</summary>
    /// <param name="onSkipped">Told why a member is left out.</param>
    public async Task CollectAsync(
        uint round,
        ImmutableArray<ChainLink> behind,
        Action<CollectedMember, Exception>? onSkipped,
        CancellationToken cancellationToken
    )
    {
        for (; !behind.IsEmpty; behind = behind.RemoveAt(0))
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(PatiencePerMember * behind.Length);
                await CollectFromAsync(round, behind, patience.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception fault)
                when (fault is SnmpException or CollectionException
                    || fault is OperationCanceledException && !cancellationToken.IsCancellationRequested
                )
            {
                onSkipped?.Invoke(behind[0].Member, fault);
            }
        }
    }

    private async Task CollectFromAsync(uint round, ImmutableArray<ChainLink> links, CancellationToken cancellationToken)
    {
        var next = links[0].Member;
        var session = await sessions.OpenAsync(next, "", cancellationToken).ConfigureAwait(false);
        VarBind[] request = [new(Name(Round), SnmpValue.Unsigned32(round)), new(Name(Members), SnmpValue.OctetString(ChainLink.Write(links)))];
        try
        {
            await session.SetAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SnmpTimeoutException)
        {
            // Lost, or its answer was: it only begins anew.
            await session.SetAsync(request, cancellationToken).ConfigureAwait(false);
        }
        var pause = FirstPoll;
        while ((await session.GetAsync([Name(Done)], cancellationToken).ConfigureAwait(false))[0] is var done && done.Number != round)
        {
            if (done.IsException)
                throw new CollectionException($"{session.Name}: it knows no serial collection");
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPoll ? pause * 2 : LongestPoll;
        }
        await ReadAsync(await sessions.OpenAsync(next, DomainMib.Context, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task ReadAsync(IMeterSession session, CancellationToken cancellationToken)
    {
        var read = await ReadingsOfAsync(session, cancellationToken).ConfigureAwait(false);
        var ahead = read.ToDictionary(each => each.Number, each => each.Ahead);
        foreach (var ruleSet in domain.RuleSets)
        {
            using var spool = new PackageSpool(ruleSet.Number, ruleSet.FromMember);
            await Packages.ReadAsync(session, ruleSet.Number, since: 0, spool, cancellationToken).ConfigureAwait(false);
            var bad = flows.AddRecords(ruleSet, member => ahead.TryGetValue(member, out var difference) ? difference : null, spool.Records());
            if (bad + spool.BadPackages > 0)
                throw new CollectionException($"{session.Name}: {bad + spool.BadPackages} records of rule set {ruleSet.Name} cannot be read");
        }
        // Only now: who was read a part of only is read again.
        foreach (var reading in read)
            readings.Ended(reading);
    }

    private async Task<List<MemberReading>> ReadingsOfAsync(IMeterSession session, CancellationToken cancellationToken)
    {
        var columns = new SortedDictionary<uint, SnmpValue>[4];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new ObjectIdentifier([.. DomainMib.ReadingEntry, (uint)i + 1]);
            columns[i] = await ColumnWalk.ReadAsync(session, column, cancellationToken, maxRows: ushort.MaxValue).ConfigureAwait(false);
        }
        var now = flows.Now;
        var all = domain.RuleSets.Select(each => each.Number).ToImmutableArray();
        return
        [
            .. columns[0]
                .Where(row => columns.All(column => column.ContainsKey(row.Key)))
                .Select(row => new MemberReading(
                    (int)row.Key,
                    new EngineId(row.Value.Octets),
                    (uint)columns[1][row.Key].Number,
                    (uint)columns[2][row.Key].Number,
                    unchecked(now - (uint)columns[3][row.Key].Number),
                    all
                )),
        ];
    }
}
