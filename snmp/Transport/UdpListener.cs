using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Security;

namespace Rtfm.Snmp.Transport;

/// <summary>Takes requests from a UDP socket and sends the engine's answers back: one thread, two buffers, nothing allocated per request (RFC 3417 §3).</summary>
/// <remarks>Bound to all addresses of a machine, it answers from the address the system's routes choose; bind to one address where that matters.</remarks>
public sealed class UdpListener : ITransportListener
{
    /// <summary>Requests that arrive while one is answered wait here, in the kernel.</summary>
    private const int ReceiveBuffer = 4 << 20;

    private readonly SnmpEngine _engine;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public UdpListener(SnmpEngine engine, IPEndPoint address)
    {
        _engine = engine;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false;
            _socket.ReceiveBufferSize = ReceiveBuffer;
            _socket.SendBufferSize = ReceiveBuffer;
            _socket.Bind(address);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _thread = new Thread(Serve) { IsBackground = true, Name = $"snmp {EndPoint}" };
        _thread.Start();
    }

    /// <summary>The address it listens at; the system's choice of port where 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    public TransportAddress Address => new(TransportKind.Udp, EndPoint);

    public void Dispose()
    {
        _stopping = true;
        // Closing the socket ends the wait for the next request.
        _socket.Dispose();
        _thread.Join();
    }

    private void Serve()
    {
        var request = new byte[65_536];
        var answer = new byte[65_536];
        var sender = new SocketAddress(EndPoint.AddressFamily);
        while (!_stopping)
        {
            try
            {
                var received = _socket.ReceiveFrom(request, SocketFlags.None, sender);
                var length = _engine.Process(request.AsSpan(0, received), answer, new Requester(sender.Buffer.Span[..sender.Size]));
                if (length > 0)
                    _socket.SendTo(answer.AsSpan(0, length), SocketFlags.None, sender);
            }
            catch (SocketException)
            {
                // An answer that cannot be delivered, or the end. Whoever asked will ask again.
                if (_stopping)
                    return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
