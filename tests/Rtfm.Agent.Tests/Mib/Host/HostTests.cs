using System.Net;
using System.Net.NetworkInformation;
using Rtfm.Agent.Mib.Host;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Mib.Host;

/// <summary>What the agent shows of this machine, against /proc and what .NET finds.</summary>
[TestFixture]
public sealed class HostTests
{
    private readonly FakeClock _clock = new();
    private HostMachine _host = null!;
    private MibWalker _snmp = null!;

    [SetUp]
    public void MakeMib()
    {
        _host = new HostMachine(_clock, () => 0);
        _snmp = new MibWalker(new MibTree(HostMib.Providers(_host)));
    }

    [TestCase(SnmpVersion.V1)]
    [TestCase(SnmpVersion.V2c)]
    public void A_walk_of_everything_ends_and_its_names_increase(SnmpVersion version)
    {
        var names = _snmp.Walk(version).Select(each => each.Name).ToList();
        Assert.That(names, Has.Count.GreaterThan(100));
        Assert.That(names, Is.Ordered.Ascending.And.Unique);
    }

    [Test]
    public void GET_finds_every_instance_that_GETNEXT_shows()
    {
        foreach (var shown in _snmp.Walk())
            Assert.That(_snmp.Get(shown.Name.ToString()).Value.Tag, Is.EqualTo(shown.Value.Tag), shown.Name.ToString());
    }

    [TestCase("1.3.6.1.2.1.25.2.2.0", "MemTotal")]
    [TestCase("1.3.6.1.2.1.25.2.3.1.5.1", "MemTotal")]
    [TestCase("1.3.6.1.4.1.2021.4.5.0", "MemTotal")]
    [TestCase("1.3.6.1.4.1.2021.4.3.0", "SwapTotal")]
    [TestCase("1.3.6.1.2.1.25.2.3.1.5.10", "SwapTotal")]
    public void Amounts_of_memory_are_those_of_meminfo(string name, string key)
    {
        var line = File.ReadLines("/proc/meminfo").Single(each => each.StartsWith(key + ":", StringComparison.Ordinal));
        Assert.That(_snmp.Get(name).Value.Signed, Is.EqualTo(long.Parse(line.Split(' ')[^2])));
    }

    [Test]
    public void There_is_a_load_for_each_processor()
    {
        var loads = _snmp.Walk().Where(each => each.Name.ToString().StartsWith("1.3.6.1.2.1.25.3.3.1.2.", StringComparison.Ordinal)).ToList();
        Assert.That(loads, Has.Count.EqualTo(File.ReadLines("/proc/stat").Count(line => line.StartsWith("cpu", StringComparison.Ordinal)) - 1));
        Assert.That(loads.Select(each => each.Value.Signed), Has.All.InRange(0, 100));
    }

    [Test]
    public void A_load_is_over_the_last_minute()
    {
        // user nice system idle iowait irq softirq steal
        var before = ProcessorTimes.Read("100 0 50 800 50 0 0 0 0 0");
        var after = ProcessorTimes.Read("130 10 60 940 100 5 5 0 0 0");
        Assert.That(after.Load(before), Is.EqualTo(24), "60 of 250 ticks; the rest was idle or waited");
        Assert.That(before.Load(before), Is.Zero);
        Assert.That(before.Load(after), Is.InRange(0, 100), "times that run backwards");
    }

    [Test]
    public void Samples_of_the_processors_are_kept_for_a_minute()
    {
        var first = _host.Load.Before;
        for (var seconds = 5; seconds <= 60; seconds += 5)
        {
            _clock.Advance(ProcessorLoad.SampleInterval);
            _host.Load.Sample();
            Assert.That(_host.Load.Before, Is.SameAs(first));
        }
        _clock.Advance(ProcessorLoad.SampleInterval);
        _host.Load.Sample();
        Assert.That(_host.Load.Before, Is.Not.SameAs(first));
    }

