using System.Net;
using System.Net.Sockets;

namespace Rtfm.Snmp.Client;

/// <summary>One UDP socket for each address family, opened when it is first needed, and the loops that receive from them.</summary>
/// <param name="receive">Gets each datagram, in a buffer that it may change, and as much room to work in.</param>
internal sealed class ClientSockets(int receiveBuffer, ClientSockets.Receiver receive) : IAsyncDisposable
{
    /// <param name="sender">Who sent a datagram; null: it came over <paramref name="stream"/>.</param>
    public delegate void Receiver(Span<byte> message, Span<byte> scratch, SocketAddress? sender, ClientStream? stream);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _opening = new();
    private readonly List<Task> _receivers = [];
    private Socket? _ipv4;
    private Socket? _ipv6;

    public void ThrowIfClosed(object owner) => ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, owner);

    /// <exception cref="SocketException">It cannot be sent.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> message, IPEndPoint to, CancellationToken cancellationToken) =>
        await SocketFor(to.AddressFamily).SendToAsync(message, SocketFlags.None, to, cancellationToken).ConfigureAwait(false);

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

    private Socket SocketFor(AddressFamily family)
    {
        lock (_opening)
        {
            ref var socket = ref (family == AddressFamily.InterNetworkV6 ? ref _ipv6 : ref _ipv4);
            if (socket is null)
            {
                socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = receiveBuffer };
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
        var scratch = new byte[65_536];
        var sender = new SocketAddress(socket.AddressFamily);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, sender, _stopping.Token).ConfigureAwait(false);
                receive(buffer.AsSpan(0, length), scratch, sender, null);
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
}
