using System.Text.Json;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Election;

/// <summary>The others over SNMP, for <see cref="MasterElection"/>. Of each kind of message one is in flight to each member: a slow one does not pile them up.</summary>
internal sealed class ElectionPeers(DomainNode node, DomainClient client, DomainFile file, MeterRuleSets ruleSets) : IElectionPeers
{
    private readonly HashSet<(EngineId, VoteKind?)> _inFlight = [];
    private MasterClaim? _reportTo;
    private bool _isReporting;

    /// <summary>Null: nothing yet, or it did not arrive; the master asks for it.</summary>
    private string? _reported;
    private bool _isFetching;

    public void Keep(Ballot ballot) => file.Save(file.Record with { Ballot = ballot });

    public void Ask(DomainMember member, VoteRequest request) =>
        Begin(
            member,
            request.Kind,
            () => client.AskAsync(member, request),
            (reply, now) => node.Election.ReceiveVote(member.Id, request, reply, now)
        );

    public void Claim(DomainMember member, MasterClaim claim) =>
        Begin(
            member,
            null,
            () => client.ClaimAsync(member, claim),
            (reply, now) => node.Election.ReceiveAcknowledgement(member.Id, claim, reply, now)
        );

    /// <summary>What is told is what is so when it is sent.</summary>
    public void Report(MasterClaim to, StateVersion version)
    {
        _reportTo = to;
        if (_isReporting)
            return;
        _isReporting = true;
        node.Background(ReportAsync);
    }

    /// <summary>Tells the master where it has been told something else before: somebody may have taken a rule set from the meter.</summary>
    public void ReportChanges(MasterClaim to)
    {
        if (_reported is not null && _reported != MeterRuleSets.ToText(ruleSets.Loaded))
            Report(to, node.Election.State.Version);
    }

    public void Fetch(MasterClaim from)
    {
        if (_isFetching)
            return;
        _isFetching = true;
        node.Background(async () =>
        {
            DomainState? state = null;
            try
            {
                state = await client.FetchAsync(from).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is SnmpException or JsonException)
            {
                node.Trouble(from.Address, fault);
            }
            node.Run(now =>
            {
                _isFetching = false;
                if (state is not null)
                    node.Install(state, from, now);
            });
        });
    }

    private async Task ReportAsync()
    {
        while (true)
        {
            var next = node.Run(_ => NextReport());
            if (next.Text is null)
                return;
            try
            {
                await client.ReportAsync(next.Master, node.Self, next.Term, next.Version, next.Text).ConfigureAwait(false);
            }
            catch (SnmpException fault)
            {
                node.Trouble(next.Master.Address, fault);
                node.Run(_ => _reported = null);
            }
        }
    }

    private (MasterClaim Master, uint Term, StateVersion Version, string? Text) NextReport()
    {
        var to = _reportTo;
        _isReporting = to is not null;
        _reportTo = null;
        if (to is not { } master)
            return default;
        _reported = MeterRuleSets.ToText(ruleSets.Loaded);
        return (master, node.Election.Term, node.Election.State.Version, _reported);
    }

    private void Begin(DomainMember member, VoteKind? kind, Func<Task<ElectionReply>> send, Action<ElectionReply, TimeSpan> receive)
    {
        if (!_inFlight.Add((member.Id, kind)))
            return;
        node.Background(async () =>
        {
            ElectionReply? reply = null;
            try
            {
                reply = await send().ConfigureAwait(false);
            }
            catch (SnmpException fault)
            {
                node.Trouble(member.Address, fault);
            }
            node.Run(now =>
            {
                _inFlight.Remove((member.Id, kind));
                if (reply is { } answer)
                    receive(answer, now);
            });
        });
    }
}
