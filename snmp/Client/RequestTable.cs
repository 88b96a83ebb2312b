using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Client;

/// <summary>The requests in flight: sends them, sends them again, and hands each its answer.</summary>
/// <remarks>
/// An answer counts only if its identifier, source (address, or connection) and version are the request's, and its community, or with SNMPv3 all that <see cref="V3Session"/>
/// looks at; anything else is ignored.
/// </remarks>
internal sealed partial class RequestTable : IAsyncDisposable
{
    private const int UsualMessage = 2_048;
    private const int LongestMessage = 65_507;

    /// <summary>How often a request is sent anew after its agent's engine turned out to be another, or later, than we thought.</summary>
    private const int Renewals = 2;

    private readonly ConcurrentDictionary<int, PendingRequest> _pending = new();
    private readonly ConcurrentDictionary<(TransportKind, IPEndPoint, SnmpCredentials), V3Session> _sessions = new();
    private readonly SnmpClientOptions _options;
    private readonly ClientSockets _sockets;
    private readonly ClientStreams _streams;
    private int _lastId = RandomNumberGenerator.GetInt32(int.MaxValue);
    private long _ignored;
    private long _wrongDigests;

    public RequestTable(SnmpClientOptions options)
    {
        _options = options;
        _sockets = new ClientSockets(options.ReceiveBuffer, Deliver);
        _streams = new ClientStreams(options.Clock, Deliver, OnStreamEnd);
    }

    public long Ignored => Interlocked.Read(ref _ignored);

    public long WrongDigests => Interlocked.Read(ref _wrongDigests);

    public async Task<SnmpResponse> AskAsync(
        SnmpTarget target,
        PduType type,
        IReadOnlyList<VarBind> varBinds,
        int nonRepeaters,
        int maxRepetitions,
        CancellationToken cancellationToken,
        EngineId context = default
    )
    {
        _sockets.ThrowIfClosed(this);
        if (target.Credentials.ComplaintAbout(target.Transport) is { } complaint)
            throw new SnmpTransportException($"{target}: {complaint}");
        var session = target.Credentials is UserCredentials ? SessionFor(target) : null;
        for (var renewals = 0; ; renewals++)
        {
            if (session is not null)
                await session.PrepareAsync(this, target, cancellationToken).ConfigureAwait(false);
            var request = new PendingRequest(target, type, varBinds, nonRepeaters, maxRepetitions) { Session = session, Context = context };
            var reply = await ExchangeAsync(request, cancellationToken).ConfigureAwait(false);
            if (reply.Response is { } response)
                return response;
            if (session is null)
                throw TsmMessages.Explain(target, (CertificateCredentials)target.Credentials, reply.Report!);
            if (renewals == Renewals || !session.CanRenew(reply.Report!))
                throw session.Explain(target, reply.Report!);
        }
    }

    /// <summary>Sends a request until an answer comes, or a Report that is the agent's; one that may be anyone's is told when no answer came in time.</summary>
    /// <exception cref="SnmpTimeoutException">Nothing came.</exception>
    public Task<Reply> ExchangeAsync(PendingRequest request, CancellationToken cancellationToken) =>
        request.Target.Transport == TransportKind.Udp
            ? ExchangeDatagramsAsync(request, cancellationToken)
            : ExchangeOverStreamAsync(request, cancellationToken);

