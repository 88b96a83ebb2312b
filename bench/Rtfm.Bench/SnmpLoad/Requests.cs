using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>Messages of SNMPv1 and v2c, made before they are needed.</summary>
internal static class Requests
{
    /// <summary>Request-ids and msgIDs begin here: every one has four octets, so that the next is written over the last.</summary>
    public const int FirstId = 0x4000_0000;

    public static ReadOnlySpan<uint> SysUpTime => [1, 3, 6, 1, 2, 1, 1, 3, 0];

    public static ReadOnlySpan<uint> IfTable => [1, 3, 6, 1, 2, 1, 2, 2];

    public static ReadOnlySpan<uint> FlowTable => FlowMeterMib.DataEntry;

    /// <summary>hrSWRunTable: a row for each process, the longest table that snmpd has everywhere.</summary>
    public static ReadOnlySpan<uint> RunningSoftware => [1, 3, 6, 1, 2, 1, 25, 4, 2];

    public static byte[] Get(ReadOnlySpan<uint> name, int version) => Make(PduType.GetRequest, name, version, 0);

    public static byte[] GetNext(ReadOnlySpan<uint> name, int version) => Make(PduType.GetNextRequest, name, version, 0);

    public static byte[] GetBulk(ReadOnlySpan<uint> name, int repetitions) => Make(PduType.GetBulkRequest, name, 1, repetitions);

    private static byte[] Make(PduType type, ReadOnlySpan<uint> name, int version, int repetitions)
    {
        var writer = new BerWriter(new byte[256]);
        var message = writer.Begin((byte)BerTag.Sequence);
        writer.Integer(version);
        writer.OctetString(System.Text.Encoding.ASCII.GetBytes(Server.Community));
        WritePdu(ref writer, type, FirstId, name, repetitions);
        writer.End(message);
        return writer.Written.ToArray();
    }

    public static void WritePdu(ref BerWriter writer, PduType type, int id, ReadOnlySpan<uint> name, int repetitions)
    {
        var pdu = writer.Begin((byte)type);
        writer.Integer(id);
        writer.Integer(0);
        writer.Integer(repetitions);
        var list = writer.Begin((byte)BerTag.Sequence);
        if (name.Length > 0)
        {
            var varBind = writer.Begin((byte)BerTag.Sequence);
            writer.Oid(name);
            writer.Empty(BerTag.Null);
            writer.End(varBind);
        }
        writer.End(list);
        writer.End(pdu);
    }
}
