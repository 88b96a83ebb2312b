using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Security;

/// <summary>A message whose sender has been established.</summary>
public ref struct IncomingMessage
{
    /// <summary>The PDU, in the clear.</summary>
    public ReadOnlySpan<byte> Pdu;

    /// <summary>Who asks and in which version.</summary>
    public MibRequest Request;

    /// <summary>Whether the sender may write at all.</summary>
    public bool MayWrite;

    /// <summary>What the security model needs again to protect the answer: for communities, the community.</summary>
    public ReadOnlySpan<byte> SecurityState;
}
