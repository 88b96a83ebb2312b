using System.Net;
using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Client.Notifications;

/// <summary>Makes notifications of messages, and answers to informs (RFC 3413 §3.4). No socket.</summary>
internal sealed class NotificationEngine
{
    private static readonly ObjectIdentifier SysUpTime = new(1, 3, 6, 1, 2, 1, 1, 3, 0);
    private static readonly ObjectIdentifier TrapOid = new(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);

    private readonly SnmpCounters _counters = new();
    private readonly IMessageModel?[] _models;
    private readonly SecurityTables _tables;
    private readonly TrapSenders _senders;
    private readonly Dictionary<string, UserCredentials> _users = [];
    private readonly Func<Notification, bool> _accept;
    private readonly OpenInforms? _later;

    /// <summary>For the message at work: sends its answer later.</summary>
    private Action<byte[], IPEndPoint>? _send;
    private readonly TimeProvider _clock;
    private readonly Lock _oneAtATime = new();
    private long _messages;
    private long _accepted;
    private long _dropped;
    private long _reported;
    private long _malformed;

    /// <param name="accept">Takes a notification; false where there is no room.</param>
    public NotificationEngine(NotificationReceiverOptions options, Func<Notification, bool> accept)
    {
        _accept = accept;
        if (options.ConfirmsLater)
            _later = new OpenInforms();
        _clock = options.Identity.Clock;
        var users = new List<UserCredentials>();
        var configuration = new SnmpConfiguration();
        foreach (var each in options.Credentials)
        {
            if (each is UserCredentials user)
            {
                users.Add(user);
                _users[user.UserName] = user;
                // Informs: this engine has the authority.
                configuration = configuration with
                {
                    Users = configuration.Users.With(user.At(options.Identity.Id)),
                };
            }
            else if (each is CommunityCredentials community)
            {
                var entry = new CommunityEntry { Id = $"{configuration.Communities.Count}", Name = community.Octets };
                configuration = configuration with { Communities = configuration.Communities.With(entry) };
            }
        }
        _tables = new SecurityTables(configuration);
        _senders = new TrapSenders(users, _counters, _clock);
        _models =
        [
            new CommunityMessages(SnmpVersion.V1, options.Identity, _counters),
            new CommunityMessages(SnmpVersion.V2c, options.Identity, _counters),
            null,
            new V3Messages(options.Identity, _counters, SnmpEngineOptions.LargestUdpMessage, isForAnyContext: true),
        ];
    }

    public NotificationCounters Counters
    {
        get
        {
            lock (_oneAtATime)
                return new(_messages, _accepted, _dropped, _messages - _accepted - _dropped - _reported - _malformed, _reported, _malformed);
        }
    }

    /// <summary>Takes one message. Never throws, whatever the octets.</summary>
    /// <param name="message">Is changed.</param>
    /// <param name="scratch">Room to work in, as long as the message.</param>
    /// <param name="send">Sends an answer that is due later to where the message came from.</param>
    /// <returns>The length of the answer; 0 where none is to be sent.</returns>
    public int Process(
        Span<byte> message,
        Span<byte> scratch,
        Span<byte> answer,
        IPEndPoint source,
        in Requester from,
        Action<byte[], IPEndPoint>? send = null
    )
    {
        lock (_oneAtATime)
        {
            _send = send;
            _messages++;
            var reader = new BerReader(message);
            reader.Enter();
            var version = reader.Integer();
            if (reader.Error != BerError.None || (uint)version >= _models.Length || _models[version] is not { } model)
                return Malformed();
            var inside = reader;
            // RFC 3412 §6.4: informs want Reports, traps do not. That tells whose engine has authority before anything is decrypted.
            if (version == (int)SnmpVersion.V3 && V3Message.TryRead(message, ref inside, out var v3) && !v3.IsReportable)
            {
                TakeTrap(message, v3, scratch, source);
                return 0;
            }
            return model.Accept(message, ref reader, from, _tables, out var incoming) switch
            {
                Acceptance.Reported => Report(model, incoming, answer),
                Acceptance.Accepted => Take(model, incoming, answer, source),
                _ => 0,
            };
        }
    }

    private void TakeTrap(Span<byte> message, in V3Message v3, Span<byte> scratch, IPEndPoint source)
    {
        if (!_senders.TryAccept(message, v3, scratch, out var user, out var engine, out var scoped))
            return;
        if (
            !PduHeader.TryRead(scoped.Pdu, out var header)
            || header.Type != PduType.TrapV2
            || Read(scoped.Pdu, header, source, SnmpVersion.V3) is not { } notification
        )
        {
            Malformed();
            return;
        }
        Offer(
            notification with
            {
                Level = v3.Level,
                SecurityName = user.UserName,
                ContextName = Encoding.UTF8.GetString(scoped.ContextName),
                Engine = engine,
            }
        );
    }

