using System.Net;
using System.Net.Sockets;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>One message, one answer, as often as it takes: for what comes before measuring.</summary>
internal sealed class Exchange(IPEndPoint to)
{
    /// <summary>How long an answer is waited for before it is asked again.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <exception cref="IOException">Nobody answers.</exception>
    public byte[] Ask(byte[] message, TimeSpan patience)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Interval.TotalMilliseconds };
        socket.Connect(to);
        var answer = new byte[65_536];
        for (var tries = 0; tries < patience / Interval; tries++)
        {
            try
            {
                socket.Send(message);
                return answer[..socket.Receive(answer)];
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // It is starting; nothing tells when it has. A refusal comes at once: without this all tries would be over before it listens.
                Thread.Sleep(Interval);
            }
            catch (SocketException fault) when (fault.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // Asked again.
            }
        }
        throw new IOException($"nobody answers at {to}");
    }
}
