using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.Fuzz;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Tests;

/// <summary>What is asked again and again allocates nothing: an agent under load has no garbage to collect.</summary>
[TestFixture]
public sealed class AllocationTests
{
    private const int Requests = 2_000;

    private static readonly Dictionary<string, byte[]> Messages = SeedMessages.All().ToDictionary(each => each.Name, each => each.Message);

    [TestCase("v1-get")]
    [TestCase("v2c-get")]
    [TestCase("v2c-get-several")]
    [TestCase("v2c-getnext")]
    [TestCase("v2c-getbulk")]
    [TestCase("v3-get-clear")]
    [TestCase("v3-get-md5")]
    [TestCase("v3-get-sha512")]
    [TestCase("v3-get-aes")]
    [TestCase("v3-get-aes256")]
    [TestCase("v3-get-des")]
    public void A_request_allocates_nothing(string name)
    {
        var engine = new Fuzz.Agent().Engine;
        var (request, answer) = (Messages[name], new byte[65_536]);
        long Ask()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Requests; i++)
                engine.Process(request, answer, default);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Ask();
        Assert.That(engine.Process(request, answer, default), Is.Positive);
        Assert.That(Ask(), Is.Zero);
    }

    [Test]
    public void Nor_does_what_is_no_request()
    {
        var engine = new Fuzz.Agent().Engine;
        var answer = new byte[65_536];
        byte[][] bad =
        [
            [],
            [0x30],
            Messages["v2c-get"][..20],
            Messages["v2c-response"],
            Messages["v3-answer-aes"],
        ];
        long Ask()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Requests; i++)
                engine.Process(bad[i % bad.Length], answer, default);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Ask();
        Assert.That(Ask(), Is.Zero);
    }

    [Test]
    public void Nor_does_the_socket_that_requests_come_through()
    {
        using var listener = new UdpListener(new Fuzz.Agent().Engine, new IPEndPoint(IPAddress.Loopback, 0));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5_000 };
        socket.Connect(listener.EndPoint);
        var (request, answer) = (Messages["v2c-getnext"], new byte[2_048]);
        long Ask()
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < Requests; i++)
            {
                socket.Send(request);
                socket.Receive(answer);
            }
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        Ask();
        // The test's own machinery allocates now and then: less than an octet for each request.
        Assert.That(Ask(), Is.LessThan(64 * Requests / 2));
    }
}
