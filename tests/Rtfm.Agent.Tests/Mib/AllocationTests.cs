using Rtfm.Agent.Mib.Host;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Mib;

/// <summary>Reading the tables that grow large, or that everybody polls, makes no garbage.</summary>
[TestFixture]
public sealed class AllocationTests
{
    private const int Requests = 300;

    [Test]
    public void A_GETBULK_of_flows_allocates_nothing()
    {
        using var meter = new MeterHarness();
        meter.Run(2, FlowPackageTests.FiveTuple);
        for (var port = 1; port <= 100; port++)
            meter.Send($"A:{port}>B:80 60");
        AssertNothing(meter.Snmp.Engine, FlowMeterMib.DataEntry);
    }

    [Test]
    public void A_GETBULK_of_interfaces_allocates_nothing()
    {
        var links = new Links(new FakeClock(), () => 0);
        AssertNothing(new MibWalker(new MibTree(new IfMib(links).Providers)).Engine, [1, 3, 6, 1, 2, 1, 2, 2]);
    }

    private static void AssertNothing(SnmpEngine engine, ReadOnlySpan<uint> table)
    {
        var (request, answer) = (GetBulk(table), new byte[65_536]);
        long Ask()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Requests; i++)
                engine.Process(request, answer, default);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Ask();
        Assert.That(engine.Process(request, answer, default), Is.GreaterThan(200), "few rows");
        Assert.That(Ask(), Is.Zero);
    }

    private static byte[] GetBulk(ReadOnlySpan<uint> name)
    {
        var writer = new BerWriter(new byte[256]);
        var message = writer.Begin((byte)BerTag.Sequence);
        writer.Integer((int)SnmpVersion.V2c);
        writer.OctetString("public"u8);
        var pdu = writer.Begin((byte)PduType.GetBulkRequest);
        writer.Integer(1);
        writer.Integer(0);
        writer.Integer(50);
        var list = writer.Begin((byte)BerTag.Sequence);
        var varBind = writer.Begin((byte)BerTag.Sequence);
        writer.Oid(name);
        writer.Empty(BerTag.Null);
        writer.End(varBind);
        writer.End(list);
        writer.End(pdu);
        writer.End(message);
        return writer.Written.ToArray();
    }
}
