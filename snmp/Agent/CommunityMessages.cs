using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Agent;

/// <summary>Messages of SNMPv1 and v2c: a community says who asks (RFC 3584 §4, §5.2).</summary>
internal sealed class CommunityMessages(SnmpVersion version, EngineIdentity engine, SnmpCounters counters) : IMessageModel
{
    public Acceptance Accept(ReadOnlySpan<byte> message, ref BerReader reader, in Requester from, SecurityTables tables, out IncomingMessage incoming)
    {
        incoming = default;
        var community = reader.OctetString();
        if (reader.Error != BerError.None)
        {
            counters.InAsnParseErrors++;
            return Acceptance.Dropped;
        }
        if (tables.FindCommunity(community, from) is not { } entry)
        {
            counters.InBadCommunityNames++;
            return Acceptance.Dropped;
        }
        // RFC 3584 §5.2.1: the community is one of another engine.
        if (entry.ContextEngineId.Length > 0 && !engine.Id.Octets.SequenceEqual(entry.ContextEngineId))
        {
            counters.UnknownPduHandlers++;
            return Acceptance.Dropped;
        }
        incoming = new()
        {
            Pdu = message[reader.Position..],
            Request = new MibRequest(version, entry.SecurityName),
            Model = version == SnmpVersion.V1 ? SecurityModel.V1 : SecurityModel.V2c,
            Level = SecurityLevel.NoAuthNoPriv,
            Context = entry.ContextName,
            MaxAnswer = int.MaxValue,
            Community = community,
        };
        return Acceptance.Accepted;
    }

    public MessageMarks BeginAnswer(in IncomingMessage incoming, ref BerWriter writer)
    {
        var mark = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.Integer((int)version);
        writer.OctetString(incoming.Community);
        return new(mark);
    }

    public void EndAnswer(in IncomingMessage incoming, ref BerWriter writer, MessageMarks marks) => writer.End(marks.Message);
}
