using System.Net;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Client;

/// <summary>The connections of a client: one for each agent and name in which it is asked, opened when it is needed.</summary>
internal sealed class ClientStreams : IAsyncDisposable
{
    /// <summary>How long a connection is kept that nobody uses: shorter than agents and firewalls have patience.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Key, ClientStream> _streams = [];
    private readonly HashSet<ClientStream> _living = [];
    private readonly TimeProvider _clock;
    private readonly ClientSockets.Receiver _receive;
    private readonly Action<ClientStream, StreamEnd> _onEnd;
    private readonly ITimer _sweep;
    private bool _isClosed;

    /// <param name="receive">Gets each message.</param>
    /// <param name="onEnd">Told of each connection that is lost.</param>
    public ClientStreams(TimeProvider clock, ClientSockets.Receiver receive, Action<ClientStream, StreamEnd> onEnd)
    {
        (_clock, _receive, _onEnd) = (clock, receive, onEnd);
        _sweep = clock.CreateTimer(_ => CloseIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private sealed record Key(TransportKind Transport, IPEndPoint Address, string HostName, SnmpCredentials Credentials);

    /// <summary>The connection to ask over; give it back to <see cref="Release"/>.</summary>
    public ClientStream Take(SnmpTarget target)
    {
        var key = new Key(target.Transport, target.Address, target.HostName, target.Credentials);
        lock (_streams)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            // One that has ended may not be forgotten yet.
            if (!_streams.TryGetValue(key, out var stream) || stream.End is not null)
            {
                stream = new ClientStream(target, _clock, _receive, (ended, end) => Forget(key, ended, end));
                _streams[key] = stream;
                _living.Add(stream);
                stream.Start();
                _sweep.Change(Idle, Idle);
            }
            stream.InFlight++;
            return stream;
        }
    }

    public void Release(ClientStream stream)
    {
        lock (_streams)
        {
            if (--stream.InFlight == 0)
                stream.IdleSince = _clock.GetTimestamp();
        }
    }

    public async ValueTask DisposeAsync()
    {
        ClientStream[] open;
        lock (_streams)
        {
            _isClosed = true;
            open = [.. _living];
        }
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(Array.ConvertAll(open, each => each.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private void Forget(Key key, ClientStream ended, StreamEnd end)
    {
        lock (_streams)
        {
            _living.Remove(ended);
            if (_streams.TryGetValue(key, out var current) && current == ended)
                _streams.Remove(key);
            if (_living.Count == 0 && !_isClosed)
                _sweep.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        _onEnd(ended, end);
    }

    private void CloseIdle()
    {
        lock (_streams)
        {
            foreach (var (key, stream) in _streams)
            {
                if (stream.InFlight > 0 || _clock.GetElapsedTime(stream.IdleSince) < Idle)
                    continue;
                // Removed first: nobody gets it who is about to ask.
                _streams.Remove(key);
                stream.Leave(StreamEnd.Lost("the connection was idle"));
            }
        }
    }
}
