using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>What a provider may know of the request it answers.</summary>
/// <param name="Version">SNMPv1 cannot carry a Counter64; a provider of many such objects may pass over them at once (RFC 3584 §4.2.2).</param>
/// <param name="SecurityName">Who asks, as the security model established it.</param>
public readonly record struct MibRequest(SnmpVersion Version, string SecurityName)
{
    private static long LastSerial;

    /// <summary>Another one for each request: what a provider looked up for one varbind it may use for the others.</summary>
    public long Serial { get; } = Interlocked.Increment(ref LastSerial);

    /// <summary>How far the sender's word can be trusted; nothing is known of one who asks through another agent.</summary>
    public SecurityLevel Level { get; init; }

    /// <summary>False for SNMPv1.</summary>
    public bool HasCounter64 => Version != SnmpVersion.V1;
}
