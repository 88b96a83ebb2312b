using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Agent;

/// <summary>A message whose sender has been established, or what is to be reported to him.</summary>
internal ref struct IncomingMessage
{
    /// <summary>The PDU, in the clear.</summary>
    public ReadOnlySpan<byte> Pdu;

    /// <summary>Who asks and in which version.</summary>
    public MibRequest Request;

    /// <summary>Who established that.</summary>
    public SecurityModel Model;

    /// <summary>How far the message was protected, and its answer will be.</summary>
    public SecurityLevel Level;

    /// <summary>Whose view of the MIB; usually empty.</summary>
    public string Context;

    /// <summary>The longest answer that the sender takes, in octets.</summary>
    public int MaxAnswer;

    /// <summary>Of SNMPv1 and v2c.</summary>
    public ReadOnlySpan<byte> Community;

    /// <summary>The counter that a Report carries: its instance, and what it stands at.</summary>
    public ReadOnlySpan<uint> ReportName;
    public uint ReportValue;

    // SNMPv3: what the answer needs.
    internal int MessageId;

    /// <summary>snmpEngineTime when it came, in seconds: the answer names it and is encrypted with it, and may take into the next second.</summary>
    internal int EngineTime;
    internal ReadOnlySpan<byte> UserName;
    internal UsmPrincipal? Principal;
    internal ReadOnlySpan<byte> ContextEngineId;
    internal ReadOnlySpan<byte> ContextName;
}
