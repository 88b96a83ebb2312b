using System.Buffers.Binary;
using Rtfm.Agent.Capture;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Capture;

[TestFixture]
public sealed class CaptureFileTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("rtfm-capture-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_same_packets_come_out_of_every_format()
    {
        var expected = Packets(Path.Combine(Repository.Captures, "edge.pcap"));
        Assert.That(expected, Has.Count.EqualTo(222));
        Assert.That(Packets(Path.Combine(Repository.Captures, "edge.pcapng")), Is.EqualTo(expected));
        Assert.That(Packets(Path.Combine(Repository.Captures, "edge-nanoseconds.pcap")), Is.EqualTo(expected));
    }

    [Test]
    public void The_other_byte_order_is_read_too()
    {
        var path = Path.Combine(Repository.Captures, "refused.pcap");
        var octets = File.ReadAllBytes(path);
        Swap(octets, 0, 4);
        Swap(octets, 4, 2);
        Swap(octets, 6, 2);
        for (var at = 8; at < 24; at += 4)
            Swap(octets, at, 4);
        for (var at = 24; at < octets.Length; )
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(octets.AsSpan(at + 8));
            for (var field = 0; field < 16; field += 4)
                Swap(octets, at + field, 4);
            at += 16 + length;
        }
        Assert.That(Packets(Write(octets)), Is.EqualTo(Packets(path)));
    }

    [TestCase("refused.pcap")]
    [TestCase("vlan.pcap")]
    public void A_file_cut_off_anywhere_gives_the_packets_before_the_cut(string name)
    {
        var octets = File.ReadAllBytes(Path.Combine(Repository.Captures, name));
        var all = Packets(Path.Combine(Repository.Captures, name));
        for (var length = 24; length < Math.Min(octets.Length, 700); length++)
            Assert.That(Packets(Write(octets[..length])), Is.EqualTo(all.Take(Packets(Write(octets[..length])).Count)), $"{length} octets");
    }

    [TestCase("vlan.pcap", 5)]
    [TestCase("edge.pcapng", 6)]
    public void A_file_with_wrong_octets_anywhere_ends_without_a_crash(string name, int seed)
    {
        var good = File.ReadAllBytes(Path.Combine(Repository.Captures, name));
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var octets = (byte[])good.Clone();
            for (var changes = random.Next(1, 30); changes > 0; changes--)
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            try
            {
                Packets(Write(octets));
            }
            catch (CaptureException)
            {
                // The magic number was hit.
            }
        }
    }

    [TestCase("", "0 octets")]
    [TestCase("1F8B080000000000", "gzip")]
    [TestCase("23212F62696E2F7368", "neither pcap nor pcapng")]
    [TestCase("D4C3B2A1020004", "ends inside its header")]
    public void What_is_no_capture_is_refused_by_name(string hex, string reason)
    {
        var path = Write(Hex.Bytes(hex));
        var fault = Assert.Throws<CaptureException>(() => Packets(path));
        Assert.That(fault!.Message, Does.StartWith(path).And.Contains(reason));
    }

    [Test]
    public void A_missing_file_is_refused_by_name() =>
        Assert.That(() => Packets("/nonexistent/file.pcap"), Throws.InstanceOf<CaptureException>().With.Message.Contains("/nonexistent/file.pcap"));

    [Test]
    public void A_file_deleted_while_it_is_looped_ends_with_its_name()
    {
        var path = Write(File.ReadAllBytes(Path.Combine(Repository.Captures, "refused.pcap")));
        var batch = new PacketBatch();
        using var source = new LoopedSource(() => CaptureFile.Open(path));
        source.Read(batch);
        source.Read(batch);
        var read = source.Counters.Received;
        File.Delete(path);
        Assert.That(() => source.Read(batch), Throws.InstanceOf<CaptureException>().With.Message.Contains(path));
        Assert.That(source.Counters.Received, Is.EqualTo(read).And.GreaterThan(0));
    }

    [Test]
    public void A_source_can_be_disposed_twice()
    {
        var source = CaptureFile.Open(Path.Combine(Repository.Captures, "edge.pcap"));
        source.Dispose();
        Assert.That(source.Dispose, Throws.Nothing);
    }

    private string Write(byte[] octets)
    {
        var path = Path.Combine(_folder, "test.pcap");
        File.WriteAllBytes(path, octets);
        return path;
    }

    private static List<(long TimeNs, int WireLength, string Octets)> Packets(string path)
    {
        using var source = CaptureFile.Open(path);
        var packets = new List<(long, int, string)>();
        var batch = new PacketBatch(64);
        SourceState state;
        do
        {
            state = source.Read(batch);
            foreach (var packet in batch.Packets)
                packets.Add((packet.TimeNs, packet.WireLength, Convert.ToHexString(packet.Captured)));
        } while (state == SourceState.Open);
        return packets;
    }

    private static void Swap(byte[] octets, int at, int count) => octets.AsSpan(at, count).Reverse();
}
