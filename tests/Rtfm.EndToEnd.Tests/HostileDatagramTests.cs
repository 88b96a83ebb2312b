using System.Globalization;
using System.Net.Sockets;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests;

/// <summary>A real agent on a real port, and datagrams that mean it ill.</summary>
[TestFixture]
public sealed class HostileDatagramTests
{
    private const int Datagrams = 100_000;
    private const int AllowedGrowthKiB = 50 * 1024;

    [Test]
    public void An_agent_under_100_000_random_and_mutated_datagrams_goes_on_answering_and_does_not_grow()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP's tools are not installed");
        using var agent = AgentProcess.Start();
        // GET sysUpTime.0, GETBULK of the package table, SET of sysContact: with the communities the agent knows.
        byte[][] good =
        [
            Hex.Bytes("3027020101 04057265616473 A01B 020101 020100 020100 3010 300E 060A 2B060102010101030000 0500"),
            Hex.Bytes("3030020101 04057265616473 A524 020101 020100 020132 3019 3017 0613 2B060102012802030105 030B121D 0200000000 0500"),
            Hex.Bytes("302E020101 0406777269746573 A321 020101 020100 020100 3016 3014 0608 2B06010201010400 0408 6F70657261746F72"),
        ];
        var random = new Random(20261120);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(agent.EndPoint);
        Flood(socket, good, random, Datagrams / 10);
        var before = MemoryKiB(agent.ProcessId);
        var errorsBefore = Errors(agent);

        Flood(socket, good, random, Datagrams);

        Assert.That(agent.Snmp("snmpget", ".1.3.6.1.2.1.1.3.0").ExitCode, Is.Zero, "it answers");
        Assert.That(MemoryKiB(agent.ProcessId) - before, Is.LessThan(AllowedGrowthKiB), "KiB of growth");
        Assert.That(Errors(agent), Is.GreaterThan(errorsBefore), "the error counters moved");
        Assert.That(agent.Output, Does.Not.Contain("fail:").And.Not.Contain("Exception"));
    }

    private static void Flood(Socket socket, byte[][] good, Random random, int count)
    {
        var buffer = new byte[2_048];
        for (var i = 0; i < count; i++)
        {
            Span<byte> datagram = buffer;
            if (i % 4 == 0)
            {
                datagram = datagram[..random.Next(1, 1_500)];
                random.NextBytes(datagram);
            }
            else
            {
                var model = good[random.Next(good.Length)];
                model.CopyTo(buffer, 0);
                datagram = datagram[..(random.Next(3) == 0 ? random.Next(1, model.Length) : model.Length)];
                for (var changes = random.Next(1, 4); changes > 0; changes--)
                    datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }
            socket.Send(datagram);
            // What comes back is not wanted, but must not fill the socket; it also keeps us from outrunning the agent.
            while (i % 64 == 0 && socket.Poll(1_000, SelectMode.SelectRead))
                socket.Receive(buffer);
        }
    }

    private static long Errors(AgentProcess agent)
    {
        // snmpInBadVersions, snmpInBadCommunityNames, snmpInASNParseErrs
        var values = agent.Snmp("snmpget", "-Oqv", ".1.3.6.1.2.1.11.3.0", ".1.3.6.1.2.1.11.4.0", ".1.3.6.1.2.1.11.6.0").Lines;
        return values.Sum(value => long.Parse(value, CultureInfo.InvariantCulture));
    }

    private static long MemoryKiB(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(each => each.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