    [Test]
    public void The_host_s_uptime_is_the_kernel_s()
    {
        var seconds = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0]);
        Assert.That(_snmp.Get("1.3.6.1.2.1.25.1.1.0").Value.Number, Is.EqualTo(seconds * 100).Within(500));
    }

    [Test]
    public void The_date_is_a_DateAndTime_with_its_offset() =>
        Assert.That(
            HostSystem.DateAndTime(new DateTimeOffset(2026, 11, 21, 13, 5, 9, 750, TimeSpan.FromMinutes(-210))),
            Is.EqualTo(Hex.Bytes("07EA 0B 15 0D 05 09 07 2D 03 1E"))
        );

    [Test]
    public void File_systems_have_the_sizes_that_df_tells()
    {
        var root = _host.FileSystems.Mounted.Single(each => each.MountPoint == "/");
        var df = SnmpTool.Run("df", ["-B1", "--output=size", "/"]).Lines[^1];
        Assert.That(root.Size, Is.EqualTo(ulong.Parse(df.Trim())));
        Assert.That(_snmp.Get($"1.3.6.1.2.1.25.2.3.1.3.{root.Index}").Value.Text, Is.EqualTo("/"));
        Assert.That(
            _snmp.Get($"1.3.6.1.2.1.25.2.3.1.5.{root.Index}").Value.Signed * _snmp.Get($"1.3.6.1.2.1.25.2.3.1.4.{root.Index}").Value.Signed,
            Is.EqualTo((long)root.Size).Within(root.BlockLength)
        );
    }

    [TestCase(8ul << 30, ExpectedResult = 4096u)]
    [TestCase(64ul << 40, ExpectedResult = 65536u, Description = "with 4 KiB there would be more units than an Integer32 has")]
    public uint A_large_file_system_has_larger_units(ulong size) => new MountedFileSystem(31, "/", "ext4", size, 0).BlockLength;

    [Test]
    public void The_agent_s_own_process_is_shown_without_its_arguments()
    {
        var shown = _snmp.Walk().Where(each => each.Name.ToString().StartsWith("1.3.6.1.2.1.25.4.2.1.", StringComparison.Ordinal)).ToList();
        Assert.That(shown, Has.Count.EqualTo(7));
        Assert.That(shown.Select(each => each.Name.Span[^1]), Has.All.EqualTo((uint)Environment.ProcessId));
        Assert.That(_snmp.Get($"1.3.6.1.2.1.25.4.2.1.5.{Environment.ProcessId}").Value.Octets.Length, Is.Zero);
        Assert.That(_snmp.Get($"1.3.6.1.2.1.25.5.1.1.1.{Environment.ProcessId}").Value.Signed, Is.Positive);
        Assert.That(_snmp.Get($"1.3.6.1.2.1.25.5.1.1.2.{Environment.ProcessId}").Value.Signed, Is.GreaterThan(1_000));
    }

    [Test]
    public void The_load_average_is_shown_as_text_as_number_and_as_float()
    {
        var load = _host.System.Loads[1];
        Assert.That(_snmp.Get("1.3.6.1.4.1.2021.10.1.3.2").Value.Text, Is.EqualTo(FormattableString.Invariant($"{load:F2}")));
        Assert.That(_snmp.Get("1.3.6.1.4.1.2021.10.1.5.2").Value.Signed, Is.EqualTo(Math.Round(load * 100)));
        var packed = _snmp.Get("1.3.6.1.4.1.2021.10.1.6.2").Value;
        Assert.That(packed.Tag, Is.EqualTo(BerTag.Opaque));
        Assert.That(packed.Octets[..3].ToArray(), Is.EqualTo(Hex.Bytes("9F7804")));
        Assert.That(System.Buffers.Binary.BinaryPrimitives.ReadSingleBigEndian(packed.Octets[3..]), Is.EqualTo((float)load));
    }

    [Test]
    public void All_addresses_are_there_in_both_tables()
    {
        var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses).ToList();
        foreach (var address in addresses.Where(each => each.Address.GetAddressBytes().Length == 4))
        {
            Assert.That(_snmp.Get($"1.3.6.1.2.1.4.20.1.3.{address.Address}").Value.ToString(), Is.EqualTo(address.IPv4Mask.ToString()));
            Assert.That(_snmp.Get($"1.3.6.1.2.1.4.34.1.4.1.4.{address.Address}").Value.Signed, Is.EqualTo(1));
        }
        foreach (var address in addresses.Where(each => each.Address.GetAddressBytes().Length == 16))
        {
            var octets = address.Address.GetAddressBytes().Select(each => (uint)each).ToList();
            // A link-local address has its zone, the ifIndex, and is of another type.
            var index = address.Address.IsIPv6LinkLocal
                ? $"4.20.{string.Join('.', octets)}.0.0.0.{address.Address.ScopeId}"
                : $"2.16.{string.Join('.', octets)}";
            Assert.That(_snmp.Get($"1.3.6.1.2.1.4.34.1.4.{index}").Value.Signed, Is.EqualTo(1), address.Address.ToString());
        }
        Assert.That(_snmp.Get($"1.3.6.1.2.1.4.20.1.1.{IPAddress.Loopback}").Value.ToString(), Is.EqualTo("127.0.0.1"));
    }

    [Test]
    public void An_address_points_to_a_row_that_tells_of_its_network()
    {
        const string Loopback = "1.3.6.1.2.1.4.32.1.5.1.1.4.127.0.0.0.8";
        Assert.That(_snmp.Get("1.3.6.1.2.1.4.34.1.5.1.4.127.0.0.1").Value.ToString(), Is.EqualTo(Loopback));
        Assert.That(_snmp.Get(Loopback).Value.Signed, Is.EqualTo(2), "manual");
        foreach (var pointer in _snmp.Walk().Where(each => each.Name.ToString().StartsWith("1.3.6.1.2.1.4.34.1.5.", StringComparison.Ordinal)))
            Assert.That(_snmp.Get(pointer.Value.ToString()).Value.Tag, Is.EqualTo(BerTag.Integer), pointer.Value.ToString());
    }

    [Test]
    public void Forwarding_and_hop_limit_are_the_kernel_s()
    {
        Assert.That(_snmp.Get("1.3.6.1.2.1.4.1.0").Value.Signed, Is.EqualTo(File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim() == "0" ? 2 : 1));
        Assert.That(_snmp.Get("1.3.6.1.2.1.4.2.0").Value.Signed, Is.EqualTo(int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_default_ttl"))));
    }

    [Test]
    public void The_machine_is_a_chassis_with_processors_in_it()
    {
        Assert.That(_snmp.Get("1.3.6.1.2.1.47.1.1.1.1.5.1").Value.Signed, Is.EqualTo(3));
        Assert.That(_snmp.Get("1.3.6.1.2.1.47.1.1.1.1.7.1").Value.Text, Is.EqualTo(Environment.MachineName));
        Assert.That(_snmp.Get("1.3.6.1.2.1.47.1.1.1.1.4.2").Value.Signed, Is.EqualTo(1), "contained in the chassis");
        Assert.That(_snmp.Get("1.3.6.1.2.1.47.1.1.1.1.5.2").Value.Signed, Is.EqualTo(12));
    }
}
