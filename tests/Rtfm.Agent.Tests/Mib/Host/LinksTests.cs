using System.Globalization;
using Rtfm.Agent.Mib.Host;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Mib.Host;

/// <summary>IF-MIB over the interfaces of this machine, and over some that come and go.</summary>
[TestFixture]
public sealed class LinksTests
{
    private const string Table = "1.3.6.1.2.1.2.2.1";
    private const string Extended = "1.3.6.1.2.1.31.1.1.1";
    private const string TableLastChange = "1.3.6.1.2.1.31.1.5.0";
    private const string StackLastChange = "1.3.6.1.2.1.31.1.6.0";

    private readonly FakeClock _clock = new();
    private uint _uptime;
    private Links _links = null!;
    private MibWalker _snmp = null!;

    [SetUp]
    public void MakeMib()
    {
        _uptime = 0;
        _links = new Links(_clock, () => _uptime);
        _snmp = new MibWalker(new MibTree(new IfMib(_links).Providers));
    }

    [Test]
    public void All_interfaces_are_there_under_the_kernel_s_numbers()
    {
        var expected = Directory
            .GetDirectories("/sys/class/net")
            .Where(path => File.Exists($"{path}/ifindex"))
            .ToDictionary(path => Number($"{path}/ifindex"), path => Path.GetFileName(path));
        Assert.That(_snmp.Get("1.3.6.1.2.1.2.1.0").Value.Signed, Is.EqualTo(expected.Count));
        foreach (var (index, name) in expected)
        {
            Assert.That(_snmp.Get($"{Extended}.1.{index}").Value.Text, Is.EqualTo(name));
            Assert.That(_snmp.Get($"{Table}.1.{index}").Value.Signed, Is.EqualTo(index));
        }
    }

    [TestCase(4, "mtu")]
    [TestCase(3, "type")]
    public void What_sys_tells_of_loopback_is_shown(int column, string file)
    {
        // ARPHRD_LOOPBACK is softwareLoopback(24).
        var expected = Number($"/sys/class/net/lo/{file}") is var number && file == "type" && number == 772 ? 24 : number;
        Assert.That(_snmp.Get($"{Table}.{column}.1").Value.Signed, Is.EqualTo(expected));
    }

    [Test]
    public void Counters_of_64_bits_are_the_kernel_s_and_those_of_32_are_their_low_half()
    {
        foreach (var link in _links.Current.Rows)
        {
            var octets = _snmp.Get($"{Extended}.6.{link.Index}").Value;
            Assert.That(octets.Tag, Is.EqualTo(BerTag.Counter64));
            // Packets may have come since.
            Assert.That(octets.Number, Is.LessThanOrEqualTo(ulong.Parse(File.ReadAllText($"/sys/class/net/{link.Name}/statistics/rx_bytes"))));
            Assert.That(_snmp.Get($"{Table}.10.{link.Index}").Value.Number, Is.EqualTo((uint)octets.Number));
        }
    }

    [Test]
    public void Who_asks_within_a_second_sees_the_same_and_later_what_is_new()
    {
        var first = _links.Current;
        _clock.Advance(TimeSpan.FromSeconds(0.99));
        Assert.That(_links.Current, Is.SameAs(first));
        _clock.Advance(TimeSpan.FromSeconds(0.01));
        Assert.That(_links.Current, Is.Not.SameAs(first));
    }

    [Test]
    public void SNMPv1_walks_the_tables_without_counters_of_64_bits()
    {
        var tags = _snmp.Walk(SnmpVersion.V1).Select(each => each.Value.Tag).ToList();
        Assert.That(tags, Has.Count.GreaterThan(20).And.None.EqualTo(BerTag.Counter64));
    }

