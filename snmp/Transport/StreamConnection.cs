using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Transport;

/// <summary>One peer of a <see cref="StreamListener"/>: takes its messages one after the other and answers each (RFC 3430 §2.1).</summary>
/// <remarks>A connection that is idle holds no buffer; one with a message on its way holds at most twice what has arrived of it.</remarks>
internal sealed class StreamConnection(StreamListener listener, Socket socket) : IDisposable
{
    private const int FirstBuffer = 2_048;
    private const int AnswerBuffer = 65_536;

    private readonly SocketAddress _peer = socket.RemoteEndPoint!.Serialize();
    private Stream _stream = Stream.Null;
    private string? _securityName;
    private byte[]? _buffer;
    private int _filled;
    private long _due = long.MaxValue;
    private volatile bool _isIdle;

    /// <summary>Where the connection comes from, for the limit of connections.</summary>
    public IPAddress Source { get; } = SourceOf((IPEndPoint)socket.RemoteEndPoint!);

    /// <summary>Ends when the connection does, never with a fault.</summary>
    public Task Serving { get; private set; } = Task.CompletedTask;

    public void Start() => Serving = Task.Run(ServeAsync);

    /// <summary>Closing the socket ends whatever the connection waits for.</summary>
    public void Dispose() => socket.Dispose();

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
            await TlsServer.CloseAsync(_stream).ConfigureAwait(false);
            Dispose();
            ReturnBuffer();
            listener.Remove(this);
        }
    }

    /// <returns>False at the end of the stream.</returns>
    private async ValueTask<bool> ReceiveAsync()
    {
        if (_filled == 0)
        {
            ReturnBuffer();
            Expect(listener.Limits.Idle, isIdle: true);
            // Asking for no octets waits until there are some.
            await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            Expect(listener.Limits.Message, isIdle: false);
        }
        MakeRoom();
        var received = await _stream.ReadAsync(_buffer.AsMemory(_filled)).ConfigureAwait(false);
        _filled += received;
        return received > 0;
    }

    /// <returns>False where framing is lost: the connection is to be closed (RFC 3430 §2.1).</returns>
    private async ValueTask<bool> AnswerWholeMessagesAsync()
    {
        var start = 0;
        int length;
        while (true)
        {
            length = MessageFrame.Length(_buffer.AsSpan(start, _filled - start), listener.Limits.MessageSize);
            if (length <= 0 || length > _filled - start)
                break;
            await AnswerAsync(_buffer.AsMemory(start, length)).ConfigureAwait(false);
            Expect(listener.Limits.Message, isIdle: false);
            start += length;
        }
        // The engine counts what is no message; it does not answer it.
        if (length == MessageFrame.Lost)
            await AnswerAsync(_buffer.AsMemory(start, _filled - start)).ConfigureAwait(false);
        _buffer.AsSpan(start, _filled - start).CopyTo(_buffer);
        _filled -= start;
        return length != MessageFrame.Lost;
    }

    private async ValueTask AnswerAsync(ReadOnlyMemory<byte> message)
    {
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
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    /// <summary>The buffer grows with what arrives, not with what a length promises.</summary>
    private void MakeRoom()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        }
        else if (_filled == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_filled * 2);
            _buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
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
