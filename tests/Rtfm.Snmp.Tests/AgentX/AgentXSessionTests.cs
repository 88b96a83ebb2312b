using System.Net;
using System.Net.Sockets;
using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.AgentX;

/// <summary>A sub-agent of a real snmpd.</summary>
[TestFixture]
public sealed class AgentXSessionTests
{
    private const uint Rows = 3_000;
    private static readonly ObjectIdentifier Module = new(1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 77);
    private readonly List<string> _lost = [];
    private readonly SemaphoreSlim _opened = new(0);
    private MasterAgent _master = null!;
    private NumberColumn _column = null!;
    private AgentXSession? _session;

    [SetUp]
    public void Start()
    {
        if (!MasterAgent.IsInstalled)
            Assert.Ignore("snmpd is not installed");
        _master = MasterAgent.Start();
        _column = new NumberColumn(Module.Append(1), Rows);
        _lost.Clear();
    }

    [TearDown]
    public void Stop()
    {
        _session?.Dispose();
        _session = null;
        _master?.Dispose();
        while (_opened.Wait(0))
            continue;
    }

    [TestCase("snmpwalk", "-v1", "-cpublic")]
    [TestCase("snmpwalk", "-v2c", "-cpublic")]
    [TestCase("snmpbulkwalk", "-v2c", "-cpublic", "-Cr100")]
    [TestCase(
        "snmpbulkwalk",
        "-v3",
        "-u" + MasterAgent.User,
        "-lauthPriv",
        "-aSHA",
        "-xAES",
        "-A" + MasterAgent.Password,
        "-X" + MasterAgent.Password
    )]
    public void Its_objects_are_walked_through_the_master(string tool, params string[] arguments)
    {
        _column[Rows] = -5;
        Open();
        var walk = SnmpTool.Run(tool, [.. arguments, "-On", _master.Address, Module.ToString()]);
        Assert.That(walk.Errors, Is.Empty);
        Assert.That(walk.Lines, Has.Length.EqualTo(Rows));
        Assert.That(walk.Lines[^1], Is.EqualTo($".{Module}.1.{Rows} = INTEGER: -5"));
    }

    [Test]
    public void GETBULK_of_several_columns_is_answered_row_by_row()
    {
        Open();
        var bulk = _master.Snmp("snmpbulkget", "-Cn1", "-Cr3", Name(9), Name(1), Name(5));
        Assert.That(bulk.Lines.Select(line => line.Split(' ')[0]), Is.EqualTo(new[] { 10, 2, 6, 3, 7, 4, 8 }.Select(row => Name((uint)row))));
    }

    [Test]
    public void Its_modules_are_in_the_master_s_sysORTable()
    {
        Open();
        Assert.That(_master.Snmp("snmpwalk", "1.3.6.1.2.1.1.9.1").Output, Does.Contain("a column for tests").And.Contain($".{Module}\n"));
    }