    [Test]
    public void An_interface_that_comes_or_goes_is_told_with_its_time() =>
        NetworkNamespace.Run(() =>
        {
            var changes = new List<string>();
            _links.Changed += (before, after) => changes.Add($"{before?.Name}>{after?.Name}");
            Assert.That(_snmp.Get(TableLastChange).Value.Number, Is.Zero);

            NetworkNamespace.Ip("link add c type veth peer name d");
            Wait(500);
            var added = Index("c");
            Assert.That(changes, Is.EquivalentTo([">c", ">d"]));
            Assert.That(_snmp.Get(TableLastChange).Value.Number, Is.EqualTo(500));
            Assert.That(_snmp.Get($"{Extended}.19.{added}").Value.Number, Is.EqualTo(500), "its counters began then");

            NetworkNamespace.Ip("link del c");
            Wait(900);
            Assert.That(changes, Is.EquivalentTo([">c", ">d", "c>", "d>"]));
            Assert.That(_snmp.Get(TableLastChange).Value.Number, Is.EqualTo(900));
            Assert.That(_snmp.Get($"{Table}.1.{added}").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));
        });

    [Test]
    public void A_change_of_the_operational_status_is_told_with_its_time() =>
        NetworkNamespace.Run(() =>
        {
            var index = Index("a");
            AwaitStatus("a", isUp: true);
            AwaitStatus("b", isUp: true);
            var changes = new List<(string, OperStatus, OperStatus)>();
            _links.Changed += (before, after) => changes.Add((after!.Name, before!.Status, after.Status));

            NetworkNamespace.Ip("link set dev b down");
            _uptime = 700;
            AwaitStatus("b", isUp: false);
            AwaitStatus("a", isUp: false);

            // Its own side stays up, but there is no carrier.
            Assert.That(_snmp.Get($"{Table}.7.{index}").Value.Signed, Is.EqualTo(1));
            Assert.That(_snmp.Get($"{Table}.9.{index}").Value.Number, Is.EqualTo(700));
            Assert.That(changes.Select(each => each.Item1), Is.EquivalentTo(["a", "b"]));
            Assert.That(changes.Select(each => each.Item2), Has.All.EqualTo(OperStatus.Up));
            Assert.That(_snmp.Get(TableLastChange).Value.Number, Is.Zero, "no interface came or went");
        });

    [Test]
    public void A_port_of_a_bridge_lies_under_it() =>
        NetworkNamespace.Run(() =>
        {
            NetworkNamespace.Ip("link add bridge0 type bridge");
            Wait(100);
            Assert.That(_snmp.Get($"{Table}.3.{Index("bridge0")}").Value.Signed, Is.EqualTo(209));
            Assert.That(_snmp.Get($"1.3.6.1.2.1.31.1.2.1.3.{Index("bridge0")}.0").Value.Signed, Is.EqualTo(1));

            NetworkNamespace.Ip("link set dev a master bridge0");
            Wait(300);
            Assert.That(_snmp.Get($"1.3.6.1.2.1.31.1.2.1.3.{Index("bridge0")}.{Index("a")}").Value.Signed, Is.EqualTo(1));
            Assert.That(_snmp.Get($"1.3.6.1.2.1.31.1.2.1.3.{Index("bridge0")}.0").Value.Tag, Is.EqualTo(BerTag.NoSuchInstance));
            Assert.That(_snmp.Get(StackLastChange).Value.Number, Is.EqualTo(300));
        });

    [Test]
    public void An_alias_and_promiscuous_mode_are_shown() =>
        NetworkNamespace.Run(() =>
        {
            NetworkNamespace.Ip("link set dev a alias uplink promisc on");
            Assert.That(_snmp.Get($"{Extended}.18.{Index("a")}").Value.Text, Is.EqualTo("uplink"));
            Assert.That(_snmp.Get($"{Extended}.16.{Index("a")}").Value.Signed, Is.EqualTo(1));
            Assert.That(_snmp.Get($"{Extended}.16.{Index("b")}").Value.Signed, Is.EqualTo(2));
        });

    [Test]
    public void Any_octets_are_read_as_a_link_or_not_at_all()
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var octets = new byte[random.Next(200)];
            random.NextBytes(octets);
            // Lengths of attributes that are small make more of them look right.
            for (var i = 1; i < octets.Length; i += 2)
                octets[i] &= (byte)random.Next(2);
            Assert.That(() => Link.Read(octets), Throws.Nothing);
            Assert.That(() => IpAddressEntry.Read(octets), Throws.Nothing);
        }
    }

    /// <summary>So much Uptime later, when the interfaces are looked at anew.</summary>
    private void Wait(uint until)
    {
        _ = _links.Current;
        _uptime = until;
        _clock.Advance(Links.Freshness);
        _ = _links.Current;
    }

    /// <summary>The kernel tells of a carrier up to a second later.</summary>
    private void AwaitStatus(string name, bool isUp)
    {
        var index = Index(name);
        var until = Environment.TickCount64 + 10_000;
        do
        {
            _clock.Advance(Links.Freshness);
            if (_snmp.Get($"{Table}.8.{index}").Value.Signed == (int)OperStatus.Up == isUp)
                return;
            Thread.Sleep(5);
        } while (Environment.TickCount64 < until);
        Assert.Fail($"{name} did not become as expected");
    }

    private int Index(string name)
    {
        foreach (var link in _links.Current.Rows)
        {
            if (link.Name == name)
                return link.Index;
        }
        throw new AssertionException($"no interface {name}");
    }

    private static int Number(string path) => int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
}
