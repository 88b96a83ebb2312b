using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Security.Tsm;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Agent;

/// <summary>Messages of SNMPv3 to an engine that has authority over them (RFC 3412 §7.2; RFC 3414 §3.2).</summary>
/// <param name="isForAnyContext">Informs are about their sender's objects; requests must be about this engine's.</param>
/// <param name="takesInforms">That is so for informs alone, which an agent may take, too.</param>
internal sealed class V3Messages(
    EngineIdentity engine,
    SnmpCounters counters,
    int maxMessageSize,
    bool isForAnyContext = false,
    bool takesInforms = false
) : IMessageModel
{
    /// <summary>This engine, whatever its name (RFC 5343 §3.2).</summary>
    private static ReadOnlySpan<byte> LocalEngineId => [0x80, 0, 0, 0, 6];

    /// <summary>Where the message is checked and decrypted.</summary>
    private readonly byte[] _scratch = new byte[65_536];

    /// <summary>The context that was named last: most requests name the same.</summary>
    private byte[] _contextOctets = [];
    private string _context = "";

    public Acceptance Accept(ReadOnlySpan<byte> message, ref BerReader reader, in Requester from, SecurityTables tables, out IncomingMessage incoming)
    {
        incoming = new() { Context = "", ContextEngineId = engine.Id.Octets };
        if (message.Length > _scratch.Length || !V3Message.TryRead(message, ref reader, out var v3))
        {
            counters.InAsnParseErrors++;
            return Acceptance.Dropped;
        }
        if (v3.SecurityModel is not ((int)SecurityModel.Usm or (int)SecurityModel.Transport))
        {
            counters.UnknownSecurityModels++;
            return Acceptance.Dropped;
        }
        if (v3.HasSenselessFlags)
        {
            counters.InvalidMessages++;
            return Acceptance.Dropped;
        }
        incoming.MessageId = v3.MessageId;
        incoming.MaxAnswer = v3.MaxSize;
        incoming.Level = v3.Level;
        return v3.SecurityModel == (int)SecurityModel.Transport
            ? AcceptTransport(v3, from, ref incoming)
            : AcceptUser(message, v3, tables, ref incoming);
    }

    public MessageMarks BeginAnswer(in IncomingMessage incoming, ref BerWriter writer) =>
        incoming.Model == SecurityModel.Transport
            ? TsmEnvelope.Begin(
                incoming.MessageId,
                maxMessageSize,
                FlagsOf(incoming.Level),
                incoming.ContextEngineId,
                incoming.ContextName,
                ref writer
            )
            : UsmEnvelope.Begin(HeaderOf(incoming), ref writer);

    public void EndAnswer(in IncomingMessage incoming, ref BerWriter writer, MessageMarks marks)
    {
        if (incoming.Model == SecurityModel.Transport)
            TsmEnvelope.End(ref writer, marks);
        else
            UsmEnvelope.End(HeaderOf(incoming), ref writer, marks);
    }

    // RFC 5591 §5.2. The transport's level is authPriv, so that none is too high for it.
    private Acceptance AcceptTransport(in V3Message v3, in Requester from, ref IncomingMessage incoming)
    {
        if (from.SecurityName is not { } name)
        {
            counters.InvalidTransportCaches++;
            return Acceptance.Dropped;
        }
        if (v3.SecurityParameters.Length > 0 || !ScopedPdu.TryRead(v3.Data, out var scoped))
        {
            counters.InAsnParseErrors++;
            return Acceptance.Dropped;
        }
        return AcceptScoped(v3, scoped, SecurityModel.Transport, name, ref incoming);
    }

    // The steps of RFC 3414 §3.2, in its order.
    private Acceptance AcceptUser(ReadOnlySpan<byte> message, in V3Message v3, SecurityTables tables, ref IncomingMessage incoming)
    {
        if (!UsmParameters.TryRead(v3.SecurityParameters, out var usm))
        {
            counters.InAsnParseErrors++;
            return Acceptance.Dropped;
        }
        incoming.UserName = usm.UserName;
        incoming.EngineTime = engine.Time;
        if (!usm.EngineId.SequenceEqual(engine.Id.Octets))
            return Report(v3, UsmStatistics.UnknownEngineIds, ++counters.UnknownEngineIds, ref incoming);
        if (tables.FindUser(usm.EngineId, usm.UserName) is not { } principal)
        {
            counters.AuthenticationFailures++;
            return Report(v3, UsmStatistics.UnknownUserNames, ++counters.UnknownUserNames, ref incoming);
        }
        if (v3.Level > principal.User.Level)
            return Report(v3, UsmStatistics.UnsupportedSecurityLevels, ++counters.UnsupportedSecurityLevels, ref incoming);
        if (v3.Level >= SecurityLevel.AuthNoPriv)
        {
            if (!principal.HasSigned(message, v3.SecurityParametersAt + usm.TagAt, usm.Tag, _scratch))
            {
                counters.AuthenticationFailures++;
                return Report(v3, UsmStatistics.WrongDigests, ++counters.WrongDigests, ref incoming);
            }
            if (!IsInTimeWindow(usm, incoming.EngineTime))
            {
                // The sender can trust this Report, and sets his clock by it.
                incoming.Principal = principal;
                return Report(v3, UsmStatistics.NotInTimeWindows, ++counters.NotInTimeWindows, ref incoming, SecurityLevel.AuthNoPriv);
            }
        }
        var scopedOctets = v3.Data;
        if (v3.Level == SecurityLevel.AuthPriv)
        {
            var data = _scratch.AsSpan(0, v3.Data.Length);
            if (!principal.TryDecrypt(v3.Data, (uint)usm.Boots, (uint)usm.Time, usm.Salt, data))
                return Report(v3, UsmStatistics.DecryptionErrors, ++counters.DecryptionErrors, ref incoming);
            scopedOctets = data;
        }
        if (!ScopedPdu.TryRead(scopedOctets, out var scoped))
        {
            // Encrypted with another key, the octets mean nothing.
            if (v3.Level == SecurityLevel.AuthPriv)
                return Report(v3, UsmStatistics.DecryptionErrors, ++counters.DecryptionErrors, ref incoming);
            counters.InAsnParseErrors++;
            return Acceptance.Dropped;
        }
        incoming.Principal = principal;
        return AcceptScoped(v3, scoped, SecurityModel.Usm, principal.User.Name, ref incoming);
    }

    /// <summary>Who sent it is known: what is it about?</summary>
    private Acceptance AcceptScoped(in V3Message v3, in ScopedPdu scoped, SecurityModel model, string securityName, ref IncomingMessage incoming)
    {
        incoming.Model = model;
        incoming.Request = new MibRequest(SnmpVersion.V3, securityName)
        {
            // The transport protects all that comes over it.
            Level = model == SecurityModel.Transport ? SecurityLevel.AuthPriv : v3.Level,
        };
        incoming.Pdu = scoped.Pdu;
        incoming.ContextName = scoped.ContextName;
        incoming.Context = ContextOf(scoped.ContextName);
        var isForAny = isForAnyContext || (takesInforms && scoped.Pdu.Length > 0 && scoped.Pdu[0] == (byte)PduType.InformRequest);
        if (!isForAny && !scoped.ContextEngineId.SequenceEqual(engine.Id.Octets) && !scoped.ContextEngineId.SequenceEqual(LocalEngineId))
            return Report(v3, UsmStatistics.UnknownPduHandlers, ++counters.UnknownPduHandlers, ref incoming, v3.Level);
        // The answer is about the same context by the same name: clients compare it with what they sent (RFC 3412 §7.1).
        incoming.ContextEngineId = scoped.ContextEngineId;
        return Acceptance.Accepted;
    }

    private string ContextOf(ReadOnlySpan<byte> name)
    {
        if (!name.SequenceEqual(_contextOctets))
            (_contextOctets, _context) = (name.ToArray(), Encoding.UTF8.GetString(name));
        return _context;
    }

    private bool IsInTimeWindow(in UsmParameters usm, int engineTime) =>
        engine.Boots != int.MaxValue && usm.Boots == engine.Boots && Math.Abs((long)usm.Time - engineTime) <= EngineClock.Window;

    private static Acceptance Report(
        in V3Message v3,
        uint[] name,
        uint value,
        ref IncomingMessage incoming,
        SecurityLevel level = SecurityLevel.NoAuthNoPriv
    )
    {
        if (!v3.IsReportable)
            return Acceptance.Dropped;
        incoming.Level = level;
        incoming.ReportName = name;
        incoming.ReportValue = value;
        // The request-id goes back where it can be read.
        if (incoming.Pdu.IsEmpty && v3.Level < SecurityLevel.AuthPriv && ScopedPdu.TryRead(v3.Data, out var scoped))
            incoming.Pdu = scoped.Pdu;
        return Acceptance.Reported;
    }

    private static byte FlagsOf(SecurityLevel level) =>
        level switch
        {
            SecurityLevel.AuthPriv => V3Message.AuthFlag | V3Message.PrivFlag,
            SecurityLevel.AuthNoPriv => V3Message.AuthFlag,
            _ => 0,
        };

    private UsmHeader HeaderOf(scoped in IncomingMessage incoming) =>
        new()
        {
            MessageId = incoming.MessageId,
            MaxSize = maxMessageSize,
            Flags = FlagsOf(incoming.Level),
            EngineId = engine.Id.Octets,
            Boots = (uint)engine.Boots,
            Time = (uint)incoming.EngineTime,
            UserName = incoming.UserName,
            Principal = incoming.Principal,
            ContextEngineId = incoming.ContextEngineId,
            ContextName = incoming.ContextName,
        };
}
