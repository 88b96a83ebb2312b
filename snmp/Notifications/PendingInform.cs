using System.Net;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Notifications;

/// <summary>What the target said.</summary>
internal enum InformReply
{
    Acknowledged,

    /// <summary>Now its engine ID is known.</summary>
    Discovered,

    /// <summary>Now its time is known.</summary>
    Synchronized,
}

/// <summary>An inform that waits for its answer.</summary>
internal sealed class PendingInform(NotificationTarget target, Notification notification, byte[]? community, int requestId)
{
    public NotificationTarget Target { get; } = target;

    public Notification Notification { get; } = notification;

    /// <summary>Of SNMPv2c.</summary>
    public byte[]? Community { get; } = community;

    /// <summary>The same each time it is sent, so that the target can tell that it has it already.</summary>
    public int RequestId { get; } = requestId;

    /// <summary>The receiver's engine as the latest message named it; empty in a discovery.</summary>
    public EngineId EngineId { get; set; }

    public byte[] UserName { get; set; } = [];

    /// <summary>The names of the messages it was sent in (msgID): an answer to any of them will do.</summary>
    public List<int> MessageIds { get; } = [];

    /// <summary>Why it was not taken, as the target said last; not always authentic.</summary>
    public string? Refusal { get; set; }

    public SecurityLevel Level => Target.Params.Level;

    public TaskCompletionSource<InformReply> Reply { get; set; } = NewReply();

    public static TaskCompletionSource<InformReply> NewReply() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Port and address count; what else an end point has need not be the same.</summary>
    public bool IsFrom(IPEndPoint sender) =>
        sender.Port == Target.EndPoint.Port && sender.Address.GetAddressBytes().AsSpan().SequenceEqual(Target.EndPoint.Address.GetAddressBytes());
}
