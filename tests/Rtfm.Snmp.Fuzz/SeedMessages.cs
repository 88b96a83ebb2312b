using System.Text;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security.Tsm;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Fuzz;

/// <summary>The corpus: messages of every version and kind, as they are sent.</summary>
internal static class SeedMessages
{
    private static readonly ObjectIdentifier SysUpTime = new(1, 3, 6, 1, 2, 1, 1, 3, 0);
    private static readonly ObjectIdentifier SysName = new(1, 3, 6, 1, 2, 1, 1, 5, 0);
    private static readonly ObjectIdentifier TrapOid = new(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);
    private static readonly ObjectIdentifier System = new(1, 3, 6, 1, 2, 1, 1);
    private static readonly ObjectIdentifier Everything = new(1, 3);

    /// <summary>usmUserStatus and snmpCommunityStatus: rows that a SET makes.</summary>
    private static readonly ObjectIdentifier CommunityStatus = new(1, 3, 6, 1, 6, 3, 18, 1, 1, 1, 8, 1, 97);
    private static readonly ObjectIdentifier TargetStatus = new(1, 3, 6, 1, 6, 3, 12, 1, 2, 1, 9, 1, 97);
    private static readonly ObjectIdentifier ViewStatus = new(1, 3, 6, 1, 6, 3, 16, 1, 5, 2, 1, 6, 1, 97, 2, 1, 3);

    private static readonly VarBind[] AllSyntaxes =
    [
        new(SysUpTime, SnmpValue.TimeTicks(uint.MaxValue)),
        new(TrapOid, SnmpValue.Oid(new(1, 3, 6, 1, 6, 3, 1, 1, 5, 3))),
        new(SysName, SnmpValue.OctetString("a name")),
        new(SysName, SnmpValue.Integer(int.MinValue)),
        new(SysName, SnmpValue.Counter32(uint.MaxValue)),
        new(SysName, SnmpValue.Unsigned32(1u << 31)),
        new(SysName, SnmpValue.Counter64(ulong.MaxValue)),
        new(SysName, SnmpValue.Null),
    ];

    /// <summary>An answer without varbinds, as a PDU.</summary>
    public static byte[] EmptyResponse { get; } = Pdu(PduType.Response, 0, 0);

    public static IEnumerable<(string Name, byte[] Message)> All()
    {
        foreach (var (name, pdu) in Pdus())
        {
            yield return ($"v1-{name}", InCommunity(SnmpVersion.V1, Agent.ReadCommunity, pdu));
            yield return ($"v2c-{name}", InCommunity(SnmpVersion.V2c, Agent.WriteCommunity, pdu));
        }
        var envelopes = new Envelopes();
        var (_, get) = Pdus().First();
        foreach (var user in Agent.Users)
            yield return ($"v3-get-{user.Name}", envelopes.Seal(user, get)!);
        foreach (var (name, pdu) in Pdus())
            yield return ($"v3-{name}", envelopes.Seal(Agent.Users.First(user => user.Name == "aes"), pdu)!);
        foreach (var (name, pdu) in Pdus())
            yield return ($"tsm-{name}", InConnection(pdu));
        foreach (var (name, pdu) in Pdus().Where(each => each.Name is "trap" or "response"))
        {
            foreach (var user in Agent.Users)
                yield return ($"v3-{name}-{user.Name}", envelopes.Seal(user, pdu, isReportable: false)!);
        }
        // What anyone can make who knows a user's name, or has his key for authentication only.
        foreach (var (name, pdu) in Pdus().Where(each => each.Name is "trap" or "response" or "inform" or "report"))
        {
            foreach (var user in Agent.Users.Where(user => user.Level == SecurityLevel.AuthPriv))
                yield return (
                    $"v3-{name}-{user.Name}-clear",
                    envelopes.Seal(user with { Priv = PrivProtocol.None }, pdu, isReportable: name == "inform")!
                );
            foreach (var user in Agent.Users.Where(user => user.Level != SecurityLevel.NoAuthNoPriv))
                yield return (
                    $"v3-{name}-{user.Name}-forged",
                    envelopes.Seal(user with { Auth = AuthProtocol.None, Priv = PrivProtocol.None }, pdu, isReportable: name == "inform")!
                );
        }
        foreach (var user in Agent.Users)
            yield return ($"v3-report-{user.Name}", envelopes.Seal(user, Pdus().First(each => each.Name == "report").Pdu)!);
        foreach (var seed in AgentXSeeds.All())
            yield return seed;
        yield return ("v1-trap-v1", InCommunity(SnmpVersion.V1, Agent.ReadCommunity, TrapV1()));
        // What an agent sends back is what a client gets.
        var agent = new Agent();
        var answer = new byte[65_536];
        foreach (var user in Agent.Users)
            yield return ($"v3-answer-{user.Name}", answer[..agent.Engine.Process(envelopes.Seal(user, get), answer, default)]);
        var bulk = InCommunity(SnmpVersion.V2c, Agent.ReadCommunity, Pdu(PduType.GetBulkRequest, 0, 20, new VarBind(Everything, SnmpValue.Null)));
        yield return ("v2c-answer-getbulk", answer[..agent.Engine.Process(bulk, answer, default)]);
        foreach (var (name, text) in SeedTexts.All)
            yield return (name, Encoding.UTF8.GetBytes(text));
        yield return ("v3-answer-report", answer[..agent.Engine.Process(ToAnotherEngine(envelopes.Seal(Agent.Users[0], get)!), answer, default)]);
    }

