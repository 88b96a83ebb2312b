using System.Buffers;

namespace Rtfm.Snmp.Client;

/// <content>Requests over connections.</content>
internal sealed partial class RequestTable
{
    /// <summary>Sends a request once over a connection and waits as long as retries over UDP would; sends it again only where the connection is lost.</summary>
    private async Task<Reply> ExchangeOverStreamAsync(PendingRequest request, CancellationToken cancellationToken)
    {
        var (target, clock) = (request.Target, _options.Clock);
        var stream = _streams.Take(target);
        Task<Reply>? asking = null;
        var receivedBefore = 0L;
        try
        {
            var patience = target.Timeout;
            for (var attempt = 0; ; attempt++, patience *= 2)
            {
                var began = clock.GetTimestamp();
                if (asking is null)
                {
                    request.Renew();
                    if (request.Ids.Count == 0 || request.IsV3)
                        Register(request);
                    receivedBefore = stream.Received;
                    asking = AskOverAsync(stream, request);
                }
                try
                {
                    return await asking.WaitAsync(patience, clock, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    if (request.Hint is { } hint)
                        return new(null, hint);
                    if (attempt == target.Retries)
                        throw GiveUp(target, stream, receivedBefore);
                }
                catch (SnmpTransportException) when (attempt < target.Retries && stream.End is not null)
                {
                    asking = null;
                    var rest = patience - clock.GetElapsedTime(began);
                    // An agent that is being started anew is not asked in a hurry; one that answered before just ended an old connection.
                    if (stream.Received == 0 && rest > TimeSpan.Zero)
                        await Task.Delay(rest, clock, cancellationToken).ConfigureAwait(false);
                    _streams.Release(stream);
                    stream = _streams.Take(target);
                }
            }
        }
        finally
        {
            // Not sent any more, if it has not been yet.
            request.Answer.TrySetCanceled(CancellationToken.None);
            _streams.Release(stream);
            Remove(request);
        }
    }

    private static async Task<Reply> AskOverAsync(ClientStream stream, PendingRequest request)
    {
        if (await stream.Opened.ConfigureAwait(false) is { } fault)
            throw fault.For(request.Target);
        if (!request.Answer.Task.IsCompleted)
        {
            request.Stream = stream;
            var message = Encode(request, out var length);
            await stream.SendAsync(message.AsMemory(0, length)).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(message);
            // If it ended before the request was known to be on it, nobody else tells.
            if (stream.End is { } end)
                request.Lose(stream, end);
        }
        return await request.Answer.Task.ConfigureAwait(false);
    }

    /// <summary>A connection over which nothing came for so long may be dead: the next request gets another one.</summary>
    private static SnmpException GiveUp(SnmpTarget target, ClientStream stream, long receivedBefore)
    {
        var isOpen = stream.Opened.IsCompleted;
        if (stream.Received == receivedBefore)
            stream.Close(StreamEnd.Lost("nothing came over the connection for too long"));
        return isOpen
            ? new SnmpTimeoutException($"{target}: no answer over the connection")
            : new SnmpTransportException($"{target}: no connection: nobody answers");
    }

    private void OnStreamEnd(ClientStream stream, StreamEnd end)
    {
        foreach (var (_, request) in _pending)
            request.Lose(stream, end);
    }
}
