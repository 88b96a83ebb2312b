using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Client.Notifications;

/// <summary>Listens for traps and informs of every version and answers the informs (RFC 3413 §3.4).</summary>
public sealed class NotificationReceiver : IAsyncDisposable
{
    private const int LongestMessage = 65_536;

    /// <summary>What a varbind takes beside its content, in octets: about.</summary>
    private const int VarBindOctets = 160;

    private readonly CancellationTokenSource _stopping = new();
    private readonly long _mostOctets;
    private readonly Channel<Notification> _notifications;
    private readonly NotificationEngine _engine;
    private readonly List<Socket> _sockets = [];
    private readonly Task[] _receivers;
    private long _waitingOctets;

    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public NotificationReceiver(NotificationReceiverOptions options)
    {
        _mostOctets = options.CapacityOctets;
        _notifications = Channel.CreateBounded<Notification>(options.Capacity);
        _engine = new NotificationEngine(options, TryKeep);
        try
        {
            foreach (var address in options.Listen)
                _sockets.Add(Bind(address, options.ReceiveBuffer));
        }
        catch
        {
            _sockets.ForEach(each => each.Dispose());
            throw;
        }
        EndPoints = _sockets.ConvertAll(each => (IPEndPoint)each.LocalEndPoint!);
        _receivers = [.. _sockets.ConvertAll(each => Task.Run(() => ReceiveAsync(each)))];
    }

    /// <summary>Where it listens, in the order asked for.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; }

    public NotificationCounters Counters => _engine.Counters;

    /// <summary>Notifications as they come, each to one reader; ends when the receiver is disposed of.</summary>
    public async IAsyncEnumerable<Notification> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var notification in _notifications.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            Interlocked.Add(ref _waitingOctets, -OctetsOf(notification));
            yield return notification;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _sockets.ForEach(each => each.Dispose());
        await Task.WhenAll(_receivers).ConfigureAwait(false);
        _notifications.Writer.TryComplete();
        _stopping.Dispose();
    }

    /// <summary>A message of 64 KiB makes some thousands of objects: notifications are not only counted, or a few thousand of those would fill the memory.</summary>
    private bool TryKeep(Notification notification)
    {
        var octets = OctetsOf(notification);
        if (Interlocked.Add(ref _waitingOctets, octets) <= _mostOctets && _notifications.Writer.TryWrite(notification))
            return true;
        Interlocked.Add(ref _waitingOctets, -octets);
        return false;
    }

    private static void SendLater(Socket socket, byte[] message, IPEndPoint to)
    {
        try
        {
            socket.SendTo(message, to);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // As any answer that cannot be delivered: the inform comes again.
        }
    }

    private static long OctetsOf(Notification notification)
    {
        var octets = 0L;
        foreach (var varBind in notification.VarBinds)
            octets += VarBindOctets + 4L * varBind.Name.Length + varBind.Value.Octets.Length;
        return octets;
    }

    private static Socket Bind(IPEndPoint address, int receiveBuffer)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.ReceiveBufferSize = receiveBuffer;
            socket.Bind(address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var (message, scratch, answer) = (new byte[LongestMessage], new byte[LongestMessage], new byte[LongestMessage]);
        var any = (IPEndPoint)socket.LocalEndPoint!;
        var sender = new SocketAddress(socket.AddressFamily);
        // From where the inform was sent to: its sender takes no answer from elsewhere.
        var later = (byte[] octets, IPEndPoint to) => SendLater(socket, octets, to);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(message, SocketFlags.None, sender, _stopping.Token).ConfigureAwait(false);
                var length = Process(message.AsSpan(0, received), scratch, answer, (IPEndPoint)any.Create(sender), sender, later);
                if (length > 0)
                    await socket.SendToAsync(answer.AsMemory(0, length), SocketFlags.None, sender, _stopping.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // An answer that cannot be delivered: the inform comes again.
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private int Process(
        Span<byte> message,
        Span<byte> scratch,
        Span<byte> answer,
        IPEndPoint source,
        SocketAddress sender,
        Action<byte[], IPEndPoint> later
    ) => _engine.Process(message, scratch, answer, source, new Requester(sender.Buffer.Span[..sender.Size]), later);
}
