using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Tsm;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Client;

/// <summary>Messages that the transport protects (RFC 5591): nothing is to be learned about the agent before the first.</summary>
internal static class TsmMessages
{
    private const int LongestMessage = 65_507;

    /// <summary>Whatever engine is there (RFC 5343 §3.2): who it is, its certificate has shown.</summary>
    private static ReadOnlySpan<byte> LocalEngineId => [0x80, 0, 0, 0, 6];

    /// <summary>Writes the request for its latest msgID.</summary>
    /// <returns>The message's length; 0 where it does not fit.</returns>
    public static int Write(PendingRequest request, CertificateCredentials credentials, Span<byte> buffer)
    {
        var writer = new BerWriter(buffer);
        var flags = (byte)(V3Message.FlagsOf(SecurityLevel.AuthPriv) | V3Message.ReportableFlag);
        var marks = TsmEnvelope.Begin(request.Ids[^1], LongestMessage, flags, ContextOf(request), credentials.ContextOctets, ref writer);
        request.WritePdu(ref writer);
        TsmEnvelope.End(ref writer, marks);
        return writer.Overflowed ? 0 : writer.Position;
    }

    /// <summary>Checks a message with the msgID of a request, from the session it went over, and takes it as its answer, if it is one.</summary>
    public static Verdict TryAccept(in V3Message v3, PendingRequest request, CertificateCredentials credentials)
    {
        if (
            v3.SecurityModel != (int)SecurityModel.Transport
            || v3.HasSenselessFlags
            || v3.SecurityParameters.Length > 0
            || !ScopedPdu.TryRead(v3.Data, out var scoped)
            || !PduHeader.TryRead(scoped.Pdu, out var pdu)
        )
            return Verdict.Ignored;
        if (pdu.Type == PduType.Report)
        {
            var counter = new VarBindReader(scoped.Pdu.Slice(pdu.VarBinds, pdu.VarBindsLength));
            var isTold = counter.Read() && request.Answer.TrySetResult(new(null, new(new(counter.Name), default)));
            return isTold ? Verdict.Taken : Verdict.Ignored;
        }
        var isAwaited =
            pdu.Type == PduType.Response
            && v3.Level == SecurityLevel.AuthPriv
            && pdu.RequestId == request.RequestId
            && scoped.ContextEngineId.SequenceEqual(ContextOf(request))
            && scoped.ContextName.SequenceEqual(credentials.ContextOctets);
        return isAwaited && request.TryComplete(scoped.Pdu, pdu) ? Verdict.Taken : Verdict.Ignored;
    }

    private static ReadOnlySpan<byte> ContextOf(PendingRequest request) => request.Context.IsEmpty ? LocalEngineId : request.Context.Octets;

    /// <summary>What a Report means to the people who want an answer.</summary>
    public static SnmpSecurityException Explain(SnmpTarget target, CertificateCredentials credentials, Report report)
    {
        var reason =
            report.Is(UsmStatistics.UnknownContexts) || report.Is(UsmStatistics.UnavailableContexts) ? $"unknown context '{credentials.ContextName}'"
            : report.Is(UsmStatistics.UnknownPduHandlers) ? "it takes no requests for whatever engine is there (RFC 5343)"
            : $"it reports {report.Name}";
        return new($"{target}: {reason}");
    }
}
