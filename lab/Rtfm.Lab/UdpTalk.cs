using System.Net;
using System.Net.Sockets;

namespace Rtfm.Lab;

/// <summary>UDP: datagrams of different lengths, each answered by one of half its length.</summary>
internal static class UdpTalk
{
    public const int Port = 7002;

    /// <summary>How long answers may take after the last question.</summary>
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(3);

    /// <summary>Answers whoever asks until the traffic ends.</summary>
    public static async Task AnswerAsync(IPAddress self, Ledger ledger, CancellationToken ended)
    {
        using var socket = Open(new IPEndPoint(self, Port));
        var buffer = new byte[2_048];
        var any = new IPEndPoint(self.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, ended);
            }
            catch (SocketException)
            {
                // What was sent before could not be delivered.
                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            var conversation = ledger.Of("udp", (IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)received.RemoteEndPoint);
            Interlocked.Increment(ref conversation.ReceivedPackets);
            Interlocked.Add(ref conversation.ReceivedPayload, received.ReceivedBytes);
            await SendAsync(socket, buffer.AsMemory(0, received.ReceivedBytes / 2), conversation, received.RemoteEndPoint);
        }
    }

    /// <summary>Asks a peer again and again until the traffic ends, then waits for the last answers.</summary>
    public static async Task AskAsync(IPAddress self, IPAddress peer, TimeSpan pause, Ledger ledger, CancellationToken ended)
    {
        using var socket = Open(new IPEndPoint(self, 0));
        var remote = new IPEndPoint(peer, Port);
        await socket.ConnectAsync(remote, CancellationToken.None);
        var conversation = ledger.Of("udp", (IPEndPoint)socket.LocalEndPoint!, remote);
        using var over = new CancellationTokenSource();
        var hearing = HearAsync(socket, conversation, over.Token);
        var question = new byte[1_200];
        using var timer = new PeriodicTimer(pause);
        try
        {
            for (var i = 0; ; i++)
            {
                await SendAsync(socket, question.AsMemory(0, 20 + i * 37 % (question.Length - 20)), conversation, remote);
                await timer.WaitForNextTickAsync(ended);
            }
        }
        catch (OperationCanceledException)
        {
            over.CancelAfter(TimeToAnswer);
            while (!hearing.IsCompleted && Volatile.Read(ref conversation.ReceivedPackets) < conversation.SentPackets)
                await Task.Delay(20, CancellationToken.None);
            await over.CancelAsync();
            await hearing;
        }
    }

    private static async Task HearAsync(Socket socket, Conversation conversation, CancellationToken over)
    {
        var buffer = new byte[2_048];
        while (true)
        {
            try
            {
                var received = await socket.ReceiveAsync(buffer, SocketFlags.None, over);
                Interlocked.Increment(ref conversation.ReceivedPackets);
                Interlocked.Add(ref conversation.ReceivedPayload, received);
            }
            catch (SocketException)
            {
                // The peer's program is not there, or not yet.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Counts what the kernel has taken: an error that waited from before means that nothing was sent.</summary>
    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> payload, Conversation conversation, EndPoint remote)
    {
        try
        {
            await socket.SendToAsync(payload, SocketFlags.None, remote);
            Interlocked.Increment(ref conversation.SentPackets);
            Interlocked.Add(ref conversation.SentPayload, payload.Length);
        }
        catch (SocketException)
        {
            // Unreachable for the moment.
        }
    }

    private static Socket Open(IPEndPoint local)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(local);
        return socket;
    }
}
