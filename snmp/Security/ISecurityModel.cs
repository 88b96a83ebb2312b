using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Security;

/// <summary>Establishes who sent a message, and protects the answer (RFC 3411 §3.1.3). One for each message version.</summary>
public interface ISecurityModel
{
    SnmpVersion Version { get; }

    /// <summary>Checks a message whose version is <see cref="Version"/>.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="reader">Inside the message, behind its version.</param>
    /// <returns>False where it is to be dropped; the reason is counted.</returns>
    bool TryAccept(ReadOnlySpan<byte> message, ref BerReader reader, in Requester from, SnmpCounters counters, out IncomingMessage incoming);

    /// <summary>Writes the head of the answer, up to its PDU.</summary>
    BerMark BeginAnswer(in IncomingMessage incoming, ref BerWriter writer);

    /// <summary>Closes and protects the answer.</summary>
    void EndAnswer(in IncomingMessage incoming, ref BerWriter writer, BerMark mark);
}
