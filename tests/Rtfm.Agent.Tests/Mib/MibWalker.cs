using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Tests.Mib;

/// <summary>Asks an engine in-process, octets in and octets out, as any client would.</summary>
internal sealed class MibWalker(MibTree tree)
{
    public const string Community = "public";

    private static readonly SnmpConfiguration Configuration = new SnmpConfiguration()
        .WithStandardAccess()
        .WithCommunity(Community, "tester", Permission.Write);

    public SnmpEngine Engine { get; } =
        new(
            new SnmpEngineOptions
            {
                Identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
                Configuration = () => Configuration,
                Mib = tree,
                OnProviderFault = (fault, name) => throw new InvalidOperationException($"{name}", fault),
            }
        );

    public byte[] Ask(byte[] message)
    {
        var answer = new byte[65_536];
        return answer[..Engine.Process(message, answer, default)];
    }

    public VarBind Get(string name, SnmpVersion version = SnmpVersion.V2c) => Ask(PduType.GetRequest, version, 0, 0, name).VarBinds[0];

    public VarBind GetNext(string name, SnmpVersion version = SnmpVersion.V2c) => Ask(PduType.GetNextRequest, version, 0, 0, name).VarBinds[0];

    public IReadOnlyList<VarBind> GetBulk(string name, int maxRepetitions) =>
        Ask(PduType.GetBulkRequest, SnmpVersion.V2c, 0, maxRepetitions, name).VarBinds;

    public (ErrorStatus Status, int Index) Set(params VarBind[] varBinds)
    {
        var (status, index, _) = Ask(PduType.SetRequest, SnmpVersion.V2c, 0, 0, varBinds);
        return (status, index);
    }

    /// <summary>Every instance of the tree, by GETNEXT.</summary>
    public IEnumerable<VarBind> Walk(SnmpVersion version = SnmpVersion.V2c)
    {
        var name = "1.3";
        while (true)
        {
            var (status, _, varBinds) = Ask(PduType.GetNextRequest, version, 0, 0, name);
            if (status != ErrorStatus.NoError || varBinds[0].Value.Tag == BerTag.EndOfMibView)
                yield break;
            name = varBinds[0].Name.ToString();
            yield return varBinds[0];
        }
    }

    private (ErrorStatus Status, int Index, IReadOnlyList<VarBind> VarBinds) Ask(
        PduType type,
        SnmpVersion version,
        int first,
        int second,
        string name
    ) => Ask(type, version, first, second, new VarBind(ObjectIdentifier.Parse(name), SnmpValue.Null));

    private (ErrorStatus Status, int Index, IReadOnlyList<VarBind> VarBinds) Ask(
        PduType type,
        SnmpVersion version,
        int first,
        int second,
        params VarBind[] asked
    )
    {
        var writer = new BerWriter(new byte[65_536]);
        var message = writer.Begin(0x30, 3);
        writer.Integer((int)version);
        writer.OctetString("public"u8);
        var pdu = writer.Begin((byte)type, 3);
        writer.Integer(1);
        writer.Integer(first);
        writer.Integer(second);
        var list = writer.Begin(0x30, 3);
        foreach (var varBind in asked)
        {
            var mark = writer.Begin(0x30);
            writer.Oid(varBind.Name.Span);
            varBind.Value.WriteTo(ref writer);
            writer.End(mark);
        }
        writer.End(list);
        writer.End(pdu);
        writer.End(message);

        var answer = Ask(writer.Written.ToArray());
        var reader = new BerReader(answer);
        reader.Enter();
        reader.Integer();
        reader.OctetString();
        var response = answer[reader.Position..];
        Assert.That(PduHeader.TryRead(response, out var header), "the engine answered something that is no PDU");
        var varBinds = new List<VarBind>();
        var read = new VarBindReader(response.AsSpan(header.VarBinds, header.VarBindsLength));
        while (read.Read())
        {
            Assert.That(read.TryValue(out var value));
            varBinds.Add(new(new ObjectIdentifier(read.Name), value));
        }
        return ((ErrorStatus)header.ErrorStatus, header.ErrorIndex, varBinds);
    }
}
