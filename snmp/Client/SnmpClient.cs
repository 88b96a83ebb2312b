using System.Runtime.CompilerServices;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Notification = Rtfm.Snmp.Notifications.Notification;

namespace Rtfm.Snmp.Client;

/// <summary>Asks agents: many requests to many targets in flight, on one socket per address family or one connection per agent (RFC 3413 §3.1).</summary>
/// <remarks>Thread-safe. Every call fails with a <see cref="SnmpException"/> that names the target and what was asked.</remarks>
public sealed class SnmpClient : IAsyncDisposable
{
    private readonly RequestTable _requests;

    public SnmpClient(SnmpClientOptions? options = null) => _requests = new RequestTable(options ?? new SnmpClientOptions());

    /// <summary>Answers that came too late, twice, from elsewhere, or made no sense.</summary>
    public long IgnoredAnswers => _requests.Ignored;

    /// <summary>Of these, those whose signature was not the agent's (SNMPv3).</summary>
    public long WrongDigests => _requests.WrongDigests;

    public Task<IReadOnlyList<VarBind>> GetAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        CancellationToken cancellationToken = default
    ) => AskAsync(target, PduType.GetRequest, names, 0, 0, cancellationToken);

    public Task<IReadOnlyList<VarBind>> GetNextAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        CancellationToken cancellationToken = default
    ) => AskAsync(target, PduType.GetNextRequest, names, 0, 0, cancellationToken);

    public Task<IReadOnlyList<VarBind>> GetBulkAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        int nonRepeaters,
        int maxRepetitions,
        CancellationToken cancellationToken = default
    ) => AskAsync(target, PduType.GetBulkRequest, names, nonRepeaters, maxRepetitions, cancellationToken);

    /// <summary>GETBULK with the answer as it came, to be read in place.</summary>
    public Task<SnmpResponse> GetBulkResponseAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        int nonRepeaters,
        int maxRepetitions,
        CancellationToken cancellationToken = default
    ) => _requests.AskAsync(target, PduType.GetBulkRequest, Nulls(names), nonRepeaters, maxRepetitions, cancellationToken);

    /// <summary>GETNEXT with the answer as it came, to be read in place.</summary>
    public Task<SnmpResponse> GetNextResponseAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        CancellationToken cancellationToken = default
    ) => _requests.AskAsync(target, PduType.GetNextRequest, Nulls(names), 0, 0, cancellationToken);

    /// <returns>The varbinds as the agent confirmed them.</returns>
    public async Task<IReadOnlyList<VarBind>> SetAsync(
        SnmpTarget target,
        IReadOnlyList<VarBind> varBinds,
        CancellationToken cancellationToken = default
    )
    {
        using var response = await _requests.AskAsync(target, PduType.SetRequest, varBinds, 0, 0, cancellationToken).ConfigureAwait(false);
        return Check(target, response, varBinds);
    }

    /// <summary>Tells a receiver of notifications something and waits until it says that it has it (RFC 3416 §4.2.7).</summary>
    /// <param name="upTime">sysUpTime of who tells it, in hundredths of a second.</param>
    /// <param name="notification">What happened: snmpTrapOID.</param>
    /// <param name="objects">What goes with it.</param>
    /// <param name="engine">Whose objects these are; with SNMPv3 only.</param>
    /// <exception cref="SnmpException">It did not say so.</exception>
    public async Task InformAsync(
        SnmpTarget target,
        uint upTime,
        ObjectIdentifier notification,
        IReadOnlyList<VarBind> objects,
        EngineId engine = default,
        CancellationToken cancellationToken = default
    )
    {
        VarBind[] varBinds =
        [
            new(Notification.SysUpTime, SnmpValue.TimeTicks(upTime)),
            new(Notification.SnmpTrapOid, SnmpValue.Oid(notification)),
            .. objects,
        ];
        using var response = await _requests.AskAsync(target, PduType.InformRequest, varBinds, 0, 0, cancellationToken, engine).ConfigureAwait(false);
        if (response.Status != ErrorStatus.NoError)
            throw new SnmpErrorException($"{target}: {response.Status.Words()} in answer to an inform", response.Status, response.ErrorIndex);
    }

    /// <summary>Every instance under <paramref name="root"/>, with GETBULK where the version has it; ends at the end of the subtree.</summary>
    /// <exception cref="SnmpProtocolException">A name does not come after the one before.</exception>
    public async IAsyncEnumerable<VarBind> WalkAsync(
        SnmpTarget target,
        ObjectIdentifier root,
        int maxRepetitions = 50,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var last = root;
        while (true)
        {
            IReadOnlyList<VarBind> answer;
            try
            {
                answer =
                    target.Version == SnmpVersion.V1
                        ? await GetNextAsync(target, [last], cancellationToken).ConfigureAwait(false)
                        : await GetBulkAsync(target, [last], 0, maxRepetitions, cancellationToken).ConfigureAwait(false);
            }
            catch (SnmpErrorException error) when (error.Status == ErrorStatus.NoSuchName && target.Version == SnmpVersion.V1)
            {
                yield break;
            }
            catch (SnmpErrorException error) when (error.Status == ErrorStatus.TooBig && maxRepetitions > 1)
            {
                maxRepetitions /= 2;
                continue;
            }
            if (answer.Count == 0)
                throw new SnmpProtocolException($"{target}: an answer without varbinds to the walk of {root}");
            foreach (var varBind in answer)
            {
                if (varBind.Value.Tag == BerTag.EndOfMibView || !root.IsPrefixOf(varBind.Name.Span))
                    yield break;
                if (varBind.Name <= last)
                    throw new SnmpProtocolException($"{target}: the walk of {root} goes backwards: {varBind.Name} came after {last}");
                last = varBind.Name;
                yield return varBind;
            }
        }
    }

    public ValueTask DisposeAsync() => _requests.DisposeAsync();

    private async Task<IReadOnlyList<VarBind>> AskAsync(
        SnmpTarget target,
        PduType type,
        IReadOnlyList<ObjectIdentifier> names,
        int nonRepeaters,
        int maxRepetitions,
        CancellationToken cancellationToken
    )
    {
        var asked = Nulls(names);
        using var response = await _requests.AskAsync(target, type, asked, nonRepeaters, maxRepetitions, cancellationToken).ConfigureAwait(false);
        return Check(target, response, asked);
    }

    private static IReadOnlyList<VarBind> Check(SnmpTarget target, SnmpResponse response, IReadOnlyList<VarBind> asked)
    {
        if (response.Status != ErrorStatus.NoError)
        {
            var about = response.ErrorIndex >= 1 && response.ErrorIndex <= asked.Count ? $" for {asked[response.ErrorIndex - 1].Name}" : "";
            throw new SnmpErrorException($"{target}: {response.Status.Words()}{about}", response.Status, response.ErrorIndex);
        }
        return response.VarBinds() ?? throw new SnmpProtocolException($"{target}: an answer with a value that does not fit its syntax");
    }

    private static VarBind[] Nulls(IReadOnlyList<ObjectIdentifier> names)
    {
        var varBinds = new VarBind[names.Count];
        for (var i = 0; i < varBinds.Length; i++)
            varBinds[i] = new(names[i], SnmpValue.Null);
        return varBinds;
    }
}
