using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>A loop of one thread over one socket that knows nothing of our library: messages made before, answers looked at as little as will do.</summary>
internal sealed class RawLoad : Load
{
    /// <summary>Bits of an id that say whose it is.</summary>
    private const int SlotBits = 6;

    private readonly Socket _socket;
    private readonly byte[][] _messages;
    private readonly int[] _idsAt;
    private readonly int[] _ids;
    private readonly long[] _began;
    private readonly bool _renumbers;
    private int _sequence;

    /// <param name="messages">One for each request under way.</param>
    /// <param name="renumbers">Each request gets an id of its own; otherwise, where it is signed, only each of those under way.</param>
    public RawLoad(IPEndPoint agent, IEnumerable<byte[]> messages, bool renumbers)
    {
        _messages = [.. messages];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_messages.Length, 1 << SlotBits);
        _renumbers = renumbers;
        _idsAt = [.. _messages.Select(message => Answer.IdAt(message))];
        _ids = [.. _messages.Select((message, slot) => BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(_idsAt[slot])))];
        _began = new long[_messages.Length];
        _socket = new Socket(agent.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1_000, ReceiveBufferSize = 4 << 20 };
        _socket.Connect(agent);
    }

    public override void Run(CancellationToken stop)
    {
        var answer = new byte[65_536];
        for (var slot = 0; slot < _messages.Length; slot++)
            Send(slot);
        while (!stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = _socket.Receive(answer);
            }
            catch (SocketException)
            {
                // All are overdue, or the agent is gone: asked again, until told to stop.
                Lost += _messages.Length;
                for (var slot = 0; slot < _messages.Length; slot++)
                    Send(slot);
                continue;
            }
            var isGood = Answer.TryRead(answer.AsSpan(0, length), out var id, out var varBinds);
            var whose = id & (1 << SlotBits) - 1;
            // Too late: it has been counted as lost.
            if (whose >= _messages.Length || id != _ids[whose])
                continue;
            if (isGood)
            {
                Answers++;
                VarBinds += varBinds;
                Latencies.Add(_began[whose]);
            }
            else
            {
                Bad++;
            }
            Send(whose);
        }
        Drain(answer);
    }

    public override void Dispose() => _socket.Dispose();

    /// <summary>What is still under way does not reach into the next run.</summary>
    private void Drain(byte[] answer)
    {
        try
        {
            for (var left = _messages.Length; left > 0; left--)
                _socket.Receive(answer);
        }
        catch (SocketException)
        {
            // As many as there were.
        }
    }

    private void Send(int slot)
    {
        if (_renumbers)
        {
            _ids[slot] = Requests.FirstId | (++_sequence << SlotBits & Requests.FirstId - 1) | slot;
            BinaryPrimitives.WriteInt32BigEndian(_messages[slot].AsSpan(_idsAt[slot]), _ids[slot]);
        }
        _began[slot] = Stopwatch.GetTimestamp();
        try
        {
            _socket.Send(_messages[slot]);
        }
        catch (SocketException)
        {
            // Nobody listens: it counts as lost.
        }
    }
}
