using System.Net;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Notifications;

/// <summary>Takes what targets answer to informs: Responses, and Reports of SNMPv3 engines (RFC 3412 §7.2, RFC 3414 §3.2).</summary>
/// <remarks>One thread at a time. What is nobody's answer, or not authentic where it must be, is passed over in silence.</remarks>
internal sealed class InformReplies(RemoteEngines receivers)
{
    private readonly Dictionary<int, PendingInform> _byRequestId = [];
    private readonly Dictionary<int, PendingInform> _byMessageId = [];
    private readonly byte[] _scratch = new byte[65_536];

    public int Count => _byRequestId.Count;

    public bool TryAdd(PendingInform inform) => _byRequestId.TryAdd(inform.RequestId, inform);

    /// <summary>An SNMPv3 message goes out.</summary>
    public void AddMessage(PendingInform inform) => _byMessageId[inform.MessageIds[^1]] = inform;

    public void Remove(PendingInform inform)
    {
        _byRequestId.Remove(inform.RequestId);
        foreach (var id in inform.MessageIds)
            _byMessageId.Remove(id);
    }

    public void Receive(ReadOnlySpan<byte> message, IPEndPoint from, Func<PendingInform, EngineId, UsmPrincipal?> userOf)
    {
        var reader = new BerReader(message);
        reader.Enter();
        var version = reader.Integer();
        if (reader.Error != BerError.None)
            return;
        if (version == (int)SnmpVersion.V2c)
            ReceiveV2c(message, ref reader, from);
        else if (version == (int)SnmpVersion.V3)
            ReceiveV3(message, ref reader, from, userOf);
    }

    private void ReceiveV2c(ReadOnlySpan<byte> message, ref BerReader reader, IPEndPoint from)
    {
        var community = reader.OctetString();
        if (reader.Error != BerError.None || !PduHeader.TryRead(message[reader.Position..], out var pdu) || pdu.Type != PduType.Response)
            return;
        if (_byRequestId.TryGetValue(pdu.RequestId, out var inform) && inform.IsFrom(from) && community.SequenceEqual(inform.Community))
            Acknowledge(inform, pdu);
    }

    private void ReceiveV3(ReadOnlySpan<byte> message, ref BerReader reader, IPEndPoint from, Func<PendingInform, EngineId, UsmPrincipal?> userOf)
    {
        if (
            message.Length > _scratch.Length
            || !V3Message.TryRead(message, ref reader, out var v3)
            || v3.SecurityModel != (int)SecurityModel.Usm
            || v3.HasSenselessFlags
            || !_byMessageId.TryGetValue(v3.MessageId, out var inform)
            || !inform.IsFrom(from)
            || !UsmParameters.TryRead(v3.SecurityParameters, out var usm)
        )
            return;
        if (v3.Level == SecurityLevel.NoAuthNoPriv)
        {
            ReceiveUnauthentic(v3, usm, inform);
            return;
        }
        if (
            inform.EngineId.IsEmpty
            || !usm.EngineId.SequenceEqual(inform.EngineId.Octets)
            || !usm.UserName.SequenceEqual(inform.UserName)
            || userOf(inform, inform.EngineId) is not { } user
            || v3.Level > user.User.Level
            || !user.HasSigned(message, v3.SecurityParametersAt + usm.TagAt, usm.Tag, _scratch)
            || !receivers.ClockOf(inform.EngineId).TryAdvance(usm.Boots, usm.Time)
        )
            return;
        var scopedOctets = v3.Data;
        if (v3.Level == SecurityLevel.AuthPriv)
        {
            var data = _scratch.AsSpan(0, v3.Data.Length);
            if (!user.TryDecrypt(v3.Data, (uint)usm.Boots, (uint)usm.Time, usm.Salt, data))
                return;
            scopedOctets = data;
        }
        if (!ScopedPdu.TryRead(scopedOctets, out var scoped) || !PduHeader.TryRead(scoped.Pdu, out var pdu))
            return;
        if (pdu.Type == PduType.Report)
            Report(inform, scoped.Pdu, pdu, isAuthentic: true);
        else if (pdu.Type == PduType.Response && pdu.RequestId == inform.RequestId && v3.Level >= inform.Level)
            Acknowledge(inform, pdu);
    }

    // Anyone may have made it: it can say who the engine is, and why nothing works, but not that all is well with what was signed.
    private void ReceiveUnauthentic(scoped in V3Message v3, scoped in UsmParameters usm, PendingInform inform)
    {
        if (!ScopedPdu.TryRead(v3.Data, out var scoped) || !PduHeader.TryRead(scoped.Pdu, out var pdu))
            return;
        if (pdu.Type == PduType.Report && inform.EngineId.IsEmpty)
        {
            if (usm.EngineId.Length is < EngineId.Shortest or > EngineId.Longest)
                return;
            receivers.Found(inform.Target.EndPoint, new(usm.EngineId));
            inform.Reply.TrySetResult(InformReply.Discovered);
        }
        else if (pdu.Type == PduType.Report)
        {
            Report(inform, scoped.Pdu, pdu, isAuthentic: false);
        }
        else if (pdu.Type == PduType.Response && pdu.RequestId == inform.RequestId && inform.Level == SecurityLevel.NoAuthNoPriv)
        {
            Acknowledge(inform, pdu);
        }
    }

    private static void Report(PendingInform inform, ReadOnlySpan<byte> pduOctets, in PduHeader pdu, bool isAuthentic)
    {
        var varBinds = new VarBindReader(pduOctets.Slice(pdu.VarBinds, pdu.VarBindsLength));
        if (!varBinds.Read())
            return;
        if (isAuthentic && varBinds.Name.SequenceEqual(UsmStatistics.NotInTimeWindows))
            inform.Reply.TrySetResult(InformReply.Synchronized);
        else
            inform.Refusal = ReasonOf(varBinds.Name);
    }

    private static string ReasonOf(ReadOnlySpan<uint> report) =>
        report.SequenceEqual(UsmStatistics.UnknownUserNames) ? "it has no such user"
        : report.SequenceEqual(UsmStatistics.WrongDigests) ? "it has another authentication key"
        : report.SequenceEqual(UsmStatistics.DecryptionErrors) ? "it has another privacy key"
        : report.SequenceEqual(UsmStatistics.UnsupportedSecurityLevels) ? "the user has not these keys there"
        : report.SequenceEqual(UsmStatistics.UnknownEngineIds) ? "it is another engine now"
        : report.SequenceEqual(UsmStatistics.NotInTimeWindows) ? "its clock is another"
        : $"it reported {new ObjectIdentifier(report)}";

    private static void Acknowledge(PendingInform inform, in PduHeader pdu)
    {
        if (pdu.ErrorStatus == (int)ErrorStatus.NoError)
            inform.Reply.TrySetResult(InformReply.Acknowledged);
        else
            inform.Refusal = ((ErrorStatus)pdu.ErrorStatus).Words();
    }
}
