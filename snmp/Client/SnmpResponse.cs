using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

/// <summary>An agent's answer as it came: its varbinds are read in place, which for a table of flows saves an object for each.</summary>
public sealed class SnmpResponse(byte[] pdu, PduHeader header)
{
    public ErrorStatus Status => (ErrorStatus)header.ErrorStatus;

    /// <summary>The varbind the error is about, counted from 1.</summary>
    public int ErrorIndex => header.ErrorIndex;

    /// <summary>Goes through the varbinds without allocating.</summary>
    public VarBindReader Read() => new(pdu.AsSpan(header.VarBinds, header.VarBindsLength));

    /// <summary>The varbinds as objects; null where a value does not fit its syntax.</summary>
    public IReadOnlyList<VarBind>? VarBinds()
    {
        var varBinds = new List<VarBind>();
        var reader = Read();
        while (reader.Read())
        {
            if (!reader.TryValue(out var value))
                return null;
            varBinds.Add(new(new ObjectIdentifier(reader.Name), value));
        }
        return varBinds;
    }
}
