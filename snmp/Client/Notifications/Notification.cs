using System.Net;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client.Notifications;

/// <summary>What a trap or an inform told, whatever its version (RFC 3416 §4.2.6, §4.2.7).</summary>
public sealed record Notification
{
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Where the message came from.</summary>
    public required IPEndPoint Source { get; init; }

    public required SnmpVersion Version { get; init; }

    /// <summary>How far the message was protected.</summary>
    public required SecurityLevel Level { get; init; }

    /// <summary>The user; empty for communities, which are secrets.</summary>
    public required string SecurityName { get; init; }

    public string ContextName { get; init; } = "";

    /// <summary>The sender's engine; with SNMPv1 and v2c, empty.</summary>
    public EngineId Engine { get; init; }

    /// <summary>The sender waits for an answer: it has got it, unless <see cref="NotificationReceiverOptions.ConfirmsLater"/>.</summary>
    public bool IsInform { get; init; }

    /// <summary>Where the answer waits until we say that we have what was told.</summary>
    internal PendingAnswer? Answer { get; init; }

    /// <summary>Answers the inform; does nothing where that was done, or where nobody waits. A sender that is not answered sends it again, then gives up.</summary>
    public void Confirm() => Answer?.Confirm();

    /// <summary>sysUpTime of the sender, in hundredths of a second.</summary>
    public required uint UpTime { get; init; }

    /// <summary>What happened: snmpTrapOID.</summary>
    public required ObjectIdentifier TrapOid { get; init; }

    /// <summary>All others: without sysUpTime and snmpTrapOID.</summary>
    public required IReadOnlyList<VarBind> VarBinds { get; init; }
}
