using System.Net;
using Rtfm.Snmp.Agent;

namespace Rtfm.Snmp.Client.Notifications;

/// <summary>Where notifications are received, and from whom.</summary>
public sealed record NotificationReceiverOptions
{
    /// <summary>Port 0: the system's choice.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Who is believed; nobody else. A user's messages must have his level at least, a community's the community in any version.</summary>
    public required IReadOnlyList<SnmpCredentials> Credentials { get; init; }

    /// <summary>
    /// The receiver's own engine, which has authority over informs (RFC 3414 §1.5.1). With an engine ID that was used before, boots must have grown, or old informs
    /// could be sent anew.
    /// </summary>
    public required EngineIdentity Identity { get; init; }

    /// <summary>
    /// An inform is answered when its reader calls <see cref="Notification.Confirm"/>, not as soon as it is here: what it told is stored then. One that comes again meanwhile is not handed out again.
    /// </summary>
    public bool ConfirmsLater { get; init; }

    /// <summary>Notifications that wait to be read; what comes beyond is dropped and counted, and an inform is not answered, so that it comes again.</summary>
    public int Capacity { get; init; } = 4_096;

    /// <summary>Memory that these may take, in octets: about.</summary>
    public long CapacityOctets { get; init; } = 64 << 20;

    /// <summary>How much the kernel may keep of what arrives faster than it is looked at, in octets.</summary>
    public int ReceiveBuffer { get; init; } = 4 << 20;
}
