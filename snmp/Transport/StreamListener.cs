using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Snmp.Transport;

/// <summary>Takes connections and answers the requests that come over them (RFC 3430, RFC 6353). Peers can slow each other down, not stop each other.</summary>
public sealed class StreamListener : ITransportListener
{
    /// <summary>Connections that wait to be accepted, in the kernel.</summary>
    private const int Backlog = 128;

    /// <summary>How often connections are looked over, and at most how much later than due they are closed.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ComplaintInterval = TimeSpan.FromMinutes(1);

    private readonly Socket _socket;
    private readonly HashSet<StreamConnection> _connections = [];
    private readonly Action<StreamCounters>? _onTrouble;
    private readonly ITimer _sweep;
    private readonly Task _accepting;
    private bool _isStopping;
    private long _troublesTold;
    private DateTimeOffset _lastComplaint;

    /// <param name="tls">For TLS: the listener's certificate and the peers'.</param>
    /// <param name="onTrouble">Told, at most once a minute, when connections were refused or closed for what the peer did.</param>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public StreamListener(
        SnmpEngine engine,
        TransportAddress address,
        StreamLimits? limits = null,
        TimeProvider? clock = null,
        TlsServer? tls = null,
        Action<StreamCounters>? onTrouble = null
    )
    {
        if (tls is null == (address.Kind == TransportKind.TlsTcp))
            throw new ArgumentException("TLS, and nothing else, needs certificates", nameof(tls));
        Engine = engine;
        Tls = tls;
        Limits = limits ?? new StreamLimits();
        Clock = clock ?? TimeProvider.System;
        _onTrouble = onTrouble;
        _socket = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.EndPoint.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false;
            _socket.Bind(address.EndPoint);
            _socket.Listen(Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        Address = address with { EndPoint = (IPEndPoint)_socket.LocalEndPoint! };
        _sweep = Clock.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
        _accepting = Task.Run(AcceptAsync);
    }

    public TransportAddress Address { get; }

    public StreamCounters Counters { get; } = new();

    internal SnmpEngine Engine { get; }

    internal TlsServer? Tls { get; }

    internal StreamLimits Limits { get; }

    internal TimeProvider Clock { get; }

    /// <summary>The engine takes one request at a time: connections wait here for it, which takes no thread.</summary>
    internal SemaphoreSlim Turn { get; } = new(1);

    public void Dispose()
    {
        StreamConnection[] open;
        lock (_connections)
        {
            if (_isStopping)
                return;
            _isStopping = true;
            open = [.. _connections];
        }
        _sweep.Dispose();
        _socket.Dispose();
        foreach (var connection in open)
            connection.Dispose();
        _accepting.Wait();
        Task.WaitAll(Array.ConvertAll(open, each => each.Serving));
        Turn.Dispose();
    }

    internal void Remove(StreamConnection connection)
    {
        lock (_connections)
            _connections.Remove(connection);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Admit(await _socket.AcceptAsync().ConfigureAwait(false));
            }
            catch (SocketException) when (!Volatile.Read(ref _isStopping))
            {
                // The peer has given up meanwhile, or there are no file descriptors left: then it takes a while until there are.
                await Task.Delay(SweepInterval).ConfigureAwait(false);
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Admit(Socket socket)
    {
        StreamConnection connection;
        try
        {
            connection = new StreamConnection(this, socket);
        }
        catch (SocketException)
        {
            // Gone before it was looked at.
            socket.Dispose();
            return;
        }
        lock (_connections)
        {
            if (!_isStopping && HasRoomFor(connection.Source))
            {
                Interlocked.Increment(ref Counters.AcceptedCount);
                _connections.Add(connection);
                connection.Start();
                return;
            }
        }
        Interlocked.Increment(ref Counters.RefusedCount);
        connection.Dispose();
    }

    private bool HasRoomFor(IPAddress source)
    {
        var fromThere = 0;
        foreach (var each in _connections)
            fromThere += each.Source.Equals(source) ? 1 : 0;
        return _connections.Count < Limits.Connections && fromThere < Limits.ConnectionsPerSource;
    }

    private void Sweep()
    {
        var now = Clock.GetTimestamp();
        lock (_connections)
        {
            foreach (var connection in _connections)
                connection.CloseIfDue(now);
        }
        var troubles = Counters.Troubles;
        if (troubles == _troublesTold || Clock.GetUtcNow() - _lastComplaint < ComplaintInterval)
            return;
        (_troublesTold, _lastComplaint) = (troubles, Clock.GetUtcNow());
        _onTrouble?.Invoke(Counters);
    }
}