    [Test]
    public void A_master_is_reached_over_TCP_as_well()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        _master.Dispose();
        _master = MasterAgent.Start($"agentXSocket tcp:127.0.0.1:{port}");
        Open(master: $"tcp:127.0.0.1:{port}");
        Assert.That(_master.Snmp("snmpget", Name(1)).Output, Does.Contain("INTEGER: 0"));
    }

    [Test]
    public void A_SET_through_the_master_is_carried_out_as_a_whole()
    {
        Open();
        Assert.That(Set(Name(1), "i", "5", Name(2), "i", "6"), Is.Empty);
        Assert.That((_column[1], _column[2]), Is.EqualTo((5, 6)));
        Assert.That(_column.Steps, Is.EqualTo(new[] { "test 1", "test 2", "commit 1", "commit 2" }));
    }

    [TestCase("i", "13", "wrongValue", Description = "refused by its test")]
    [TestCase("s", "x", "wrongType")]
    public void A_SET_that_is_refused_changes_nothing_and_says_why(string syntax, string value, string error)
    {
        Open();
        Assert.That(Set(Name(1), "i", "5", Name(2), syntax, value), Does.Contain(error).And.Contain(Name(2)));
        Assert.That((_column[1], _column[2]), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_commit_that_fails_is_undone_by_the_master()
    {
        _column.CommitFailsAt = 2;
        Open();
        Assert.That(Set(Name(1), "i", "5", Name(2), "i", "6"), Does.Contain("commitFailed"));
        Assert.That(_column[1], Is.Zero);
    }

    [Test]
    public void Who_may_not_write_is_for_the_master_to_decide()
    {
        Open();
        var set = SnmpTool.Run("snmpset", ["-v2c", "-cpublic", "-On", _master.Address, Name(1), "i", "5"]);
        Assert.That(set.Errors, Does.Contain("noAccess").Or.Contain("notWritable").Or.Contain("authorizationError"));
        Assert.That(_column.Steps, Is.Empty);
    }

    [Test]
    public void A_master_that_was_restarted_gets_everything_registered_again()
    {
        Open();
        _master.Kill();
        Assert.That(() => _session!.IsOpen, Is.False.After(5_000, 10));
        _master.Restart();
        Assert.That(_opened.Wait(TimeSpan.FromSeconds(10)));
        Assert.That(_master.Snmp("snmpget", Name(1)).Output, Does.Contain("INTEGER: 0"));
        Assert.That(_lost, Has.Count.EqualTo(1), string.Join('\n', _lost));
    }

    [Test]
    public void A_master_that_comes_later_is_waited_for()
    {
        _master.Kill();
        Open(wait: false);
        Assert.That(() => _lost.Count, Is.EqualTo(1).After(5_000, 10));
        _master.Restart();
        Assert.That(_opened.Wait(TimeSpan.FromSeconds(10)));
    }

    [TestCase("test", 0, Description = "nothing was changed")]
    [TestCase("commit", 5, Description = "what was committed as a whole stays")]
    public void A_master_that_is_killed_in_a_SET_leaves_all_of_it_or_nothing(string step, int expected)
    {
        _column.OnStep = at =>
        {
            if (at == step)
                _master.Kill();
        };
        Open();
        SnmpTool.Run("snmpset", ["-v2c", "-cprivate", "-r0", "-t1", _master.Address, Name(1), "i", "5"]);
        Assert.That(() => _session!.IsOpen, Is.False.After(5_000, 10));
        Assert.That(_column[1], Is.EqualTo(expected));
        _column.OnStep = _ => { };
        _master.Restart();
        Assert.That(_opened.Wait(TimeSpan.FromSeconds(10)));
        Assert.That(Set(Name(1), "i", "7"), Is.Empty);
        Assert.That(_column[1], Is.EqualTo(7));
    }

    [Test]
    public void A_second_sub_agent_for_the_same_objects_is_refused_and_takes_over_when_the_first_ends()
    {
        Open();
        var first = _session!;
        Open(wait: false);
        Assert.That(() => _lost.Count, Is.EqualTo(1).After(5_000, 10));
        Assert.That(_lost[0], Does.Contain("another sub-agent has it"));
        first.Dispose();
        Assert.That(_opened.Wait(TimeSpan.FromSeconds(10)));
        Assert.That(_master.Snmp("snmpget", Name(1)).Output, Does.Contain("INTEGER: 0"));
    }

    [Test]
    public async Task A_notification_goes_out_through_the_master()
    {
        using var sink = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        _master.Dispose();
        _master = MasterAgent.Start($"trap2sink 127.0.0.1:{((IPEndPoint)sink.Client.LocalEndPoint!).Port} traps");
        Open();
        Assert.That(_session!.TryNotify(Module.Append(0, 1), [new(ObjectIdentifier.Parse(Name(4)), SnmpValue.Integer(-9))]));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            // snmpd's own coldStart comes first.
            var trap = (await sink.ReceiveAsync(patience.Token)).Buffer;
            var reader = new BerReader(trap);
            reader.Enter();
            reader.Integer();
            reader.OctetString();
            var pdu = trap[reader.Position..];
            Assert.That(PduHeader.TryRead(pdu, out var header));
            var varBinds = new List<VarBind>();
            var read = new VarBindReader(pdu.AsSpan(header.VarBinds, header.VarBindsLength));
            while (read.Read() && read.TryValue(out var value))
                varBinds.Add(new(new ObjectIdentifier(read.Name), value));
            if (varBinds[1].Value.ObjectIdentifier != Module.Append(0, 1))
                continue;
            Assert.That((varBinds[2].Name.ToString(), varBinds[2].Value.Signed), Is.EqualTo((Name(4).TrimStart('.'), -9)));
            return;
        }
    }

    [Test]
    public void Without_a_session_no_notification_goes_out()
    {
        _master.Kill();
        Open(wait: false);
        Assert.That(_session!.TryNotify(Module, []), Is.False);
    }

    [Test]
    public void A_silent_master_is_pinged_and_stays()
    {
        Open(ping: TimeSpan.FromMilliseconds(50));
        Assert.That(_opened.Wait(TimeSpan.FromMilliseconds(500)), Is.False, "the session was lost and opened again");
        Assert.That((_session!.IsOpen, _lost.Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public void A_master_that_sends_nonsense_is_left()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Open(wait: false, master: $"tcp:{listener.LocalEndpoint}");
        using var peer = listener.AcceptTcpClient();
        peer.GetStream().Write(new byte[64]);
        Assert.That(() => _lost, Is.EqualTo(new[] { "it sent what is no AgentX" }).After(5_000, 10));
    }

    private void Open(bool wait = true, TimeSpan? ping = null, string? master = null)
    {
        Assert.That(AgentXAddress.TryParse(master ?? _master.Socket, out var address, out var complaint), complaint);
        _session = new AgentXSession(
            new AgentXOptions
            {
                Master = address!,
                Mib = new MibTree([_column]),
                Modules = [new(Module, "a column for tests")],
                Gate = new Lock(),
                Id = Module,
                Description = "test",
                FirstRetry = TimeSpan.FromMilliseconds(50),
                Ping = ping ?? TimeSpan.FromSeconds(15),
                OnOpened = () => _opened.Release(),
                OnLost = _lost.Add,
            }
        );
        if (wait)
            Assert.That(_opened.Wait(TimeSpan.FromSeconds(10)), string.Join('\n', _lost));
    }

    private string Set(params string[] arguments) => _master.Snmp("snmpset", arguments).Errors;

    private static string Name(uint row) => $".{Module}.1.{row}";
}
