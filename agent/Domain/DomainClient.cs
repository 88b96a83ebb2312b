using System.Collections.Concurrent;
using System.Text.Json;
using Rtfm.Agent.Domain.Election;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain;

/// <summary>Says to other members, over SNMPv3, what <c>rtfmDomainProtocol</c> has words for. What goes wrong is an <see cref="SnmpException"/>.</summary>
internal sealed class DomainClient(UserCredentials credentials, ElectionTimes times, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Longer than any state with as many members and rule sets as there may be, in parts.</summary>
    private const int MostParts = 20_000;

    /// <summary>A name's address is looked up as seldom as this.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private static readonly ObjectIdentifier Term = DomainNames.Scalar(DomainMib.Self, 3);

    private readonly SnmpClient _client = new(new SnmpClientOptions { Clock = clock });
    private readonly ConcurrentDictionary<EngineId, UserCredentials> _credentials = new();
    private readonly ConcurrentDictionary<(EngineId, string), (SnmpTarget Target, long At)> _targets = new();

    public SnmpClient Snmp => _client;

    public async Task<ElectionReply> AskAsync(DomainMember member, VoteRequest request) =>
        await AnswerAsync(
                await TargetAsync(member.Id, member.Address).ConfigureAwait(false),
                DomainNames.Protocol(1, SnmpValue.Unsigned32(request.Term)),
                DomainNames.Protocol(2, DomainNames.Value(request.Candidate)),
                DomainNames.Protocol(3, SnmpValue.Unsigned32(request.Version.Term)),
                DomainNames.Protocol(4, SnmpValue.Unsigned32(request.Version.Number)),
                DomainNames.Protocol(5, SnmpValue.Integer((int)request.Kind))
            )
            .ConfigureAwait(false);

    public async Task<ElectionReply> ClaimAsync(DomainMember member, MasterClaim claim) =>
        await AnswerAsync(
                await TargetAsync(member.Id, member.Address).ConfigureAwait(false),
                DomainNames.Protocol(6, SnmpValue.Unsigned32(claim.Term)),
                DomainNames.Protocol(7, DomainNames.Value(claim.Master)),
                DomainNames.Protocol(8, SnmpValue.OctetString(claim.Address)),
                DomainNames.Protocol(9, SnmpValue.Unsigned32(claim.Version.Term)),
                DomainNames.Protocol(10, SnmpValue.Unsigned32(claim.Version.Number)),
                DomainNames.Protocol(11, SnmpValue.Unsigned32((claim.IsSettled ? 1u : 0) + (claim.WantsReport ? 2u : 0)))
            )
            .ConfigureAwait(false);

    /// <exception cref="SnmpErrorException">The other is not the master of that term.</exception>
    public async Task ReportAsync(MasterClaim to, EngineId self, uint term, StateVersion version, string ruleSets) =>
        await _client
            .SetAsync(
                await TargetAsync(to.Master, to.Address, isPatient: true).ConfigureAwait(false),
                [
                    DomainNames.Protocol(12, DomainNames.Value(self)),
                    DomainNames.Protocol(13, SnmpValue.Unsigned32(term)),
                    DomainNames.Protocol(14, SnmpValue.Unsigned32(version.Term)),
                    DomainNames.Protocol(15, SnmpValue.Unsigned32(version.Number)),
                    DomainNames.Protocol(16, SnmpValue.OctetString(ruleSets)),
                ]
            )
            .ConfigureAwait(false);

    /// <summary>Asks a member to stand for a term at once.</summary>
    /// <exception cref="SnmpErrorException">It cannot.</exception>
    public async Task StandAsync(DomainMember member, uint term) =>
        await _client
            .SetAsync(await TargetAsync(member.Id, member.Address).ConfigureAwait(false), [DomainNames.Protocol(17, SnmpValue.Unsigned32(term))])
            .ConfigureAwait(false);

    /// <summary>Reads the state of that version.</summary>
    /// <returns>Null where it is there no more.</returns>
    /// <exception cref="JsonException">It is no state.</exception>
    public async Task<DomainState?> FetchAsync(MasterClaim from)
    {
        var target = await TargetAsync(from.Master, from.Address, isPatient: true).ConfigureAwait(false);
        ObjectIdentifier parts = new([.. DomainMib.StateEntry, 4, from.Version.Term, from.Version.Number]);
        using var octets = new MemoryStream();
        var count = 0;
        await foreach (var part in _client.WalkAsync(target, parts).ConfigureAwait(false))
        {
            if (++count > MostParts)
                throw new JsonException("it is too long");
            octets.Write(part.Value.Octets);
        }
        if (count == 0)
            return null;
        var state = DomainJson.ReadState(octets.GetBuffer().AsSpan(0, (int)octets.Length));
        return state.Version == from.Version ? state : throw new JsonException($"it is version {state.Version}, not {from.Version}");
    }

    /// <summary>Tells a member, or whoever is at that address, something.</summary>
    /// <param name="id">Empty: not known.</param>
    /// <exception cref="SnmpErrorException">It does not take it.</exception>
    public async Task InformAsync(EngineId id, string address, uint upTime, uint notification, IReadOnlyList<VarBind> objects) =>
        await _client
            .InformAsync(await TargetAsync(id, address).ConfigureAwait(false), upTime, DomainNames.Notification(notification), objects)
            .ConfigureAwait(false);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    /// <summary>No other engine than that member's is talked to there.</summary>
    /// <param name="id">Empty: whoever answers.</param>
    /// <param name="isPatient">What is lost is sent again; else the next message will do as well.</param>
    public async Task<SnmpTarget> TargetAsync(EngineId id, string address, bool isPatient = false)
    {
        if (!_targets.TryGetValue((id, address), out var known) || clock.GetElapsedTime(known.At) > Freshness)
        {
            var who = id.IsEmpty ? credentials : _credentials.GetOrAdd(id, credentials.For);
            try
            {
                var target = await SnmpHost.ResolveAsync(address, new SnmpTarget(SnmpTarget.Nowhere, who) { Name = address }).ConfigureAwait(false);
                known = (target with { Timeout = times.Lease / 2, Retries = 0 }, clock.GetTimestamp());
            }
            catch (FormatException wrong)
            {
                throw new SnmpTransportException(wrong.Message, wrong);
            }
            if (_targets.Count > DomainJson.MostMembers)
                _targets.Clear();
            _targets[(id, address)] = known;
        }
        return isPatient ? known.Target with { Timeout = TimeSpan.FromSeconds(1), Retries = 3 } : known.Target;
    }

    /// <summary>A vote or claim: who refuses it is asked for his term.</summary>
    private async Task<ElectionReply> AnswerAsync(SnmpTarget target, params VarBind[] message)
    {
        try
        {
            await _client.SetAsync(target, message).ConfigureAwait(false);
            // Who agrees is in no later term.
            return new(true, 0);
        }
        catch (SnmpErrorException error) when (error.Status == ErrorStatus.InconsistentValue)
        {
            var answer = await _client.GetAsync(target, [Term]).ConfigureAwait(false);
            return answer is [{ Value.Tag: BerTag.Unsigned32 } theirs]
                ? new(false, (uint)theirs.Value.Number)
                : throw new SnmpProtocolException($"{target}: it does not say its term");
        }
    }
}
