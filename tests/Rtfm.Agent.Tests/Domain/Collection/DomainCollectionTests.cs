using Rtfm.Control.Reading;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Members at sockets of this machine, collected by the first of them and read over SNMP.</summary>
[TestFixture]
public sealed class DomainCollectionTests
{
    private const string There = "10.0.0.1:1000>10.0.0.2:80 udp 100";
    private const string Back = "10.0.0.2:80>10.0.0.1:1000 udp 40";

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_flow_seen_where_it_enters_and_where_it_leaves_is_one_record_with_both_counts(bool isSerial)
    {
        await using var domain = new DomainHarness(3);
        domain.ComeIn(2, 5, There, There, There);
        // One packet is lost on the way; the meter there sees the answer first.
        domain.ComeIn(3, 9, Back);
        domain.GoOut(3, 9, There, There);
        domain.GoOut(2, 5, Back);
        await domain.CollectAsync(isSerial);
        Assert.That(await domain.RecordsAsync(), Is.EqualTo(["10.0.0.1:1000 10.0.0.2:80 to=300/3 from=40/1 in=2.5 out=3.9 there=200/2,40/1 of 2"]));
    }

    [Test]
    public async Task A_flow_that_enters_at_two_edges_counts_what_entered_at_both()
    {
        await using var domain = new DomainHarness(3);
        domain.ComeIn(1, 5, There, There);
        domain.ComeIn(2, 6, There, There, There);
        domain.GoOut(3, 9, There, There, There, There, There);
        await domain.CollectAsync();
        Assert.That(await domain.RecordsAsync(), Is.EqualTo(["10.0.0.1:1000 10.0.0.2:80 to=500/5 from=0/0 in=2.6 out=3.9 there=500/5,0/0 of 3"]));
    }

    [Test]
    public async Task Where_no_direction_is_known_the_record_counts_what_the_member_saw_that_saw_most()
    {
        await using var domain = new DomainHarness(3);
        domain.Send(1, 5, 5, There);
        domain.Send(2, 5, 5, There, There, Back);
        domain.Send(3, 5, 5, There, There);
        await domain.CollectAsync();
        Assert.That(await domain.RecordsAsync(), Is.EqualTo(["10.0.0.1:1000 10.0.0.2:80 to=200/2 from=40/1 in=0.0 out=0.0 there=0/0,0/0 of 3"]));
    }

    [Test]
    public async Task Collecting_again_changes_nothing_but_what_is_new()
    {
        await using var domain = new DomainHarness(2);
        domain.ComeIn(1, 5, There);
        domain.GoOut(2, 9, There);
        await domain.CollectAsync();
        var before = domain.Master.Flows.Now;
        domain.Pass(5);
        await domain.CollectAsync();
        Assert.That(await domain.RecordsAsync(before + 1), Is.Empty, "nothing changed, however often it is read");
        domain.ComeIn(1, 5, There);
        domain.Pass(1);
        await domain.CollectAsync();
        Assert.That(
            await domain.RecordsAsync(before + 1),
            Is.EqualTo(["10.0.0.1:1000 10.0.0.2:80 to=200/2 from=0/0 in=1.5 out=2.9 there=100/1,0/0 of 2"])
        );
    }

