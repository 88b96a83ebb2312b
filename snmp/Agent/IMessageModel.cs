using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Agent;

/// <summary>What becomes of a message.</summary>
internal enum Acceptance
{
    /// <summary>It is answered by nobody; the reason is counted.</summary>
    Dropped,
    Accepted,

    /// <summary>The sender is told what was wrong (RFC 3412 §7.1 Report).</summary>
    Reported,
}

/// <summary>A message processing model: takes messages of a version apart, establishes who sent them, and makes the answers (RFC 3411 §3.1.2).</summary>
/// <remarks>One message at a time.</remarks>
internal interface IMessageModel
{
    /// <param name="message">The whole message.</param>
    /// <param name="reader">Inside the message, behind its version.</param>
    /// <param name="tables">Who there is.</param>
    Acceptance Accept(ReadOnlySpan<byte> message, ref BerReader reader, in Requester from, SecurityTables tables, out IncomingMessage incoming);

    /// <summary>Writes the head of the answer, up to its PDU, where the buffer begins.</summary>
    MessageMarks BeginAnswer(in IncomingMessage incoming, ref BerWriter writer);

    /// <summary>Closes and protects the answer.</summary>
    void EndAnswer(in IncomingMessage incoming, ref BerWriter writer, MessageMarks marks);
}

/// <summary>What is open of a message that is being written, and where what is filled in at its end belongs.</summary>
internal readonly record struct MessageMarks(BerMark Message, BerMark Data = default, BerMark Scoped = default, int TagAt = 0, int SaltAt = 0);