    private static IEnumerable<(string Name, byte[] Pdu)> Pdus()
    {
        var one = new VarBind(SysUpTime, SnmpValue.Null);
        yield return ("get", Pdu(PduType.GetRequest, 0, 0, one));
        yield return ("get-several", Pdu(PduType.GetRequest, 0, 0, one, new(SysName, SnmpValue.Null), new(Everything, SnmpValue.Null)));
        yield return ("get-none", Pdu(PduType.GetRequest, 0, 0));
        yield return ("getnext", Pdu(PduType.GetNextRequest, 0, 0, new VarBind(System, SnmpValue.Null)));
        yield return ("getbulk", Pdu(PduType.GetBulkRequest, 1, 10, one, new(System, SnmpValue.Null), new(Everything, SnmpValue.Null)));
        yield return ("getbulk-much", Pdu(PduType.GetBulkRequest, 0, int.MaxValue, new VarBind(Everything, SnmpValue.Null)));
        yield return ("set", Pdu(PduType.SetRequest, 0, 0, new VarBind(SysName, SnmpValue.OctetString("another"))));
        yield return ("set-wrong", Pdu(PduType.SetRequest, 0, 0, AllSyntaxes));
        var rows = new[] { CommunityStatus, TargetStatus, ViewStatus }.Select(name => new VarBind(name, SnmpValue.Integer(5)));
        yield return ("set-rows", Pdu(PduType.SetRequest, 0, 0, [.. rows]));
        yield return ("response", Pdu(PduType.Response, 0, 0, AllSyntaxes));
        yield return ("response-error", Pdu(PduType.Response, 17, 1, one));
        yield return ("trap", Pdu(PduType.TrapV2, 0, 0, AllSyntaxes.AsSpan(0, 3)));
        yield return ("inform", Pdu(PduType.InformRequest, 0, 0, AllSyntaxes.AsSpan(0, 3)));
        yield return ("report", Pdu(PduType.Report, 0, 0, new VarBind(new(1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0), SnmpValue.Counter32(1))));
    }

    private static byte[] InCommunity(SnmpVersion version, string community, byte[] pdu)
    {
        var writer = new BerWriter(new byte[8_192]);
        var message = writer.Begin((byte)BerTag.Sequence);
        writer.Integer((int)version);
        writer.OctetString(Encoding.ASCII.GetBytes(community));
        Append(ref writer, pdu);
        writer.End(message);
        return writer.Written.ToArray();
    }

    private static byte[] InConnection(byte[] pdu)
    {
        var writer = new BerWriter(new byte[8_192]);
        var marks = TsmEnvelope.Begin(1, 65_507, V3Message.AuthFlag | V3Message.PrivFlag, Agent.Id.Octets, [], ref writer);
        Append(ref writer, pdu);
        TsmEnvelope.End(ref writer, marks);
        return writer.Written.ToArray();
    }

    private static byte[] Pdu(PduType type, int second, int third, params ReadOnlySpan<VarBind> varBinds)
    {
        var writer = new BerWriter(new byte[8_192]);
        var pdu = writer.Begin((byte)type);
        writer.Integer(1);
        writer.Integer(second);
        writer.Integer(third);
        var list = writer.Begin((byte)BerTag.Sequence);
        foreach (var each in varBinds)
        {
            var varBind = writer.Begin((byte)BerTag.Sequence);
            writer.Oid(each.Name.Span);
            each.Value.WriteTo(ref writer);
            writer.End(varBind);
        }
        writer.End(list);
        writer.End(pdu);
        return writer.Written.ToArray();
    }

    /// <summary>coldStart of SNMPv1 (RFC 1157 §4.1.6).</summary>
    private static byte[] TrapV1()
    {
        var writer = new BerWriter(new byte[256]);
        var pdu = writer.Begin((byte)PduType.TrapV1);
        writer.Oid([1, 3, 6, 1, 4, 1, 8072]);
        writer.OctetString([127, 0, 0, 1], (byte)BerTag.IpAddress);
        writer.Integer(0);
        writer.Integer(0);
        writer.Unsigned(4711, BerTag.TimeTicks);
        writer.End(writer.Begin((byte)BerTag.Sequence));
        writer.End(pdu);
        return writer.Written.ToArray();
    }

    /// <summary>To an engine that is not this one: how a client asks who is there (RFC 3414 §4).</summary>
    private static byte[] ToAnotherEngine(byte[] message)
    {
        var at = message.AsSpan().IndexOf(Agent.Id.Octets);
        message[at] ^= 0x40;
        return message;
    }

    private static void Append(ref BerWriter writer, byte[] octets)
    {
        var at = writer.Position;
        writer.Zeros(octets.Length);
        octets.CopyTo(writer.Region(at, octets.Length));
    }
}
