using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Notifications;

/// <summary>Tells managers what happened: traps, and informs until they are acknowledged (RFC 3413 §3.3).</summary>
/// <remarks>
/// Who has something to tell only puts it into a bounded queue. Traps leave in the order of their events; each inform goes its own way. Engines, users and
/// waiting informs are under one gate, which is never held while something is waited for.
/// </remarks>
public sealed partial class NotificationOriginator : IAsyncDisposable
{
    private readonly NotificationOriginatorOptions _options;
    private readonly NotificationRates _rates;
    private readonly Channel<Notification> _queue;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly Lock _gate = new();
    private readonly RemoteEngines _receivers;
    private readonly NotificationMessages _messages;
    private readonly InformReplies _replies;
    private readonly NotificationSockets _sockets;
    private readonly Task _sending;
    private TargetSelection _selection;

    public NotificationOriginator(NotificationOriginatorOptions options)
    {
        _options = options;
        _rates = new(options.Limits, options.Identity.Clock);
        _queue = Channel.CreateBounded<Notification>(
            new BoundedChannelOptions(options.Limits.Queue) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref Counters.QueueDropped)
        );
        _receivers = new(options.Identity.Clock);
        _messages = new(options.Identity, _receivers, options.MaxMessageSize);
        _replies = new(_receivers);
        _sockets = new(Receive);
        _stop = _stopping.Token;
        _selection = new(options.Configuration());
        _sending = Task.Run(SendAllAsync);
    }

    public NotificationCounters Counters { get; } = new();

    /// <summary>Who also tells others of what goes out, such as a master agent; null: nobody.</summary>
    public Action<Notification>? Relay { get; set; }

    /// <summary>Has everyone told who is to be told of it. Returns at once, from any thread.</summary>
    public void Raise(Notification notification)
    {
        Interlocked.Increment(ref Counters.Raised);
        if (!_rates.Allows(notification.Id))
            Interlocked.Increment(ref Counters.RateLimited);
        else
            _queue.Writer.TryWrite(notification with { UpTime = _options.UpTime() });
    }

    /// <summary>Sends what is in the queue; informs that wait are given up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
            return;
        await _sending.ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sockets.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task SendAllAsync()
    {
        await foreach (var notification in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Send(notification);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // One notification that cannot be made must not silence those after it.
                Interlocked.Increment(ref Counters.Unsendable);
                _options.OnTrouble?.Invoke(notification.Id.ToString(), fault.Message);
            }
        }
    }

    private void Send(Notification notification)
    {
        Relay?.Invoke(notification);
        var selection = Selection();
        foreach (var name in selection.Unreachable)
            Refuse(name, "its rows do not name an address that notifications can be sent to, and how");
        foreach (var target in selection.For(notification, Counters))
        {
            if (Fault(target, notification) is { } fault)
                Refuse(target.ToString(), fault);
            else if (target.IsInform)
                BeginInform(target, notification, selection);
            else
                SendTrap(target, notification, selection);
        }
    }

    /// <summary>Made anew when the configuration has changed.</summary>
    private TargetSelection Selection()
    {
        var configuration = _options.Configuration();
        lock (_gate)
        {
            if (!ReferenceEquals(_selection.Tables.Configuration, configuration))
                _selection = new(configuration);
            return _selection;
        }
    }

    /// <summary>Why it cannot be sent like that; null: it can.</summary>
    private static string? Fault(NotificationTarget target, Notification notification)
    {
        var (model, security) = (target.Params.MessageModel, target.Params.Model);
        var isKnown =
            model == NotificationTarget.V1 && security == SecurityModel.V1
            || model == NotificationTarget.V2c && security == SecurityModel.V2c
            || model == NotificationTarget.V3 && security == SecurityModel.Usm;
        return !isKnown ? $"message processing model {model} does not go with security model {(int)security}"
            : model == NotificationTarget.V1 && target.IsInform ? "SNMPv1 has no informs"
            : model == NotificationTarget.V1 && !NotificationPdu.IsForV1(notification) ? "SNMPv1 has no Counter64"
            : null;
    }

    private void SendTrap(NotificationTarget target, Notification notification, TargetSelection selection)
    {
        byte[]? message;
        string reason;
        lock (_gate)
            message = _messages.Trap(target, notification, selection, () => NotificationSockets.OwnAddressTo(target.EndPoint), out reason);
        if (message is null)
        {
            Refuse(target.ToString(), reason);
            return;
        }
        Interlocked.Increment(ref Counters.Traps);
        _options.Counters.OutTraps++;
        Transmit(message, target);
    }

    private void Transmit(byte[] message, NotificationTarget target)
    {
        Interlocked.Increment(ref _options.Counters.OutNotificationPackets);
        if (_sockets.TrySend(message, target.EndPoint))
            return;
        Interlocked.Increment(ref Counters.SendFailures);
        _options.OnTrouble?.Invoke(target.ToString(), "the system has no way to there");
    }

    private void Refuse(string target, string reason)
    {
        Interlocked.Increment(ref Counters.Unsendable);
        _options.OnTrouble?.Invoke(target, reason);
    }

    private void Receive(ReadOnlyMemory<byte> message, IPEndPoint from)
    {
        lock (_gate)
            _replies.Receive(message.Span, from, (inform, at) => _selection.Tables.FindUser(at.Octets, inform.UserName));
    }

    private static int RandomId() => RandomNumberGenerator.GetInt32(int.MaxValue);
}
