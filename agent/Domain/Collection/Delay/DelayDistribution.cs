using System.Linq;
using Rtfm.Control.Reading;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>The master's side of the distributed mode: gives members their work, has them do it once in each round, and reads what came of it.</summary>
/// <remarks>A round decides the same as if the master had read all samples itself: members know flows, and how far each member is read, from it alone.</remarks>
internal sealed class DelayDistribution(AggregatedFlows flows, ICollectedDomain domain)
{
    private const int ResultsPerLargeAnswer = 500;
    private const int ResultsPerDatagram = 100;
    private const int RequestsInFlight = 2;

    /// <summary>A member that answers and takes no more work than so many parts gets it anew.</summary>
    private const int MostParts = 10_000;

    /// <summary>Who cannot be read for so long has others do its work; in hundredths of a second.</summary>
    private const uint Patience = 12_000;

    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>So long a member may take to read others.</summary>
    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(60);

    private uint _round;
    private WorkRound _told = new(0, 0, 0);

    /// <summary>Learns how far a member is known; its flows are in the table.</summary>
    public async Task LookAsync(IMeterSession session, CollectedMember member, MemberLook look, CancellationToken cancellationToken)
    {
        var clock = await MemberClock.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        flows.Assignments(work =>
        {
            var known = work.Member(member.Number);
            known.SeenAt = flows.Now;
            known.Reading = null;
            if (clock is not { } now)
                return false;
            if (known.Life is { } life && life != (member.Id, look.Boots))
                known.EndedNs = known.ReachNs;
            known.Life = (member.Id, look.Boots);
            known.ReachNs = Math.Max(known.ReachNs, now.ReachNs(look));
            known.Reading = new(
                member.Number,
                look.Boots,
                look.Uptime,
                known.ReachNs,
                known.EndedNs,
                [.. look.RuleSets.Where(each => each.RuleSet.SavesSamples).Select(each => (each.RuleSet.Number, each.Local))]
            );
            return true;
        });
        if (clock?.WindowNs is { } window && member.Number == domain.Self)
            flows.SampleWindow(window);
    }

    /// <summary>A round begins, with what was learnt of members.</summary>
    /// <param name="nowNs">Since 1970.</param>
    /// <param name="read">Those that were learnt of in this round.</param>
    public void Begin(long nowNs, IReadOnlyList<CollectedMember> members, IReadOnlySet<int> read)
    {
        _round++;
        _told = flows.Assignments(work =>
        {
            foreach (var member in members.Where(each => !read.Contains(each.Number)))
                work.Member(member.Number).Reading = null;
            work.Absent([
                .. work
                    .Members.Where(each => members.All(one => one.Number != each.Number) || flows.Now - each.Work.SeenAt > Patience)
                    .Select(each => each.Number),
            ]);
            return new WorkRound(nowNs, work.ReachedByAllNs(members.Select(each => each.Number)), 0);
        }) with
        {
            WindowNs = flows.WindowNs,
        };
    }

    /// <summary>Has a member do its work.</summary>
    public async Task RunAsync(IMeterSession session, CollectedMember member, MemberLook look, CancellationToken cancellationToken)
    {
        var (known, term) = (flows.Assignments(work => PrepareParts(work, member.Number, look.Boots)), SnmpValue.Unsigned32(domain.Term));
        if (known is null)
            return;
        var uptime = await session.GetAsync([MeterMib.SysUpTime], cancellationToken).ConfigureAwait(false);
        try
        {
            while (known.Parts.TryPeek(out var part))
            {
                await SetAsync(
                        session,
                        [
                            new(Name(DelayMib.WorkObject.Term), term),
                            new(Name(DelayMib.WorkObject.Part), SnmpValue.Unsigned32(known.Confirmed + 1)),
                            new(Name(DelayMib.WorkObject.Data), SnmpValue.OctetString(part)),
                        ],
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                known.Parts.Dequeue();
                known.Confirmed++;
            }
            var round = SnmpValue.Unsigned32(_round);
            await SetAsync(session, [new(Name(DelayMib.WorkObject.Term), term), new(Name(DelayMib.WorkObject.Round), round)], cancellationToken)
                .ConfigureAwait(false);
            await WaitAsync(session, cancellationToken).ConfigureAwait(false);
            await ReadAsync(session, member.Number, known.ResultsSince, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpErrorException or OtherWorkException)
        {
            // What it has is not what we think: it gets all of it anew.
            known.Boots = null;
            throw;
        }
        known.ResultsSince = (uint)uptime[0].Number;
    }

    /// <summary>It works for another master, or was started anew.</summary>
    private sealed class OtherWorkException(string message) : CollectionException(message);

    private MemberWork? PrepareParts(DelayAssignments work, int number, uint boots)
    {
        var known = work.Member(number);
        if (!known.HasWork)
            return null;
        if (known.Boots != boots || known.Parts.Count > MostParts)
            work.BeginAnew(number);
        known.Boots = boots;
        var parts = new WorkPart.Writer();
        work.WriteChanges(number, parts);
        parts.Begin(_told);
        foreach (var named in known.Named)
        {
            if (work.Member(named).Reading is { } reading)
                parts.Read(reading);
        }
        parts.Flush();
        foreach (var part in parts.Parts)
            known.Parts.Enqueue(part);
        return known;
    }

    /// <summary>A part or round that comes twice is one.</summary>
    private static async Task SetAsync(IMeterSession session, VarBind[] request, CancellationToken cancellationToken)
    {
        try
        {
            await session.SetAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SnmpTimeoutException)
        {
            await session.SetAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(IMeterSession session, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LongestRound);
        try
        {
            for (var pause = FirstPoll; !await IsDoneAsync(session, patience.Token).ConfigureAwait(false); )
            {
                await Task.Delay(pause, patience.Token).ConfigureAwait(false);
                pause = pause * 2 < LongestPoll ? pause * 2 : LongestPoll;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CollectionException($"{session.Name}: it has not reckoned delays for {LongestRound.TotalSeconds:0} s");
        }
    }

    private async Task<bool> IsDoneAsync(IMeterSession session, CancellationToken cancellationToken)
    {
        var now = await session
            .GetAsync([Name(DelayMib.WorkObject.Term), Name(DelayMib.WorkObject.Round), Name(DelayMib.WorkObject.Done)], cancellationToken)
            .ConfigureAwait(false);
        return now[0].Number == domain.Term && now[1].Number == _round
            ? now[2].Number == _round
            : throw new OtherWorkException($"{session.Name}: the work it was given is not what it does");
    }

    private async Task ReadAsync(IMeterSession session, int member, uint since, CancellationToken cancellationToken)
    {
        using var spool = new PackageSpool(member, []);
        var prefix = new ObjectIdentifier([.. DelayMib.ResultEntry, DelayMib.ResultColumn.Data, since]);
        var perRequest = session.TakesLargeAnswers ? ResultsPerLargeAnswer : ResultsPerDatagram;
        await PackageReading.ReadAsync(session, prefix, perRequest, RequestsInFlight, spool, cancellationToken).ConfigureAwait(false);
        // All of them are of this work.
        await IsDoneAsync(session, cancellationToken).ConfigureAwait(false);
        if (flows.AddResults(member, spool.Packages()) is var bad and > 0)
            throw new CollectionException($"{session.Name}: {bad} results of its work cannot be read");
    }

    private static ObjectIdentifier Name(uint number) => new([.. DelayMib.Work, number, 0]);
}
