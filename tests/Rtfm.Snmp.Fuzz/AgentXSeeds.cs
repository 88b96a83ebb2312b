using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Fuzz;

/// <summary>What a master agent asks its sub-agent (RFC 2741 §6.2), in both byte orders.</summary>
internal static class AgentXSeeds
{
    private delegate void Write(ref AgentXWriter writer);

    private static readonly uint[] System = [1, 3, 6, 1, 2, 1, 1];
    private static readonly uint[] End = [1, 3, 6, 1, 2, 1, 2];
    private static readonly uint[] SysName = [1, 3, 6, 1, 2, 1, 1, 5, 0];

    public static IEnumerable<(string Name, byte[] Pdu)> All()
    {
        foreach (var (order, flags) in new[] { ("", AgentXHeader.NetworkByteOrder), ("-little", (byte)0) })
        {
            yield return ($"agentx-get{order}", Make(AgentXType.Get, flags, (ref writer) => Range(ref writer, SysName, [])));
            yield return ($"agentx-getnext{order}", Make(AgentXType.GetNext, flags, (ref writer) => Range(ref writer, System, End)));
            yield return ($"agentx-getbulk{order}", Make(AgentXType.GetBulk, flags, WriteBulk));
            yield return ($"agentx-testset{order}", Make(AgentXType.TestSet, flags, WriteSet));
            yield return ($"agentx-commitset{order}", Make(AgentXType.CommitSet, flags, (ref _) => { }));
            yield return ($"agentx-undoset{order}", Make(AgentXType.UndoSet, flags, (ref _) => { }));
            yield return ($"agentx-cleanupset{order}", Make(AgentXType.CleanupSet, flags, (ref _) => { }));
            yield return ($"agentx-response{order}", Make(AgentXType.Response, flags, WriteResponse));
        }
    }

    private static void WriteBulk(ref AgentXWriter writer)
    {
        writer.Short(1);
        writer.Short(10);
        Range(ref writer, SysName, []);
        Range(ref writer, System, End);
    }

    private static void WriteSet(ref AgentXWriter writer)
    {
        writer.VarBind(new VarBind(new(SysName), SnmpValue.OctetString("another")));
        writer.VarBind(new VarBind(new(System), SnmpValue.Counter64(ulong.MaxValue)));
    }

    private static void WriteResponse(ref AgentXWriter writer)
    {
        writer.Number(4_711);
        writer.Short(0);
        writer.Short(0);
        writer.VarBind(new VarBind(new(SysName), SnmpValue.Oid(new(System))));
        writer.VarBind(new VarBind(new(SysName), SnmpValue.IpAddress([127, 0, 0, 1])));
        writer.VarBind(new VarBind(new(SysName), SnmpValue.Integer(int.MinValue)));
        writer.VarBind(new VarBind(new(SysName), SnmpValue.Counter64(1UL << 63)));
    }

    private static void Range(ref AgentXWriter writer, uint[] start, uint[] end)
    {
        writer.Oid(start, include: true);
        writer.Oid(end);
    }

    private static byte[] Make(AgentXType type, byte flags, Write write)
    {
        var writer = new AgentXWriter(new byte[512], new AgentXHeader(type, flags, 1, 1, 1, 0));
        write(ref writer);
        return writer.Written[..writer.End()].ToArray();
    }
}
