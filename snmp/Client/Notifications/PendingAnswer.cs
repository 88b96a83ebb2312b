namespace Rtfm.Snmp.Client.Notifications;

/// <summary>The answer to an inform that is sent when its reader says so.</summary>
internal sealed class PendingAnswer
{
    private readonly Lock _gate = new();
    private byte[] _message = [];
    private Action<byte[]>? _send;

    /// <summary>The reader has said that it has what was told.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>The latest message that asks for it: the sender may not remember those before.</summary>
    /// <param name="send">Sends a message to where the inform came from.</param>
    public void Put(ReadOnlySpan<byte> message, Action<byte[]> send)
    {
        lock (_gate)
            (_message, _send) = (message.ToArray(), send);
    }

    public void Confirm()
    {
        lock (_gate)
        {
            if (IsConfirmed)
                return;
            IsConfirmed = true;
            _send?.Invoke(_message);
        }
    }
}
