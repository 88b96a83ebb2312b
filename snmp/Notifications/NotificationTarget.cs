using System.Net;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Notifications;

/// <summary>Someone who is to be told, and how (RFC 3413 §4.1, §4.2).</summary>
internal sealed record NotificationTarget(TargetAddress Address, TargetParams Params, bool IsInform, IPEndPoint EndPoint)
{
    /// <summary>SnmpMessageProcessingModel (RFC 3411 §5).</summary>
    public const int V1 = 0;
    public const int V2c = 1;
    public const int V3 = 3;

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(Math.Max(Address.Timeout, 1) * 10.0);

    public override string ToString() => $"{Address.Name} ({EndPoint})";
}