    private async Task<Reply> ExchangeDatagramsAsync(PendingRequest request, CancellationToken cancellationToken)
    {
        var target = request.Target;
        try
        {
            var patience = target.Timeout;
            for (var attempt = 0; attempt <= target.Retries; attempt++, patience *= 2)
            {
                await SendAsync(request, cancellationToken).ConfigureAwait(false);
                try
                {
                    return await request.Answer.Task.WaitAsync(patience, _options.Clock, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    if (request.Hint is { } hint)
                        return new(null, hint);
                    // Sent again; a late answer to the first one is as good.
                }
            }
            throw new SnmpTimeoutException($"{target}: no answer after {target.Retries + 1} requests");
        }
        finally
        {
            Remove(request);
        }
    }

    /// <summary>What was learned about the agent is forgotten: nobody was there, or he let us not in.</summary>
    public void Forget(SnmpTarget target) => _sessions.TryRemove((target.Transport, target.Address, target.Credentials), out _);

    public async ValueTask DisposeAsync()
    {
        await _sockets.DisposeAsync().ConfigureAwait(false);
        await _streams.DisposeAsync().ConfigureAwait(false);
        foreach (var (_, pending) in _pending)
            pending.Answer.TrySetException(new SnmpTransportException($"{pending.Target}: the client was closed"));
    }

    private V3Session SessionFor(SnmpTarget target) =>
        _sessions.GetOrAdd(
            (target.Transport, target.Address, target.Credentials),
            static (key, clock) => new V3Session((UserCredentials)key.Item3, clock),
            _options.Clock
        );

    private async Task SendAsync(PendingRequest request, CancellationToken cancellationToken)
    {
        // RFC 3412 §6.2: with SNMPv3 each sending has a msgID of its own. A request-id stays.
        if (request.Ids.Count == 0 || request.Session is not null)
            Register(request);
        var message = Encode(request, out var length);
        try
        {
            await _sockets.SendAsync(message.AsMemory(0, length), request.Target.Address, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException fault)
        {
            throw new SnmpTransportException($"{request.Target}: cannot send: {fault.Message}", fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <returns>The message, in an array of the pool's.</returns>
    /// <exception cref="SnmpTransportException">It does not fit.</exception>
    private static byte[] Encode(PendingRequest request, out int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(UsualMessage);
        length = Write(request, buffer);
        if (length > 0)
            return buffer;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(LongestMessage);
        length = Write(request, buffer.AsSpan(0, LongestMessage));
        if (length > 0)
            return buffer;
        ArrayPool<byte>.Shared.Return(buffer);
        throw new SnmpTransportException(request.TooLong());
    }

    private void Register(PendingRequest request)
    {
        int id;
        do id = Interlocked.Increment(ref _lastId) & int.MaxValue;
        while (_pending.ContainsKey(id));
        Await(request, id);
    }

    /// <summary>From now on a message with that identifier may be the request's answer.</summary>
    internal void Await(PendingRequest request, int id)
    {
        // In this order: an answer may come before its request is sent, from who guessed the identifier.
        request.Add(id);
        _pending[id] = request;
    }

    internal void Remove(PendingRequest request)
    {
        foreach (var id in request.Ids)
            _pending.TryRemove(id, out _);
    }

    /// <returns>The message's length; 0 where it does not fit.</returns>
    private static int Write(PendingRequest request, Span<byte> buffer)
    {
        if (request.Session is { } session)
            return session.Write(request, buffer);
        if (request.Target.Credentials is CertificateCredentials credentials)
            return TsmMessages.Write(request, credentials, buffer);
        var writer = new BerWriter(buffer);
        var message = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
        writer.Integer((int)request.Target.Version);
        writer.OctetString(((CommunityCredentials)request.Target.Credentials).Octets);
        request.WritePdu(ref writer);
        writer.End(message);
        return writer.Overflowed ? 0 : writer.Position;
    }

    /// <summary>Takes one message. Never throws, whatever the octets.</summary>
    /// <param name="message">Is changed.</param>
    /// <param name="scratch">Room to work in, as long as the message.</param>
    internal void Deliver(Span<byte> message, Span<byte> scratch, SocketAddress? sender, ClientStream? stream)
    {
        var reader = new BerReader(message);
        reader.Enter();
        var version = (SnmpVersion)reader.Integer();
        var isTaken =
            reader.Error == BerError.None
            && version switch
            {
                SnmpVersion.V3 => TryDeliverV3(message, ref reader, scratch, sender, stream),
                _ => TryDeliver(message, ref reader, version, sender, stream),
            };
        if (!isTaken)
            Interlocked.Increment(ref _ignored);
    }

    private bool TryDeliverV3(Span<byte> message, ref BerReader reader, Span<byte> scratch, SocketAddress? sender, ClientStream? stream)
    {
        if (!V3Message.TryRead(message, ref reader, out var v3) || Find(v3.MessageId, SnmpVersion.V3, sender, stream) is not { } request)
            return false;
        var verdict = request.Session is { } session
            ? session.TryAccept(message, v3, request, scratch)
            : TsmMessages.TryAccept(v3, request, (CertificateCredentials)request.Target.Credentials);
        if (verdict == Verdict.WrongDigest)
            Interlocked.Increment(ref _wrongDigests);
        return verdict == Verdict.Taken;
    }

    private bool TryDeliver(ReadOnlySpan<byte> message, ref BerReader reader, SnmpVersion version, SocketAddress? sender, ClientStream? stream)
    {
        var community = reader.OctetString();
        if (reader.Error != BerError.None || !PduHeader.TryRead(message[reader.Position..], out var header) || header.Type != PduType.Response)
            return false;
        return Find(header.RequestId, version, sender, stream) is { } request
            && community.SequenceEqual(((CommunityCredentials)request.Target.Credentials).Octets)
            && request.TryComplete(message[reader.Position..], header);
    }

    /// <summary>The request that waits for such an answer from there; null: none.</summary>
    private PendingRequest? Find(int id, SnmpVersion version, SocketAddress? sender, ClientStream? stream) =>
        _pending.TryGetValue(id, out var request)
        && request.Target.Version == version
        && (stream is null ? request.Target.Transport == TransportKind.Udp && request.Address.Equals(sender) : request.Stream == stream)
        && !request.Answer.Task.IsCompleted
            ? request
            : null;
}
