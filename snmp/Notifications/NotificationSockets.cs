using System.Net;
using System.Net.Sockets;

namespace Rtfm.Snmp.Notifications;

/// <summary>Where notifications leave, and answers to informs arrive: a socket for IPv4 and one for IPv6, each opened when it is first needed.</summary>
internal sealed class NotificationSockets(Action<ReadOnlyMemory<byte>, IPEndPoint> receive) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _opening = new();
    private readonly List<Task> _receivers = [];
    private Socket? _ipv4;
    private Socket? _ipv6;

    /// <returns>False where the system does not take the datagram: no route, or no socket.</returns>
    public bool TrySend(ReadOnlySpan<byte> message, IPEndPoint to)
    {
        try
        {
            For(to.AddressFamily).SendTo(message, SocketFlags.None, to);
            return true;
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>The address that datagrams to there come from.</summary>
    public static IPAddress OwnAddressTo(IPEndPoint target)
    {
        try
        {
            // Connecting sends nothing; it makes the system choose.
            using var probe = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(target);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.Any;
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
        _stopping.Dispose();
    }

    private Socket For(AddressFamily family)
    {
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            return family == AddressFamily.InterNetwork ? _ipv4 ??= Open(IPAddress.Any) : _ipv6 ??= Open(IPAddress.IPv6Any);
        }
    }

    private Socket Open(IPAddress any)
    {
        var socket = new Socket(any.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(any, 0));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        _receivers.Add(ReceiveAsync(socket));
        return socket;
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var buffer = new byte[65_536];
        var anyone = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone, _stopping.Token).ConfigureAwait(false);
                receive(buffer.AsMemory(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint);
            }
            catch (SocketException)
            {
                // Someone's port is closed: the inform will time out.
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
