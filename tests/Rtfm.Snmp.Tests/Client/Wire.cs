using System.Net;
using System.Net.Sockets;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>The way between client and agent, where somebody may listen, change and add.</summary>
internal sealed class Wire : IDisposable
{
    private readonly UdpClient _inside = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _outside = new(new IPEndPoint(IPAddress.Loopback, 0));

    public Wire(IPEndPoint agent)
    {
        Agent = agent;
        _ = ServeAsync();
    }

    /// <summary>Where requests go.</summary>
    public IPEndPoint Agent { get; set; }

    /// <summary>What the client gets instead of the agent's answer: of the request and the answer.</summary>
    public Func<byte[], byte[], byte[][]> Change { get; set; } = (_, answer) => [answer];

    public IPEndPoint EndPoint => (IPEndPoint)_inside.Client.LocalEndPoint!;

    public void Dispose()
    {
        _inside.Dispose();
        _outside.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var request = await _inside.ReceiveAsync();
                await _outside.SendAsync(request.Buffer, Agent);
                var answer = await _outside.ReceiveAsync();
                foreach (var each in Change(request.Buffer, answer.Buffer))
                    await _inside.SendAsync(each, request.RemoteEndPoint);
            }
        }
        catch (Exception end) when (end is ObjectDisposedException or SocketException) { }
    }
}
