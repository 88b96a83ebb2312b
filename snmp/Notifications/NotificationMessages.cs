using System.Net;
using System.Security.Cryptography;
using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Notifications;

/// <summary>Makes the messages that notifications are sent in: communities or users around a PDU.</summary>
/// <remarks>One thread at a time. A method gives null and a reason where the message cannot be made.</remarks>
internal sealed class NotificationMessages(EngineIdentity engine, RemoteEngines receivers, int maxMessageSize)
{
    private readonly byte[] _buffer = new byte[maxMessageSize];
    private int _lastId = RandomNumberGenerator.GetInt32(int.MaxValue);

    public int NextId() => _lastId = (_lastId + 1) & int.MaxValue;

    /// <summary>A trap: of SNMPv1 or v2c, or of v3, over which this engine has authority.</summary>
    public byte[]? Trap(
        NotificationTarget target,
        Notification notification,
        TargetSelection selection,
        Func<IPAddress> ownAddress,
        out string reason
    )
    {
        reason = "";
        var writer = new BerWriter(_buffer);
        if (target.Params.MessageModel == NotificationTarget.V3)
        {
            if (FindUser(target, selection, engine.Id, out reason) is not { } user)
                return null;
            var header = Header(target, user, engine.Id, engine.Boots, engine.Time, NextId(), isReportable: false);
            var marks = UsmEnvelope.Begin(header, ref writer);
            NotificationPdu.Write(notification, PduType.TrapV2, NextId(), ref writer);
            UsmEnvelope.End(header, ref writer, marks);
            return Finish(target, writer, out reason);
        }
        if (selection.CommunityOf(target, engine.Id) is not { } community)
        {
            reason = $"no community means '{target.Params.SecurityName}'";
            return null;
        }
        var message = Begin(target.Params.MessageModel, community, ref writer);
        if (target.Params.MessageModel == NotificationTarget.V1)
            NotificationPdu.WriteV1(notification, ownAddress(), ref writer);
        else
            NotificationPdu.Write(notification, PduType.TrapV2, NextId(), ref writer);
        writer.End(message);
        return Finish(target, writer, out reason);
    }

    public byte[]? InformV2c(PendingInform inform, out string reason)
    {
        var writer = new BerWriter(_buffer);
        var message = Begin(NotificationTarget.V2c, inform.Community!, ref writer);
        NotificationPdu.Write(inform.Notification, PduType.InformRequest, inform.RequestId, ref writer);
        writer.End(message);
        return Finish(inform.Target, writer, out reason);
    }

    /// <summary>An inform to the engine that is at the target's address, which has authority over it.</summary>
    public byte[]? InformV3(PendingInform inform, EngineId receiver, TargetSelection selection, out string reason)
    {
        if (FindUser(inform.Target, selection, receiver, out reason) is not { } user)
            return null;
        inform.EngineId = receiver;
        inform.UserName = Encoding.UTF8.GetBytes(user.User.Name);
        var writer = new BerWriter(_buffer);
        var clock = receivers.ClockOf(receiver);
        var header = Header(inform.Target, user, receiver, clock.Boots, clock.Time, NewMessageId(inform), isReportable: true);
        var marks = UsmEnvelope.Begin(header, ref writer);
        NotificationPdu.Write(inform.Notification, PduType.InformRequest, inform.RequestId, ref writer);
        UsmEnvelope.End(header, ref writer, marks);
        return Finish(inform.Target, writer, out reason);
    }

    /// <summary>Asks an engine who it is (RFC 3414 §4): an unauthenticated request that it has to refuse.</summary>
    public byte[] Discovery(PendingInform inform)
    {
        inform.EngineId = default;
        var writer = new BerWriter(_buffer);
        var header = new UsmHeader
        {
            MessageId = NewMessageId(inform),
            MaxSize = maxMessageSize,
            Flags = V3Message.ReportableFlag,
        };
        var marks = UsmEnvelope.Begin(header, ref writer);
        var pdu = writer.Begin((byte)PduType.GetRequest);
        writer.Integer(inform.RequestId);
        writer.Integer(0);
        writer.Integer(0);
        writer.End(writer.Begin((byte)BerTag.Sequence));
        writer.End(pdu);
        UsmEnvelope.End(header, ref writer, marks);
        return writer.Written.ToArray();
    }

    private int NewMessageId(PendingInform inform)
    {
        var id = NextId();
        inform.MessageIds.Add(id);
        return id;
    }

    private static UsmPrincipal? FindUser(NotificationTarget target, TargetSelection selection, EngineId at, out string reason)
    {
        var name = target.Params.SecurityName;
        var user = selection.Tables.FindUser(at.Octets, Encoding.UTF8.GetBytes(name));
        reason =
            user is null ? $"there is no user '{name}' at the engine {at}"
            : user.User.Level < target.Params.Level ? $"user '{name}' at the engine {at} has no keys for {target.Params.Level}"
            : "";
        return reason.Length == 0 ? user : null;
    }

    private UsmHeader Header(
        NotificationTarget target,
        UsmPrincipal user,
        EngineId authoritative,
        int boots,
        int time,
        int messageId,
        bool isReportable
    ) =>
        new()
        {
            MessageId = messageId,
            MaxSize = maxMessageSize,
            Flags = (byte)(
                (isReportable ? V3Message.ReportableFlag : 0)
                | target.Params.Level switch
                {
                    SecurityLevel.AuthPriv => V3Message.AuthFlag | V3Message.PrivFlag,
                    SecurityLevel.AuthNoPriv => V3Message.AuthFlag,
                    _ => 0,
                }
            ),
            EngineId = authoritative.Octets,
            Boots = (uint)boots,
            Time = (uint)time,
            UserName = Encoding.UTF8.GetBytes(user.User.Name),
            Principal = user,
            ContextEngineId = engine.Id.Octets,
        };

    private static BerMark Begin(int version, ReadOnlySpan<byte> community, ref BerWriter writer)
    {
        var mark = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.Integer(version);
        writer.OctetString(community);
        return mark;
    }

    private static byte[]? Finish(NotificationTarget target, BerWriter writer, out string reason)
    {
        // snmpTargetAddrMMS: 0 says that nobody knows (RFC 3584 §5.3).
        var longest = target.Address.MaxMessageSize;
        var isTooLong = writer.Overflowed || longest > 0 && writer.Position > longest;
        reason = isTooLong ? $"it does not fit into the {longest} octets that the target takes" : "";
        return isTooLong ? null : writer.Written.ToArray();
    }
}
