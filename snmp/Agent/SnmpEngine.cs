using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Agent;

/// <summary>An SNMP engine in the role of an agent: a message in, a message out (RFC 3412 §7.2, RFC 3584 §4). No socket, no clock.</summary>
public sealed class SnmpEngine
{
    private readonly ISecurityModel?[] _securityModels = new ISecurityModel?[4];
    private readonly CommandResponder _responder;
    private readonly SnmpEngineOptions _options;

    public SnmpEngine(SnmpEngineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxMessageSize, 484);
        _options = options;
        _responder = new CommandResponder(options);
        foreach (var model in options.SecurityModels)
            _securityModels[(int)model.Version] = model;
    }

    public SnmpCounters Counters => _options.Counters;

    /// <summary>Answers one message. Never throws, whatever the octets.</summary>
    /// <param name="message">As it was received.</param>
    /// <param name="answer">Where the answer is written; it also bounds its size.</param>
    /// <returns>The length of the answer; 0 where none is to be sent.</returns>
    public int Process(ReadOnlySpan<byte> message, Span<byte> answer, in Requester from)
    {
        lock (_options.Gate)
        {
            Counters.InPackets++;
            var reader = new BerReader(message);
            reader.Enter();
            var version = reader.Integer();
            if (reader.Error != BerError.None)
            {
                Counters.InAsnParseErrors++;
                return 0;
            }
            if ((uint)version >= _securityModels.Length || _securityModels[version] is not { } security)
            {
                Counters.InBadVersions++;
                return 0;
            }
            if (!security.TryAccept(message, ref reader, from, Counters, out var incoming))
                return 0;
            if (!PduHeader.TryRead(incoming.Pdu, out var header))
            {
                if (reader.PeekTag == (byte)PduType.TrapV1)
                    Counters.InTraps++;
                else
                    Counters.InAsnParseErrors++;
                return 0;
            }
            var length = _responder.Answer(security, in incoming, in header, answer[..Math.Min(answer.Length, _options.MaxMessageSize)]);
            if (length > 0)
                Counters.OutPackets++;
            return length;
        }
    }
}
