using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Security.Tsm;

/// <summary>What goes around a PDU under the transport security model: nothing that protects it, as the transport does (RFC 5591 §4.2).</summary>
internal static class TsmEnvelope
{
    /// <summary>Writes all that comes before the PDU.</summary>
    /// <param name="flags">Of <see cref="V3Message"/>: what the transport gives. The scoped PDU stays as it is, even with privFlag.</param>
    public static MessageMarks Begin(
        int messageId,
        int maxSize,
        byte flags,
        scoped ReadOnlySpan<byte> contextEngineId,
        scoped ReadOnlySpan<byte> contextName,
        scoped ref BerWriter writer
    )
    {
        var message = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.Integer((int)SnmpVersion.V3);
        var global = writer.Begin((byte)BerTag.Sequence);
        writer.Integer(messageId);
        writer.Integer(maxSize);
        writer.OctetString([flags]);
        writer.Integer((int)SecurityModel.Transport);
        writer.End(global);
        writer.OctetString([]);
        var scopedPdu = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.OctetString(contextEngineId);
        writer.OctetString(contextName);
        return new(message, Scoped: scopedPdu);
    }

    public static void End(scoped ref BerWriter writer, MessageMarks marks)
    {
        writer.End(marks.Scoped);
        writer.End(marks.Message);
    }
}
