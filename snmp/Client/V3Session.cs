using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Client;

/// <summary>What becomes of a message that might be an answer.</summary>
internal enum Verdict
{
    Ignored,
    WrongDigest,
    Taken,
}

/// <summary>A user's dealings with the agent at one address: its engine, his keys there and its time (RFC 3414 §3.1, §3.2, §4).</summary>
/// <remarks>Known by address, not by engine: engines that were cloned with their names have clocks of their own.</remarks>
internal sealed class V3Session(UserCredentials user, TimeProvider clock)
{
    private const int LongestMessage = 65_507;

    private readonly Lock _gate = new();
    private EngineClock _time = new(clock);
    private EngineId _engine;
    private UsmPrincipal? _principal;
    private Task? _preparing;
    private bool _isReady;

    private bool IsSigned => user.Level >= SecurityLevel.AuthNoPriv;

    /// <summary>Finds out engine and time before the first request; requests that come meanwhile wait for the same.</summary>
    public Task PrepareAsync(RequestTable requests, SnmpTarget target, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isReady)
                return Task.CompletedTask;
            if (_preparing is not { IsCompleted: false })
                _preparing = Task.Run(() => LearnAsync(requests, target), CancellationToken.None);
            return _preparing.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Writes the request for its latest msgID.</summary>
    /// <returns>The message's length; 0 where it does not fit.</returns>
    public int Write(PendingRequest request, Span<byte> buffer)
    {
        lock (_gate)
        {
            var header = new UsmHeader
            {
                MessageId = request.Ids[^1],
                MaxSize = LongestMessage,
                Flags = V3Message.ReportableFlag,
            };
            if (!request.IsDiscovery)
            {
                header.Flags |= V3Message.FlagsOf(user.Level);
                header.EngineId = _engine.Octets;
                header.ContextEngineId = ContextOf(request);
                header.Boots = (uint)_time.Boots;
                header.Time = (uint)_time.Time;
                header.UserName = user.NameOctets;
                header.Principal = _principal;
                header.ContextName = user.ContextOctets;
            }
            var writer = new BerWriter(buffer);
            var marks = UsmEnvelope.Begin(header, ref writer);
            request.WritePdu(ref writer);
            UsmEnvelope.End(header, ref writer, marks);
            return writer.Overflowed ? 0 : writer.Position;
        }
    }

    /// <summary>Checks a message with the msgID of a request and takes it as its answer, if it is one.</summary>
    /// <param name="message">Is changed.</param>
    public Verdict TryAccept(Span<byte> message, in V3Message v3, PendingRequest request, Span<byte> scratch)
    {
        if (
            v3.SecurityModel != (int)SecurityModel.Usm
            || v3.HasSenselessFlags
            || v3.Level > user.Level
            || !UsmParameters.TryRead(v3.SecurityParameters, out var usm)
        )
            return Verdict.Ignored;
        var scopedOctets = v3.Data;
        if (v3.Level >= SecurityLevel.AuthNoPriv)
        {
            lock (_gate)
            {
                if (request.IsDiscovery || _principal is null || !IsOfUser(usm))
                    return Verdict.Ignored;
                if (!IsSignedWell(message, v3, usm))
                    return Verdict.WrongDigest;
                if (!_time.TryAdvance(usm.Boots, usm.Time))
                {
                    // It has our msgID, so it is no answer of former times: the engine lost its state and counts its starts anew.
                    request.Hint = new(new(UsmStatistics.NotInTimeWindows), _engine) { IsOfThePast = true };
                    return Verdict.Ignored;
                }
                if (v3.Level == SecurityLevel.AuthPriv)
                {
                    if (!_principal.TryDecrypt(v3.Data, (uint)usm.Boots, (uint)usm.Time, usm.Salt, scratch[..v3.Data.Length]))
                        return Verdict.Ignored;
                    scopedOctets = scratch[..v3.Data.Length];
                }
            }
        }
        if (!ScopedPdu.TryRead(scopedOctets, out var scoped) || !PduHeader.TryRead(scoped.Pdu, out var pdu))
            return Verdict.Ignored;
        if (pdu.Type == PduType.Report)
            return TryReport(v3, usm, scoped, pdu, request);
        var isAwaited =
            pdu.Type == PduType.Response
            && !request.IsDiscovery
            && v3.Level == user.Level
            && pdu.RequestId == request.RequestId
            && IsOfUser(usm)
            && scoped.ContextEngineId.SequenceEqual(ContextOf(request))
            && scoped.ContextName.SequenceEqual(user.ContextOctets);
        return isAwaited && request.TryComplete(scoped.Pdu, pdu) ? Verdict.Taken : Verdict.Ignored;
    }

    /// <summary>True where the request can be sent anew after that Report: the engine's time was learned with it, or must be asked for anew.</summary>
    public bool CanRenew(Report report)
    {
        if (report.Is(UsmStatistics.NotInTimeWindows))
            return !report.IsOfThePast;
        if (!report.Is(UsmStatistics.UnknownEngineIds) || !user.EngineId.IsEmpty)
            return false;
        lock (_gate)
            _isReady = false;
        return true;
    }

