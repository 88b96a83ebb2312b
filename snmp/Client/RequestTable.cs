using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

/// <summary>The requests in flight: sends them, sends them again, and hands each its answer.</summary>
/// <remarks>An answer counts only if its request-id, source address, version and community are the request's; anything else is ignored.</remarks>
internal sealed class RequestTable(SnmpClientOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, PendingRequest> _pending = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _opening = new();
    private readonly List<Task> _receivers = [];
    private Socket? _ipv4;
    private Socket? _ipv6;
    private int _lastRequestId = RandomNumberGenerator.GetInt32(int.MaxValue);
    private long _ignored;

    public long Ignored => Interlocked.Read(ref _ignored);

    private sealed record PendingRequest(SnmpTarget Target, byte[] Community)
    {
        public SocketAddress Address { get; } = Target.Address.Serialize();

        public TaskCompletionSource<SnmpResponse> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async Task<SnmpResponse> AskAsync(
        SnmpTarget target,
        PduType type,
        IReadOnlyList<VarBind> varBinds,
        int nonRepeaters,
        int maxRepetitions,
        CancellationToken cancellationToken
    )
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        var pending = new PendingRequest(target, Encoding.UTF8.GetBytes(target.Community));
        int requestId;
        do requestId = Interlocked.Increment(ref _lastRequestId) & int.MaxValue;
        while (!_pending.TryAdd(requestId, pending));
        try
        {
            var message = Encode(pending, type, requestId, nonRepeaters, maxRepetitions, varBinds);
            var patience = target.Timeout;
            for (var attempt = 0; attempt <= target.Retries; attempt++, patience *= 2)
            {
                await SendAsync(target, message, cancellationToken).ConfigureAwait(false);
                try
                {
                    return await pending.Answer.Task.WaitAsync(patience, options.Clock, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    // Sent again with the same request-id: a late answer to the first one is as good.
                }
            }
            throw new SnmpTimeoutException($"{target}: no answer after {target.Retries + 1} requests");
        }
        finally
        {
            _pending.TryRemove(requestId, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        lock (_opening)
        {
            _ipv4?.Dispose();
            _ipv6?.Dispose();
        }
        await Task.WhenAll(_receivers).ConfigureAwait(false);
        foreach (var (_, pending) in _pending)
            pending.Answer.TrySetException(new SnmpTransportException($"{pending.Target}: the client was closed"));
        _stopping.Dispose();
    }

    private static byte[] Encode(
        PendingRequest pending,
        PduType type,
        int requestId,
        int nonRepeaters,
        int maxRepetitions,
        IReadOnlyList<VarBind> varBinds
    )
    {
        for (var size = 2_048; ; size = 65_507)
        {
            var writer = new BerWriter(new byte[size]);
            var message = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
            writer.Integer((int)pending.Target.Version);
            writer.OctetString(pending.Community);
            var pdu = writer.Begin((byte)type, lengthOctets: 3);
            writer.Integer(requestId);
            writer.Integer(nonRepeaters);
            writer.Integer(maxRepetitions);
            var list = writer.Begin((byte)BerTag.Sequence, lengthOctets: 3);
            foreach (var varBind in varBinds)
            {
                var mark = writer.Begin((byte)BerTag.Sequence);
                writer.Oid(varBind.Name.Span);
                varBind.Value.WriteTo(ref writer);
                writer.End(mark);
            }
            writer.End(list);
            writer.End(pdu);
            writer.End(message);
            if (!writer.Overflowed)
                return writer.Written.ToArray();
            if (size == 65_507)
                throw new SnmpTransportException($"{pending.Target}: a request of {varBinds.Count} varbinds does not fit into a datagram");
        }
    }

    private async Task SendAsync(SnmpTarget target, byte[] message, CancellationToken cancellationToken)
    {
        try
        {
            await SocketFor(target.Address.AddressFamily)
                .SendToAsync(message, SocketFlags.None, target.Address, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (SocketException fault)
        {
            throw new SnmpTransportException($"{target}: cannot send: {fault.Message}", fault);
        }
    }

    private Socket SocketFor(AddressFamily family)
    {
        lock (_opening)
        {
            ref var socket = ref (family == AddressFamily.InterNetworkV6 ? ref _ipv6 : ref _ipv4);
            if (socket is null)
            {
                socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = options.ReceiveBuffer };
                socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
                var opened = socket;
                _receivers.Add(Task.Run(() => ReceiveAsync(opened)));
            }
            return socket;
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var buffer = new byte[65_536];
        var sender = new SocketAddress(socket.AddressFamily);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, sender, _stopping.Token).ConfigureAwait(false);
                if (!TryDeliver(buffer.AsSpan(0, length), sender))
                    Interlocked.Increment(ref _ignored);
            }
            catch (SocketException)
            {
                // A report about an earlier datagram; the request it was for runs into its time-out.
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private bool TryDeliver(ReadOnlySpan<byte> message, SocketAddress sender)
    {
        var reader = new BerReader(message);
        reader.Enter();
        var version = reader.Integer();
        var community = reader.OctetString();
        if (reader.Error != BerError.None || !PduHeader.TryRead(message[reader.Position..], out var header) || header.Type != PduType.Response)
            return false;
        var isAwaited =
            _pending.TryGetValue(header.RequestId, out var pending)
            && (int)pending.Target.Version == version
            && community.SequenceEqual(pending.Community)
            && pending.Address.Equals(sender);
        if (!isAwaited || pending!.Answer.Task.IsCompleted)
            return false;
        var response = new SnmpResponse(message[reader.Position..], header);
        if (pending.Answer.TrySetResult(response))
            return true;
        response.Dispose();
        return false;
    }
}