    [Test]
    public async Task Serial_and_parallel_collection_make_the_same_records()
    {
        await using var domain = new DomainHarness(5);
        var random = new Random(2026);
        for (var i = 0; i < 500; i++)
        {
            var flow = random.Next(100);
            var packet = $"10.0.{flow}.1:{1000 + flow}>10.1.{flow}.2:80 udp {random.Next(60, 1500)}";
            domain.ComeIn(1 + flow % 5, 5, packet);
            domain.GoOut(1 + (flow + 1) % 5, 9, packet);
        }
        await domain.CollectAsync(isSerial: true);
        var serial = await domain.RecordsAsync();
        var figures = domain.Master.Collection.Figures;
        domain.Master.Collection.Forget();
        await domain.CollectAsync();
        Assert.That(await domain.RecordsAsync(), Is.EqualTo(serial));
        Assert.That(serial, Has.Count.InRange(95, 100));
        Assert.That((figures.Members, figures.Missing), Is.EqualTo((5, 0)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_member_that_does_not_answer_is_left_out_and_counted(bool isSerial)
    {
        await using var domain = new DomainHarness(4);
        domain.ComeIn(4, 5, There);
        var dead = domain.Domain.Members[2];
        domain[3].Dispose();
        await domain.CollectAsync(isSerial);
        var figures = domain.Master.Collection.Figures;
        Assert.That((figures.Members, figures.Missing), Is.EqualTo((3, 1)));
        Assert.That(await domain.RecordsAsync(), Is.EqualTo(["10.0.0.1:1000 10.0.0.2:80 to=100/1 from=0/0 in=4.5 out=0.0 there=0/0,0/0 of 1"]));
        Assert.That(domain.Master.Missing.Concat(domain[2].Missing).Select(each => each.Member), Does.Contain(dead.Number));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task What_a_member_counted_before_and_after_a_restart_adds_up(bool isSerial)
    {
        await using var domain = new DomainHarness(2);
        domain.ComeIn(2, 5, There, There);
        await domain.CollectAsync(isSerial);
        domain.Restart(2);
        domain.Pass(1);
        domain.ComeIn(2, 5, There);
        await domain.CollectAsync(isSerial);
        Assert.That(await domain.RecordsAsync(), Is.EqualTo(["10.0.0.1:1000 10.0.0.2:80 to=300/3 from=0/0 in=2.5 out=0.0 there=0/0,0/0 of 2"]));
    }

    [Test]
    public async Task Net_SNMP_walks_the_records_in_the_context_of_the_domain()
    {
        if (!SnmpTool.IsInstalled)
            Assert.Ignore("Net-SNMP is not installed");
        await using var domain = new DomainHarness(2);
        domain.ComeIn(1, 5, There);
        domain.GoOut(2, 9, There);
        await domain.CollectAsync();
        var walk = Walk(domain, "domain", "1.3.6.1.2.1.40");
        Assert.That(walk.Output, Does.Contain(".1.3.6.1.2.1.40.2.1.1.27.7.0.1 = Counter64: 100"), walk.Errors);
        Assert.That(walk.Output, Does.Contain(".1.3.6.1.2.1.40.1.1.1.6.7 = STRING: \"edge\""));
        var readings = Walk(domain, "domain", ".1.3.6.1.4.1.8072.9999.9999.2722.3.1.10");
        Assert.That(readings.Lines, Has.Length.EqualTo(10), "five columns of two members");
        Assert.That(Walk(domain, "", "1.3.6.1.2.1.40.2.1.1.14").Output, Does.Not.Contain(".7.0.1"), "its own flows are another table");
        Assert.That(
            Walk(domain, "elsewhere", "1.3.6.1.2.1.40").Errors + Walk(domain, "elsewhere", "1.3.6.1.2.1.40").Output,
            Does.Contain("context").IgnoreCase
        );
    }

    [Test]
    public async Task Members_keep_flows_only_while_somebody_reads_the_domain()
    {
        await using var domain = new DomainHarness(2);
        domain.ComeIn(2, 5, There);
        await domain.CollectAsync();
        Assert.That(domain[2].Meter.Current.Readers, Is.Empty);
        var session = new SnmpMeterSession(domain.Client, domain.Master.ContextTarget);
        var reader = await ReaderRow.CreateAsync(session, "billing", TestDomain.RuleSet, 600, CancellationToken.None);
        await domain.CollectAsync();
        Assert.That(domain[2].Meter.Current.Readers.Single().Value.Owner, Is.EqualTo("domain:net"));
        await reader.RemoveAsync(CancellationToken.None);
        await domain.CollectAsync();
        Assert.That(domain[2].Meter.Current.Readers, Is.Empty);
    }

    [Test]
    public async Task Members_let_go_of_flows_only_when_the_reader_has_said_that_it_has_them()
    {
        await using var domain = new DomainHarness(2);
        var session = new SnmpMeterSession(domain.Client, domain.Master.ContextTarget);
        var reader = await ReaderRow.CreateAsync(session, "billing", TestDomain.RuleSet, 0, CancellationToken.None);
        var member = domain[2].Meter;
        domain.ComeIn(2, 5, There);
        await domain.CollectAsync();
        // Idle for long, and collected over and over, but nobody has it yet.
        for (var i = 0; i < 5; i++)
        {
            domain.Pass(400);
            await domain.CollectAsync();
        }
        Assert.That(member.Flows.ActiveFlows, Is.EqualTo(1));

        // The reader reads, and says so when it comes for the second time; the master hands that on.
        for (var i = 0; i < 8; i++)
        {
            await reader.BeginCollectionAsync(await reader.TimesAsync(default), TimeProvider.System, default);
            domain.Pass(10);
            await domain.CollectAsync();
        }
        domain.Pass(700);
        Assert.That(member.Flows.ActiveFlows, Is.Zero, "the member recovers it");
        await domain.CollectAsync();
        Assert.That(domain.Master.Flows.Records, Is.Zero, "and so does the table of the domain");
    }

    [Test]
    public async Task A_new_master_does_not_touch_the_rows_of_the_one_before_until_its_own_reader_has_everything()
    {
        await using var domain = new DomainHarness(2);
        var session = new SnmpMeterSession(domain.Client, domain.Master.ContextTarget);
        await ReaderRow.CreateAsync(session, "billing", TestDomain.RuleSet, 0, CancellationToken.None);
        domain.ComeIn(2, 5, There);
        await domain.CollectAsync();
        var before = domain[2].Meter.Current.Readers.Single();
        domain.Restart(1);
        domain.Pass(1_000);
        await domain.CollectAsync();
        Assert.That(domain[2].Meter.Current.Readers.Single(), Is.EqualTo(before));
        Assert.That(await domain.RecordsAsync(), Has.Count.EqualTo(1), "it is still there, and read");
    }

    private static ToolResult Walk(DomainHarness domain, string context, string root) =>
        SnmpTool.Run(
            "snmpbulkwalk",
            ["-v3", "-u", DomainAgent.User, "-l", "noAuthNoPriv", "-n", context, "-On", "-Oe", "-Ot", domain.Master.EndPoint.ToString(), root]
        );
}
