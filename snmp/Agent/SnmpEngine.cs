using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Agent;

/// <summary>An SNMP engine in the role of an agent: a message in, a message out (RFC 3412 §7.2, RFC 3584 §4). No socket.</summary>
public sealed class SnmpEngine
{
    private readonly IMessageModel?[] _models;
    private readonly CommandResponder _responder;
    private readonly SnmpEngineOptions _options;
    private readonly RateLimiter? _rates;
    private SecurityTables _tables;

    public SnmpEngine(SnmpEngineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxMessageSize, 484);
        _options = options;
        _responder = new CommandResponder(options);
        _models =
        [
            new CommunityMessages(SnmpVersion.V1, options.Identity, options.Counters),
            new CommunityMessages(SnmpVersion.V2c, options.Identity, options.Counters),
            null,
            new V3Messages(options.Identity, options.Counters, options.MaxMessageSize, takesInforms: options.Informs is not null),
        ];
        _tables = new SecurityTables(options.Configuration());
        if (options.RequestsPerSecond > 0)
            _rates = new RateLimiter(options.RequestsPerSecond, options.Identity.Clock);
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
            if (_rates is not null && !_rates.Allows(from))
            {
                Counters.RateLimited++;
                return 0;
            }
            var reader = new BerReader(message);
            reader.Enter();
            var version = reader.Integer();
            if (reader.Error != BerError.None)
            {
                Counters.InAsnParseErrors++;
                return 0;
            }
            if ((uint)version >= _models.Length || _models[version] is not { } model)
            {
                Counters.InBadVersions++;
                return 0;
            }
            var length = Process(message, ref reader, model, from, answer);
            if (length > 0)
                Counters.OutPackets++;
            return length;
        }
    }

    private int Process(ReadOnlySpan<byte> message, ref BerReader reader, IMessageModel model, in Requester from, Span<byte> answer)
    {
        var acceptance = model.Accept(message, ref reader, from, Tables(), out var incoming);
        if (acceptance == Acceptance.Dropped)
            return 0;
        answer = answer[..Math.Min(answer.Length, MaxAnswer(incoming, from))];
        if (acceptance == Acceptance.Reported)
            return CommandResponder.Report(model, incoming, answer);
        if (!PduHeader.TryRead(incoming.Pdu, out var header))
        {
            if (incoming.Pdu.Length > 0 && incoming.Pdu[0] == (byte)PduType.TrapV1)
                Counters.InTraps++;
            else
                Counters.InAsnParseErrors++;
            return 0;
        }
        // RFC 3413 §3.2: a context that is not here.
        var mib = _options.Mib;
        if (incoming.Context.Length > 0 && !_options.Contexts.TryGetValue(incoming.Context, out mib))
        {
            incoming.ReportName = Security.Usm.UsmStatistics.UnknownContexts;
            incoming.ReportValue = ++Counters.UnknownContexts;
            return incoming.Request.Version == SnmpVersion.V3 ? CommandResponder.Report(model, incoming, answer) : 0;
        }
        return _responder.Answer(model, incoming, header, _tables.Access, mib, answer);
    }

    /// <summary>The tables of the configuration as it is now.</summary>
    private SecurityTables Tables()
    {
        var configuration = _options.Configuration();
        if (!ReferenceEquals(_tables.Configuration, configuration))
            _tables = new SecurityTables(configuration);
        return _tables;
    }

    private int MaxAnswer(in IncomingMessage incoming, in Requester from)
    {
        var longest = Math.Min(_options.MaxMessageSize, incoming.MaxAnswer);
        // A connection is made from where its peer is: only a datagram can come in another's name.
        var isForgeable = from.Transport == TransportKind.Udp && !from.IsLoopback;
        return incoming.Level == SecurityLevel.NoAuthNoPriv && isForgeable ? Math.Min(longest, _options.MaxUnauthenticatedAnswer) : longest;
    }
}
