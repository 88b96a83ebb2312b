using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Transport;

/// <summary>One peer of a <see cref="StreamListener"/>: takes its messages one after the other and answers each (RFC 3430 §2.1).</summary>
internal sealed class StreamConnection(StreamListener listener, Socket socket) : IDisposable
{
    private const int AnswerBuffer = 65_536;

    private readonly SocketAddress _peer = socket.RemoteEndPoint!.Serialize();
    private readonly MessageBuffer _messages = new(listener.Limits.MessageSize);
    private Stream _stream = Stream.Null;
    private string? _securityName;
    private bool _hasMessage;
    private long _due = long.MaxValue;
    private volatile bool _isIdle;
    private volatile bool _isEndedHere;

    /// <summary>Where the connection comes from, for the limit of connections.</summary>
    public IPAddress Source { get; } = SourceOf((IPEndPoint)socket.RemoteEndPoint!);

    /// <summary>Ends when the connection does, never with a fault.</summary>
    public Task Serving { get; private set; } = Task.CompletedTask;

    public void Start() => Serving = Task.Run(ServeAsync);

    /// <summary>Closing the socket ends whatever the connection waits for.</summary>
    public void Dispose()
    {
        _isEndedHere = true;
        socket.Dispose();
    }

    /// <summary>Closes a connection that has had its time.</summary>
    /// <param name="now">Timestamp of the listener's clock.</param>
    public void CloseIfDue(long now)
    {
        if (now < Interlocked.Read(ref _due))
            return;
        Interlocked.Exchange(ref _due, long.MaxValue);
        if (_isIdle)
        {
            EndReceiving();
            return;
        }
        Interlocked.Increment(ref listener.Counters.TimedOutCount);
        Dispose();
    }

    /// <summary>As if the peer had ended the connection: that leaves the time to take leave, as TLS wants it.</summary>
    private void EndReceiving()
    {
        _isEndedHere = true;
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            Dispose();
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            Expect(listener.Limits.Message, isIdle: false);
            socket.NoDelay = true;
            _stream = new NetworkStream(socket);
            if (listener.Tls is { } tls)
                (_stream, _securityName) = await tls.AcceptAsync(_stream).ConfigureAwait(false);
            while (await ReceiveAsync().ConfigureAwait(false))
            {
                if (!await AnswerWholeMessagesAsync().ConfigureAwait(false))
                {
                    _isEndedHere = true;
                    Interlocked.Increment(ref listener.Counters.BrokenCount);
                    return;
                }
            }
        }
        catch (AuthenticationException)
        {
            Interlocked.Increment(ref listener.Counters.UnidentifiedCount);
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer is gone, or the connection was closed here. Whoever asked will ask again.
        }
        finally
        {
            if (_isEndedHere && _securityName is not null)
                Interlocked.Increment(ref listener.Tls!.Counters.CloseCount);
            await TlsServer.CloseAsync(_stream).ConfigureAwait(false);
            socket.Dispose();
            _messages.Return();
            listener.Remove(this);
        }
    }

    /// <returns>False at the end of the stream.</returns>
    private async ValueTask<bool> ReceiveAsync()
    {
        if (_messages.IsEmpty)
        {
            Expect(listener.Limits.Idle, isIdle: true);
            // Asking for no octets waits until there are some: a connection that is idle holds no buffer.
            await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            Expect(listener.Limits.Message, isIdle: false);
        }
        return await _messages.ReceiveAsync(_stream).ConfigureAwait(false);
    }

    /// <returns>False where framing is lost: the connection is to be closed (RFC 3430 §2.1).</returns>
    private async ValueTask<bool> AnswerWholeMessagesAsync()
    {
        int length;
        Memory<byte> message;
        while ((length = _messages.Take(out message)) > 0)
        {
            await AnswerAsync(message).ConfigureAwait(false);
            Expect(listener.Limits.Message, isIdle: false);
        }
        if (length != MessageFrame.Lost)
            return true;
        // The engine counts what is no message; it does not answer it.
        await AnswerAsync(message).ConfigureAwait(false);
        return false;
    }

    private async ValueTask AnswerAsync(ReadOnlyMemory<byte> message)
    {
        if (!_hasMessage && listener.Tls is { } tls)
            Interlocked.Increment(ref tls.Counters.AcceptCount);
        _hasMessage = true;
        var answer = ArrayPool<byte>.Shared.Rent(AnswerBuffer);
        try
        {
            int length;
            await listener.Turn.WaitAsync().ConfigureAwait(false);
            try
            {
                length = listener.Engine.Process(
                    message.Span,
                    answer,
                    new Requester(_peer.Buffer.Span[.._peer.Size], listener.Address.Kind, _securityName)
                );
            }
            finally
            {
                listener.Turn.Release();
            }
            if (length > 0)
                await _stream.WriteAsync(answer.AsMemory(0, length)).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException && listener.Tls is { } server)
        {
            Interlocked.Increment(ref server.Counters.NoSessionCount);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    private void Expect(TimeSpan within, bool isIdle)
    {
        _isIdle = isIdle;
        Interlocked.Exchange(ref _due, listener.Clock.GetTimestamp() + (long)(within.TotalSeconds * listener.Clock.TimestampFrequency));
    }

    /// <summary>Whoever has an IPv6 network has all its addresses: they count as one.</summary>
    private static IPAddress SourceOf(IPEndPoint peer)
    {
        if (peer.AddressFamily != AddressFamily.InterNetworkV6 || peer.Address.IsIPv6LinkLocal)
            return peer.Address;
        var octets = peer.Address.GetAddressBytes();
        octets.AsSpan(8).Clear();
        return new IPAddress(octets);
    }
}
