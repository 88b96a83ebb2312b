using System.Net.Sockets;

namespace Rtfm.Snmp.AgentX;

/// <summary>PDUs over a socket: whole ones out, one after the other in.</summary>
internal sealed class AgentXConnection : IDisposable
{
    /// <summary>The longest payload taken, in octets: a SET as long as a datagram is four times as long here, at most.</summary>
    private const int LongestPayload = 256 * 1024;

    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly Lock _sending = new();
    private byte[] _buffer = new byte[4_096];
    private TimeSpan _within;

    /// <summary>The octets received that belong to no PDU given out yet, and where they begin.</summary>
    private int _start;
    private int _filled;

    public AgentXConnection(Socket socket)
    {
        _socket = socket;
        _socket.SendTimeout = (int)LongestSend.TotalMilliseconds;
    }

    /// <summary>Waits for the next PDU.</summary>
    /// <param name="payload">Good until the next call.</param>
    /// <returns>False where none came in time.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    /// <exception cref="AgentXException">The master ended it, or what came is no PDU.</exception>
    public bool TryReceive(TimeSpan within, out AgentXHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        // Each setting is a system call, so only where it changes.
        if (_within != within)
            _socket.ReceiveTimeout = (int)(_within = within).TotalMilliseconds;
        if (!TryFill(AgentXHeader.Length))
            return false;
        if (!AgentXHeader.TryRead(_buffer.AsSpan(_start), out header) || header.PayloadLength > LongestPayload)
            throw new AgentXException("it sent what is no AgentX");
        var length = AgentXHeader.Length + (int)header.PayloadLength;
        if (!TryFill(length))
            throw new AgentXException("it did not finish what it sent");
        payload = _buffer.AsSpan(_start + AgentXHeader.Length, length - AgentXHeader.Length);
        _start += length;
        return true;
    }

    /// <summary>Sends a PDU; from any thread.</summary>
    /// <exception cref="SocketException">The connection is lost, or the master does not take it.</exception>
    public void Send(ReadOnlySpan<byte> pdu)
    {
        lock (_sending)
        {
            while (!pdu.IsEmpty)
                pdu = pdu[_socket.Send(pdu)..];
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool TryFill(int length)
    {
        if (_start > 0 && _filled - _start < length)
        {
            _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
            (_start, _filled) = (0, _filled - _start);
        }
        if (_buffer.Length < length)
            Array.Resize(ref _buffer, length);
        while (_filled - _start < length)
        {
            int received;
            try
            {
                received = _socket.Receive(_buffer.AsSpan(_filled));
            }
            catch (SocketException timeout) when (timeout.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                return false;
            }
            if (received == 0)
                throw new AgentXException("it closed the connection");
            _filled += received;
        }
        return true;
    }
}
