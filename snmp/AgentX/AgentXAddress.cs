using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.AgentX;

/// <summary>Where a master agent listens: the path of a Unix socket, or <c>tcp:ADDRESS:PORT</c> (RFC 2741 §8).</summary>
public sealed record AgentXAddress
{
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(5);

    private readonly string _text;

    private AgentXAddress(string text, EndPoint endPoint) => (_text, EndPoint) = (text, endPoint);

    public EndPoint EndPoint { get; }

    /// <param name="complaint">What is wrong with the text, in a few words.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AgentXAddress? address, out string complaint)
    {
        address = null;
        complaint = "";
        if (text.StartsWith('/'))
        {
            try
            {
                address = new(text, new UnixDomainSocketEndPoint(text));
                return true;
            }
            catch (ArgumentException)
            {
                complaint = "too long for the path of a socket";
                return false;
            }
        }
        if (!TransportAddress.TryParse(text, out var tcp, out complaint))
            return false;
        if (tcp.Kind != TransportKind.Tcp)
        {
            complaint = "AgentX has no such transport";
            return false;
        }
        address = new(text, tcp.EndPoint);
        return true;
    }

    public override string ToString() => _text;

    /// <exception cref="SocketException">Nobody listens there, or nobody answers.</exception>
    /// <exception cref="AgentXException">There is no such socket.</exception>
    internal Socket Connect()
    {
        // The system's own words for it, "cannot assign requested address", help nobody.
        if (EndPoint is UnixDomainSocketEndPoint && !File.Exists(_text))
            throw new AgentXException("there is no such socket: the master does not run, or not with 'master agentx'");
        var socket =
            EndPoint is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var patience = new CancellationTokenSource(LongestConnect);
            socket.ConnectAsync(EndPoint, patience.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
