using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client.Notifications;

/// <summary>The Trap-PDU of SNMPv1 (RFC 1157 §4.1.6), read as the notification that it would be since SNMPv2 (RFC 3584 §3.1).</summary>
internal readonly record struct TrapV1(uint UpTime, ObjectIdentifier TrapOid, List<VarBind> VarBinds)
{
    private const int EnterpriseSpecific = 6;

    private static readonly ObjectIdentifier StandardTraps = new(1, 3, 6, 1, 6, 3, 1, 1, 5);
    private static readonly ObjectIdentifier TrapAddress = new(1, 3, 6, 1, 6, 3, 18, 1, 3, 0);
    private static readonly ObjectIdentifier TrapEnterprise = new(1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0);

    public static bool TryRead(ReadOnlySpan<byte> pdu, out TrapV1 trap)
    {
        trap = default;
        var reader = new BerReader(pdu);
        reader.Enter((byte)PduType.TrapV1);
        OidBuffer enterpriseName = default;
        reader.Oid(ref enterpriseName);
        var address = reader.OctetString((byte)BerTag.IpAddress);
        var generic = reader.Integer();
        var specific = reader.Integer();
        var upTime = (uint)reader.Unsigned(BerTag.TimeTicks);
        var list = reader.Any(out var tag);
        if (reader.Error != BerError.None || tag != (byte)BerTag.Sequence || reader.Position != pdu.Length)
            return false;
        if (address.Length != 4 || generic is < 0 or > EnterpriseSpecific || specific < 0 || !TryReadAll(list, out var varBinds))
            return false;
        var enterprise = new ObjectIdentifier(enterpriseName.Span);
        if (enterprise.Length > ObjectIdentifier.MaxLength - 2)
            return false;
        var oid = generic == EnterpriseSpecific ? enterprise.Append(0, (uint)specific) : StandardTraps.Append((uint)generic + 1);
        // What a forwarder would add to it, but for the community, which is a secret.
        varBinds.Add(new(TrapAddress, SnmpValue.IpAddress(address)));
        varBinds.Add(new(TrapEnterprise, SnmpValue.Oid(enterprise)));
        trap = new(upTime, oid, varBinds);
        return true;
    }

    /// <summary>Reads the content of a varbind list as objects.</summary>
    public static bool TryReadAll(ReadOnlySpan<byte> list, out List<VarBind> varBinds)
    {
        varBinds = [];
        var reader = new VarBindReader(list);
        while (reader.Read())
        {
            if (!reader.TryValue(out var value))
                return false;
            varBinds.Add(new(new ObjectIdentifier(reader.Name), value));
        }
        return reader.Error == BerError.None;
    }
}