    private int Take(IMessageModel model, in IncomingMessage incoming, Span<byte> answer, IPEndPoint source)
    {
        var version = incoming.Request.Version;
        if (version == SnmpVersion.V1)
        {
            if (!TrapV1.TryRead(incoming.Pdu, out var trap))
                return Malformed();
            Offer(Make(source, version, trap.UpTime, trap.TrapOid, trap.VarBinds));
            return 0;
        }
        if (version == SnmpVersion.V3 && incoming.Level < _users[incoming.Request.SecurityName].Level)
            return 0;
        if (
            !PduHeader.TryRead(incoming.Pdu, out var header)
            || header.Type is not (PduType.TrapV2 or PduType.InformRequest)
            || version == SnmpVersion.V3 && header.Type == PduType.TrapV2
            || Read(incoming.Pdu, header, source, version) is not { } notification
        )
            return Malformed();
        var isInform = header.Type == PduType.InformRequest;
        notification = notification with
        {
            Level = incoming.Level,
            SecurityName = version == SnmpVersion.V3 ? incoming.Request.SecurityName : "",
            ContextName = incoming.Context,
            Engine = new EngineId(incoming.ContextEngineId),
            IsInform = isInform,
        };
        if (isInform && _later is not null)
            return TakeForLater(notification, _later, Answer(model, incoming, header, answer), header, answer);
        return Offer(notification) && isInform ? Answer(model, incoming, header, answer) : 0;
    }

    /// <param name="length">Of the answer, which is written already.</param>
    private int TakeForLater(Notification notification, OpenInforms open, int length, in PduHeader header, ReadOnlySpan<byte> answer)
    {
        var inform = new OpenInforms.Inform(notification.Source, notification.Engine, notification.SecurityName, header.RequestId);
        var (toSender, source) = (_send, notification.Source);
        var send = (byte[] message) => toSender?.Invoke(message, source);
        if (open.Find(inform) is { } known)
        {
            // It came again: the reader has it, or had it, and the answer was lost.
            _accepted++;
            known.Put(answer[..length], send);
            return known.IsConfirmed ? length : 0;
        }
        var pending = new PendingAnswer();
        pending.Put(answer[..length], send);
        if (Offer(notification with { Answer = pending }))
            open.Add(inform, pending);
        return 0;
    }

    /// <summary>RFC 3416 §4.2.7: the answer has the inform's own varbinds.</summary>
    private static int Answer(IMessageModel model, in IncomingMessage incoming, in PduHeader inform, Span<byte> answer)
    {
        var writer = new BerWriter(answer[..Math.Min(answer.Length, incoming.MaxAnswer)]);
        var message = model.BeginAnswer(incoming, ref writer);
        var pdu = writer.Begin((byte)PduType.Response, lengthOctets: 3);
        writer.Integer(inform.RequestId);
        writer.Integer((int)ErrorStatus.NoError);
        writer.Integer(0);
        writer.OctetString(incoming.Pdu.Slice(inform.VarBinds, inform.VarBindsLength), (byte)BerTag.Sequence);
        writer.End(pdu);
        model.EndAnswer(incoming, ref writer, message);
        return writer.Overflowed ? 0 : writer.Position;
    }

    /// <summary>Null where the first two varbinds are not sysUpTime and snmpTrapOID, or a value does not fit its syntax.</summary>
    private Notification? Read(ReadOnlySpan<byte> pdu, in PduHeader header, IPEndPoint source, SnmpVersion version) =>
        TrapV1.TryReadAll(pdu.Slice(header.VarBinds, header.VarBindsLength), out var varBinds)
        && varBinds is [{ Value.Tag: BerTag.TimeTicks } upTime, { Value.Tag: BerTag.ObjectIdentifier } trap, ..]
        && upTime.Name == SysUpTime
        && trap.Name == TrapOid
            ? Make(source, version, (uint)upTime.Value.Number, trap.Value.ObjectIdentifier, varBinds[2..])
            : null;

    private Notification Make(IPEndPoint source, SnmpVersion version, uint upTime, ObjectIdentifier trap, List<VarBind> varBinds) =>
        new()
        {
            ReceivedAt = _clock.GetUtcNow(),
            Source = source,
            Version = version,
            Level = SecurityLevel.NoAuthNoPriv,
            SecurityName = "",
            UpTime = upTime,
            TrapOid = trap,
            VarBinds = varBinds,
        };

    private bool Offer(Notification notification)
    {
        var isTaken = _accept(notification);
        if (isTaken)
            _accepted++;
        else
            _dropped++;
        return isTaken;
    }

    private int Report(IMessageModel model, in IncomingMessage incoming, Span<byte> answer)
    {
        _reported++;
        return CommandResponder.Report(model, incoming, answer);
    }

    private int Malformed()
    {
        _malformed++;
        return 0;
    }
}
