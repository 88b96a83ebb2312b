using System.Net;
using System.Net.Sockets;

namespace Rtfm.Manager.Tests.Control;

/// <summary>Stands between a manager and a meter, and changes or swallows what the meter answers.</summary>
internal sealed class UdpProxy : IDisposable
{
    private readonly UdpClient _front = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _back = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<byte[], byte[]?> _answer;
    private readonly Task _running;

    /// <param name="answer">What becomes of an answer of the meter; null: it is lost.</param>
    public UdpProxy(IPEndPoint meter, Func<byte[], byte[]?> answer)
    {
        _answer = answer;
        _running = RunAsync(meter);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_front.Client.LocalEndPoint!;

    public void Dispose()
    {
        _stopping.Cancel();
        _running.Wait();
        _front.Dispose();
        _back.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(IPEndPoint meter)
    {
        try
        {
            while (true)
            {
                var request = await _front.ReceiveAsync(_stopping.Token);
                await _back.SendAsync(request.Buffer, meter, _stopping.Token);
                var answer = await _back.ReceiveAsync(_stopping.Token);
                if (_answer(answer.Buffer) is { } changed)
                    await _front.SendAsync(changed, request.RemoteEndPoint, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