    /// <summary>What a Report means to the people who want an answer.</summary>
    public SnmpSecurityException Explain(SnmpTarget target, Report report)
    {
        var name = user.UserName;
        var reason =
            report.Is(UsmStatistics.UnknownUserNames) ? $"unknown user name '{name}'"
            : report.Is(UsmStatistics.WrongDigests)
                ? $"wrong password or key for authentication of user '{name}', or not {user.Auth.ToName()}; keys are good for one engine, this is {report.Engine}"
            : report.Is(UsmStatistics.DecryptionErrors) ? $"wrong password or key for privacy of user '{name}', or not {user.Priv.ToName()}"
            : report.Is(UsmStatistics.UnsupportedSecurityLevels) ? $"user '{name}' has no {user.Level.Words()} there"
            : report.Is(UsmStatistics.UnknownContexts) || report.Is(UsmStatistics.UnavailableContexts) ? $"unknown context '{user.ContextName}'"
            : report.Is(UsmStatistics.UnknownEngineIds) ? $"its engine is {report.Engine}, not {_engine}"
            : report.IsOfThePast
                ? "its time went back: did its state get lost? It is believed again once this program is started anew, or with a new engine ID"
            : report.Is(UsmStatistics.NotInTimeWindows) ? "it does not agree to its own time"
            : $"it reports {report.Name}";
        return new($"{target}: {reason}");
    }

    private async Task LearnAsync(RequestTable requests, SnmpTarget target)
    {
        try
        {
            var engine = user.EngineId;
            if (engine.IsEmpty)
            {
                var reply = await requests
                    .ExchangeAsync(new(target, PduType.GetRequest, []) { Session = this, IsDiscovery = true }, CancellationToken.None)
                    .ConfigureAwait(false);
                engine = reply.Report!.Engine;
            }
            Begin(engine);
            if (IsSigned)
                await SynchroniseAsync(requests, target).ConfigureAwait(false);
            lock (_gate)
                _isReady = true;
        }
        catch
        {
            requests.Forget(target);
            throw;
        }
    }

    /// <summary>From now on that engine is the agent's; its time is not known yet.</summary>
    internal void Begin(EngineId engine)
    {
        lock (_gate)
        {
            if (_principal is not null && engine == _engine)
                return;
            _engine = engine;
            _principal = IsSigned ? new UsmPrincipal(user.At(engine)) : null;
            _time = new EngineClock(clock);
        }
    }

    // RFC 3414 §4: a message of time 0 is refused with a signed Report, which has the time. What an unsigned one says is not used: who made it up
    // would get messages from us that are good in times to come.
    private async Task SynchroniseAsync(RequestTable requests, SnmpTarget target)
    {
        var reply = await requests
            .ExchangeAsync(new(target, PduType.GetRequest, []) { Session = this }, CancellationToken.None)
            .ConfigureAwait(false);
        reply.Response?.Dispose();
        if (reply.Report is { } report && !report.Is(UsmStatistics.NotInTimeWindows))
            throw Explain(target, report);
    }

    private Verdict TryReport(in V3Message v3, in UsmParameters usm, in ScopedPdu scoped, in PduHeader pdu, PendingRequest request)
    {
        var counter = new VarBindReader(scoped.Pdu.Slice(pdu.VarBinds, pdu.VarBindsLength));
        if (!counter.Read() || usm.EngineId.Length is < EngineId.Shortest or > EngineId.Longest)
            return Verdict.Ignored;
        var report = new Report(new ObjectIdentifier(counter.Name), new EngineId(usm.EngineId));
        if (request.IsDiscovery && !report.Is(UsmStatistics.UnknownEngineIds))
            return Verdict.Ignored;
        if (request.IsDiscovery || !IsSigned || v3.Level >= SecurityLevel.AuthNoPriv)
            return request.Answer.TrySetResult(new(null, report)) ? Verdict.Taken : Verdict.Ignored;
        // The time counts only with a signature.
        if (report.Is(UsmStatistics.NotInTimeWindows))
            return Verdict.Ignored;
        request.Hint = report;
        return Verdict.Taken;
    }

    private ReadOnlySpan<byte> ContextOf(PendingRequest request) => request.Context.IsEmpty ? _engine.Octets : request.Context.Octets;

    private bool IsOfUser(in UsmParameters usm) => usm.EngineId.SequenceEqual(_engine.Octets) && usm.UserName.SequenceEqual(user.NameOctets);

    private bool IsSignedWell(Span<byte> message, in V3Message v3, in UsmParameters usm)
    {
        if (usm.Tag.Length != user.Auth.TagLength())
            return false;
        Span<byte> tag = stackalloc byte[AuthProtocols.LongestDigest];
        tag = tag[..usm.Tag.Length];
        usm.Tag.CopyTo(tag);
        // The place of the digest holds zeros while it is computed.
        message.Slice(v3.SecurityParametersAt + usm.TagAt, tag.Length).Clear();
        return _principal!.IsSigned(message, tag);
    }
}
