using System.Net;
using System.Net.Sockets;

namespace Rtfm.Lab;

/// <summary>TCP: one connection to each peer, with blocks that are answered by shorter ones.</summary>
internal static class TcpTalk
{
    public const int Port = 7001;

    private const int QuestionLength = 3_000;
    private const int AnswerLength = 200;
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    public static async Task AnswerAsync(IPAddress self, Ledger ledger, CancellationToken ended)
    {
        using var listener = new Socket(self.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(self, Port));
        listener.Listen(100);
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await listener.AcceptAsync(ended), ledger));
        }
        catch (OperationCanceledException)
        {
            // Those that asked end their connections themselves, or their host is gone.
            await Task.WhenAny(Task.WhenAll(serving), Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None));
        }
    }

    public static async Task AskAsync(IPAddress self, IPAddress peer, TimeSpan pause, Ledger ledger, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            using var socket = new Socket(self.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(self, 0));
                await socket.ConnectAsync(new IPEndPoint(peer, Port), ended);
                await TalkAsync(socket, pause, ledger, ended);
            }
            catch (SocketException)
            {
                // The peer's program is not there, or not yet.
                await Task.Delay(Again, ended).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task TalkAsync(Socket socket, TimeSpan pause, Ledger ledger, CancellationToken ended)
    {
        var conversation = ledger.Of("tcp", (IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);
        var (question, answer) = (new byte[QuestionLength], new byte[AnswerLength]);
        using var timer = new PeriodicTimer(pause);
        try
        {
            while (true)
            {
                await SendAsync(socket, question, conversation);
                if (!await ReceiveAsync(socket, answer, conversation))
                    return;
                await timer.WaitForNextTickAsync(ended);
            }
        }
        catch (OperationCanceledException)
        {
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(answer, CancellationToken.None) is > 0 and var received)
                Interlocked.Add(ref conversation.ReceivedPayload, received);
        }
        finally
        {
            CountSegments(socket, conversation);
        }
    }

    private static async Task ServeAsync(Socket accepted, Ledger ledger)
    {
        using var socket = accepted;
        var conversation = ledger.Of("tcp", (IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);
        var (question, answer) = (new byte[QuestionLength], new byte[AnswerLength]);
        try
        {
            while (await ReceiveAsync(socket, question, conversation))
                await SendAsync(socket, answer, conversation);
        }
        catch (SocketException)
        {
            // The other host is gone.
        }
        CountSegments(socket, conversation);
    }

    private static async Task SendAsync(Socket socket, byte[] block, Conversation conversation)
    {
        for (var sent = 0; sent < block.Length; )
            sent += await socket.SendAsync(block.AsMemory(sent));
        Interlocked.Add(ref conversation.SentPayload, block.Length);
        CountSegments(socket, conversation);
    }

    /// <returns>False at the end of what the other sends.</returns>
    private static async Task<bool> ReceiveAsync(Socket socket, byte[] block, Conversation conversation)
    {
        for (var received = 0; received < block.Length; )
        {
            var length = await socket.ReceiveAsync(block.AsMemory(received));
            if (length == 0)
                return false;
            received += length;
            Interlocked.Add(ref conversation.ReceivedPayload, length);
        }
        return true;
    }

    /// <summary>Segments as the kernel counts them: tcpi_segs_out and tcpi_segs_in of struct tcp_info (linux/tcp.h).</summary>
    private static void CountSegments(Socket socket, Conversation conversation)
    {
        const int Tcp = 6;
        const int TcpInfo = 11;
        Span<byte> info = stackalloc byte[144];
        if (socket.GetRawSocketOption(Tcp, TcpInfo, info) < info.Length)
            return;
        Volatile.Write(ref conversation.SentPackets, BitConverter.ToUInt32(info[136..]));
        Volatile.Write(ref conversation.ReceivedPackets, BitConverter.ToUInt32(info[140..]));
    }
}
