using Rtfm.Snmp.Ber;

namespace Rtfm.Snmp.Messages;

/// <summary>A name and its value (RFC 3416 §3 VarBind).</summary>
public readonly record struct VarBind(ObjectIdentifier Name, SnmpValue Value)
{
    public override string ToString() => $"{Name} = {Value.Tag}: {Value}";
}
