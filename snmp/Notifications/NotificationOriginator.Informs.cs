namespace Rtfm.Snmp.Notifications;

public sealed partial class NotificationOriginator
{
    /// <summary>Reports that an inform is sent again for at once: one finds the engine, one its time, and one is for a restart in between.</summary>
    private const int MostLessons = 3;

    private void BeginInform(NotificationTarget target, Notification notification, TargetSelection selection)
    {
        byte[]? community = null;
        if (target.Params.MessageModel == NotificationTarget.V2c && (community = selection.CommunityOf(target, _options.Identity.Id)) is null)
        {
            Refuse(target.ToString(), $"no community means '{target.Params.SecurityName}'");
            return;
        }
        PendingInform inform;
        lock (_gate)
        {
            if (_replies.Count >= _options.Limits.Informs)
            {
                Interlocked.Increment(ref Counters.InformsDropped);
                return;
            }
            // Nobody off the path can guess what he would have to answer.
            inform = new(target, notification, community, RandomId());
            if (!_replies.TryAdd(inform))
                return;
        }
        _ = InformAsync(inform);
    }

    // RFC 3413 §3.3 (6): sent until it is acknowledged or the target's retries are used up.
    private async Task InformAsync(PendingInform inform)
    {
        var target = inform.Target;
        try
        {
            var (attempts, lessons) = (0, 0);
            Interlocked.Increment(ref Counters.Informs);
            while (TryMake(inform, out var message, out var reason))
            {
                var reply = await ExchangeAsync(inform, message).ConfigureAwait(false);
                if (reply == InformReply.Acknowledged)
                {
                    Interlocked.Increment(ref Counters.Acknowledged);
                    return;
                }
                // What was missing is known now.
                if (reply is not null && lessons++ < MostLessons)
                    continue;
                if (attempts++ >= target.Address.RetryCount)
                {
                    Interlocked.Increment(ref Counters.GivenUp);
                    var why = inform.Refusal is { } refusal ? $": {refusal}" : "";
                    _options.OnTrouble?.Invoke(target.ToString(), $"an inform was not acknowledged, sent {attempts} times{why}");
                    return;
                }
                Interlocked.Increment(ref Counters.Retries);
                lock (_gate)
                    _receivers.Forget(target.EndPoint);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            Refuse(target.ToString(), fault.Message);
        }
        finally
        {
            lock (_gate)
                _replies.Remove(inform);
        }
    }

    /// <summary>Makes what is to be sent next: the inform, or the question whom to send it to.</summary>
    private bool TryMake(PendingInform inform, out byte[] message, out string reason)
    {
        byte[]? made;
        lock (_gate)
        {
            reason = "";
            inform.Reply = PendingInform.NewReply();
            if (inform.Target.Params.MessageModel == NotificationTarget.V2c)
            {
                made = _messages.InformV2c(inform, out reason);
            }
            else
            {
                var receiver = _receivers.At(inform.Target.EndPoint);
                made = receiver.IsEmpty ? _messages.Discovery(inform) : _messages.InformV3(inform, receiver, _selection, out reason);
                if (made is not null)
                    _replies.AddMessage(inform);
                else
                    // Anyone on the way may have said that it is there: not for ever.
                    _receivers.Forget(inform.Target.EndPoint);
            }
        }
        message = made ?? [];
        if (made is null)
            Refuse(inform.Target.ToString(), reason);
        return made is not null;
    }

    /// <returns>Null where the time is over.</returns>
    private async Task<InformReply?> ExchangeAsync(PendingInform inform, byte[] message)
    {
        Transmit(message, inform.Target);
        try
        {
            return await inform.Reply.Task.WaitAsync(inform.Target.Timeout, _options.Identity.Clock, _stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
