using System.Buffers;
using System.Net.Sockets;
using System.Security.Authentication;
using Rtfm.Snmp.Transport;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Client;

/// <summary>Why a connection is there no more, in words that follow the agent's name.</summary>
/// <param name="Fault">Makes what is told to those who wait for an answer, each by his own name of the agent.</param>
internal sealed record StreamEnd(string Reason, Func<string, SnmpException> Fault)
{
    /// <summary>Another attempt may go better.</summary>
    public static StreamEnd Lost(string reason) => new(reason, message => new SnmpTransportException(message));

    /// <summary>It will not.</summary>
    public static StreamEnd NotLetIn(string reason) => new(reason, message => new SnmpSecurityException(message));

    public SnmpException For(SnmpTarget target) => Fault($"{target}: {Reason}");
}

/// <summary>A connection to an agent: many requests in flight, answers in any order (RFC 3430 §2, RFC 6353 §5).</summary>
/// <remarks>It lives until either side ends it, and is not opened again: whoever asks next gets another one.</remarks>
/// <param name="receive">Gets each message, in a buffer that it may change, and as much room to work in.</param>
/// <param name="onEnd">Told once, when nothing comes any more.</param>
internal sealed class ClientStream(SnmpTarget target, TimeProvider clock, ClientSockets.Receiver receive, Action<ClientStream, StreamEnd> onEnd)
    : IAsyncDisposable
{
    /// <summary>Longer than datagrams may be; at least 8,192 (RFC 3430 §2.2).</summary>
    private const int LongestMessage = 1 << 20;

    /// <summary>How long it may take to connect, handshake included, and to send a message.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(1);

    private readonly Socket _socket = new(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly TaskCompletionSource<StreamEnd?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _turn = new(1);
    private Stream _stream = Stream.Null;
    private StreamEnd? _end;
    private long _received;

    /// <summary>Null once it is open, else why it is not.</summary>
    public Task<StreamEnd?> Opened => _opened.Task;

    /// <summary>Ends with the connection, never with a fault.</summary>
    public Task Life { get; private set; } = Task.CompletedTask;

    /// <summary>Messages that came, whatever they were.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Null while it lives.</summary>
    public StreamEnd? End => Volatile.Read(ref _end);

    /// <summary>Requests that are not answered yet; guarded by whoever opens and closes.</summary>
    public int InFlight { get; set; }

    /// <summary>When <see cref="InFlight"/> became 0: a timestamp of the clock.</summary>
    public long IdleSince { get; set; }

    public void Start() => Life = Task.Run(LiveAsync);

    /// <summary>Sends a message, after those that others send. Where it cannot be sent the connection ends, and that is told.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        if (!await _turn.WaitAsync(Patience).ConfigureAwait(false))
        {
            Close(StreamEnd.Lost("it takes no requests"));
            return;
        }
        try
        {
            await _stream.WriteAsync(message).AsTask().WaitAsync(Patience, clock).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is TimeoutException)
        {
            Close(StreamEnd.Lost("it takes no requests"));
        }
        catch (Exception fault) when (IsEnd(fault))
        {
            Close(Lost($"the connection was lost: {fault.Message}"));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the connection; what it waits for ends with it.</summary>
    public void Close(StreamEnd end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        _socket.Dispose();
    }

    /// <summary>Ends the connection when all that came is read: with TLS, that leaves the time to take leave (RFC 6353 §5.4).</summary>
    public void Leave(StreamEnd end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            _socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Leave(StreamEnd.Lost("the client was closed"));
        await Life.ConfigureAwait(false);
    }

    private async Task LiveAsync()
    {
        try
        {
            using (var limit = new CancellationTokenSource(Patience, clock))
                await OpenAsync(limit.Token).ConfigureAwait(false);
            _opened.SetResult(null);
            Interlocked.CompareExchange(ref _end, await ReceiveAsync().ConfigureAwait(false), null);
        }
        catch (Exception fault) when (IsEnd(fault))
        {
            Interlocked.CompareExchange(ref _end, Explain(fault), null);
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
            _opened.TrySetResult(_end);
            onEnd(this, _end!);
        }
    }

    private async Task CloseAsync()
    {
        var closing = TlsServer.CloseAsync(_stream).AsTask();
        // A peer that reads nothing must not keep us.
        if (await Task.WhenAny(closing, Task.Delay(LeavePatience, clock)).ConfigureAwait(false) == closing)
            await closing.ConfigureAwait(false);
        try
        {
            // Without it the peer may see a fault instead of an end.
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
        _socket.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _socket.ConnectAsync(target.Address, cancellationToken).ConfigureAwait(false);
        // A request is one segment; it must not wait for the answer to the one before.
        _socket.NoDelay = true;
        _stream = new NetworkStream(_socket);
        if (target.Credentials is CertificateCredentials credentials)
            _stream = await credentials.Tls.ConnectAsync(_stream, target.HostName, clock, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StreamEnd> ReceiveAsync()
    {
        var messages = new MessageBuffer(LongestMessage);
        try
        {
            while (true)
            {
                // Asking for no octets waits until there are some: a connection that is idle holds no buffer.
                if (messages.IsEmpty)
                    await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                if (!await messages.ReceiveAsync(_stream).ConfigureAwait(false))
                    return Lost("the agent ended the connection");
                int length;
                while ((length = messages.Take(out var message)) > 0)
                    Deliver(message.Span);
                // RFC 3430 §2.1: nobody can tell where the next message begins.
                if (length == MessageFrame.Lost)
                    return new($"what came is no SNMP, or longer than {LongestMessage} octets", text => new SnmpProtocolException(text));
            }
        }
        finally
        {
            messages.Return();
        }
    }

    private void Deliver(Span<byte> message)
    {
        Interlocked.Increment(ref _received);
        var scratch = ArrayPool<byte>.Shared.Rent(message.Length);
        receive(message, scratch, null, this);
        ArrayPool<byte>.Shared.Return(scratch);
    }

    private StreamEnd Explain(Exception fault) =>
        fault switch
        {
            AuthenticationException => StreamEnd.NotLetIn($"no TLS: {fault.Message}"),
            OperationCanceledException => StreamEnd.Lost($"no connection within {Patience.TotalSeconds:0} s"),
            _ when !_opened.Task.IsCompleted => StreamEnd.Lost($"cannot connect: {fault.Message}"),
            _ => Lost($"the connection was lost: {fault.Message}"),
        };

    // With TLS 1.3 the agent looks at the certificate when the session is there already, and may end it without a word.
    private StreamEnd Lost(string reason) =>
        Received == 0 && target.Transport == TransportKind.TlsTcp
            ? StreamEnd.NotLetIn("it ended the TLS session without an answer: does it know this certificate?")
            : StreamEnd.Lost(reason);

    private static bool IsEnd(Exception fault) =>
        fault
            is IOException
                or SocketException
                or ObjectDisposedException
                or InvalidOperationException
                or AuthenticationException
                or OperationCanceledException;
}
