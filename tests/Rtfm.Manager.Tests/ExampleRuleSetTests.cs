using Rtfm.Testing;

namespace Rtfm.Manager.Tests;

/// <summary>The example rule files do what their comments say, in a real meter.</summary>
[TestFixture]
public sealed class ExampleRuleSetTests
{
    private const string Client = "10.1.2.3";
    private const string OtherClient = "10.1.2.99";
    private const string Server = "192.0.2.1";

    /// <summary>Two clients ask a server, whose first answer is seen before its question; two hosts talk about something unknown.</summary>
    private static readonly byte[][] Packets =
    [
        SmallCapture.Udp(Server, Client, 53, 40_000, payload: 100),
        SmallCapture.Udp(Client, Server, 40_000, 53, payload: 10),
        SmallCapture.Udp(OtherClient, Server, 50_000, 53, payload: 10),
        SmallCapture.Udp(Server, OtherClient, 53, 50_000, payload: 100),
        SmallCapture.Udp(Client, Server, 40_000, 50_000, payload: 1),
    ];

    [TestCase("five-tuple.srl", "sourcePeerAddress,sourceTransAddress,destPeerAddress,destTransAddress,toPDUs,fromPDUs")]
    [TestCase("five-tuple.rules", "sourcePeerAddress,sourceTransAddress,destPeerAddress,destTransAddress,toPDUs,fromPDUs")]
    public void Five_tuple_keeps_both_directions_of_a_conversation_in_one_flow(string rules, string attributes)
    {
        Assert.That(
            Flows(rules, attributes),
            Is.EquivalentTo(new[] { $"{Server},53,{Client},40000,1,1", $"{OtherClient},50000,{Server},53,1,1", $"{Client},40000,{Server},50000,1,0" })
        );
    }

    [Test]
    public void Host_pairs_keeps_one_flow_for_each_pair()
    {
        Assert.That(
            Flows("host-pairs.srl", "sourcePeerAddress,destPeerAddress,toPDUs,fromPDUs"),
            Is.EquivalentTo(new[] { $"{Server},{Client},1,2", $"{OtherClient},{Server},1,1" })
        );
    }

    [Test]
    public void Peer_types_keeps_one_flow_for_all_of_IPv4()
    {
        Assert.That(Flows("peer-types.rules", "sourcePeerType,destPeerType,toPDUs,fromPDUs"), Is.EqualTo(new[] { "1,1,5,0" }));
    }

    [Test]
    public void Services_takes_the_client_for_the_source_whichever_side_was_seen_first_and_leaves_out_what_has_no_service()
    {
        Assert.That(
            Flows("services.srl", "sourcePeerAddress,destPeerAddress,destTransAddress,toPDUs,fromPDUs"),
            Is.EqualTo(new[] { $"10.1.2.0,{Server},53,2,2" })
        );
    }

    /// <summary>The lines of the flow file that <c>rtfm-agent replay</c> writes, without the header.</summary>
    private static string[] Flows(string rules, string attributes)
    {
        var folder = Directory.CreateTempSubdirectory("rtfm-example-").FullName;
        try
        {
            var capture = Path.Combine(folder, "packets.pcap");
            var csv = Path.Combine(folder, "flows.csv");
            File.WriteAllBytes(capture, SmallCapture.Of(Packets));
            var result = SnmpTool.Run(
                "dotnet",
                [
                    Programs.Path("rtfm-agent"),
                    "replay",
                    capture,
                    "--ruleset",
                    ManagerProgram.Example(rules),
                    "--attributes",
                    attributes,
                    "--flows",
                    csv,
                ]
            );
            Assert.That(result.ExitCode, Is.Zero, result.Errors);
            return [.. File.ReadAllLines(csv).Skip(1)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
