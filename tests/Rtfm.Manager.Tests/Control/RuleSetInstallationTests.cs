using System.Collections.Immutable;
using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Control;

/// <summary>Rule sets brought into a real meter: all of it or nothing.</summary>
[TestFixture]
public sealed class RuleSetInstallationTests
{
    private static readonly Rule Good = new(FlowAttribute.SourcePeerType, new([0xFF, 0]), new([1, 0]), Opcode.Count, 1);

    /// <summary>A mask of one octet, which is none (MIB-15).</summary>
    private static readonly Rule Bad = Good with { Mask = new([0xFF]) };

    private AgentProcess _agent = null!;
    private SnmpClient _client = null!;
    private Meter _meter = null!;

    [SetUp]
    public void Start()
    {
        _agent = AgentProcess.Start();
        _client = new SnmpClient();
        _meter = MeterOf.Agent(_client, _agent);
    }

    [TearDown]
    public async Task Stop()
    {
        await _client.DisposeAsync();
        _agent.Dispose();
    }

    [Test]
    public async Task MIB_34_a_rule_set_arrives_as_it_was_sent_and_is_active()
    {
        var ruleSet = new RuleSet("edge", [.. Enumerable.Range(1, 100).Select(i => Good with { Parameter = i })]);
        var told = new List<int>();

        var installed = await new RuleSetInstallation(_meter).InstallAsync(new(ruleSet, "noc"), told.Add, default);

        var row = await _meter.FindRuleSetAsync("edge", default);
        Assert.That(row, Is.EqualTo(new RuleSetRow(2, "edge", "noc", "active", 100, 0)));
        Assert.That((await _meter.ReadRulesAsync(row, default)).Rules, Is.EqualTo(ruleSet.Rules));
        Assert.That(installed.RuleSet, Is.EqualTo(2));
        Assert.That(installed.Tasks, Is.Empty);
        Assert.That(told, Is.Ordered.And.Count.GreaterThan(1));
        Assert.That(told[^1], Is.EqualTo(100));
    }

    [Test]
    public async Task MGR_02_the_standby_set_is_loaded_first_and_both_are_named_by_a_task()
    {
        var request = new InstallationRequest(Set("edge"), "noc")
        {
            Standby = Set("coarse"),
            IsRun = true,
            HighWaterMark = 70,
        };

        var installed = await new RuleSetInstallation(_meter).InstallAsync(request, _ => { }, default);

        Assert.That((installed.Standby, installed.RuleSet), Is.EqualTo((2u, 3u)));
        Assert.That(installed.Tasks, Is.EqualTo(new[] { 2u }));
        Assert.That((await _meter.TasksAsync(default))[1], Is.EqualTo(new TaskRow(2, 3, 2, 70, false, "noc", "active")));
    }

    [Test]
    public async Task A_refused_rule_is_named_and_the_rules_before_it_are_removed_again()
    {
        ImmutableArray<Rule> rules = [.. Enumerable.Repeat(Good, 16), Bad, Good];

        var message = await FailAsync(new(new RuleSet("edge", rules), "noc"));

        Assert.That(
            message,
            Is.EqualTo(
                "edge: rule set 'edge' was not loaded: rule 17 (flowRuleMask.2.17) was refused, wrongLength. The 16 rules sent before it are removed again."
            )
        );
        Assert.That(await NumbersAsync(), Is.EqualTo(new[] { 1u }));
    }

    [Test]
    public async Task A_name_that_is_too_long_is_what_is_named()
    {
        var message = await FailAsync(new(Set(new string('n', 128)), "noc"));

        Assert.That(message, Does.Contain("flowRuleInfoName.2 was refused, wrongLength. What was made is removed again."));
        Assert.That(await NumbersAsync(), Is.EqualTo(new[] { 1u }));
    }

    [Test]
    public async Task A_task_that_is_refused_takes_both_rule_sets_with_it()
    {
        var message = await FailAsync(
            new(Set("edge"), "noc")
            {
                Standby = Set("coarse"),
                IsRun = true,
                HighWaterMark = 101,
            }
        );

        Assert.That(message, Does.StartWith("edge: rule set 'edge' was not loaded: wrongValue for").And.EndsWith("removed again."));
        Assert.That(await NumbersAsync(), Is.EqualTo(new[] { 1u }));
        Assert.That(await _meter.TasksAsync(default), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task MGR_01_the_same_name_and_owner_is_refused_and_another_owner_is_not()
    {
        await new RuleSetInstallation(_meter).InstallAsync(new(Set("edge"), "noc"), _ => { }, default);

        Assert.That(await FailAsync(new(Set("edge"), "noc")), Does.Contain("is there already, as rule set 2. Give --replace"));
        Assert.That((await new RuleSetInstallation(_meter).InstallAsync(new(Set("edge"), "lab"), _ => { }, default)).RuleSet, Is.EqualTo(3));
    }

    [Test]
    public async Task A_number_that_is_taken_is_refused()
    {
        Assert.That(
            (await new RuleSetInstallation(_meter).InstallAsync(new(Set("edge"), "noc") { Index = 7 }, _ => { }, default)).RuleSet,
            Is.EqualTo(7)
        );
        Assert.That(await FailAsync(new(Set("core"), "noc") { Index = 7 }), Is.EqualTo("edge: rule set 'core' was not loaded: number 7 is taken."));
        Assert.That(await NumbersAsync(), Is.EqualTo(new[] { 1u, 7u }));
    }

    [Test]
    public async Task MGR_05_replacing_switches_the_tasks_and_removes_the_old_set()
    {
        var request = new InstallationRequest(Set("edge"), "noc")
        {
            Standby = Set("coarse"),
            IsRun = true,
            HighWaterMark = 70,
        };
        await new RuleSetInstallation(_meter).InstallAsync(request, _ => { }, default);

        var installed = await new RuleSetInstallation(_meter).InstallAsync(
            new(Set("edge", size: 3), "noc") { IsRun = true, IsReplacing = true },
            _ => { },
            default
        );

        Assert.That((installed.RuleSet, installed.Replaced), Is.EqualTo((4u, (uint?)3)));
        Assert.That(installed.Warnings, Is.Empty);
        Assert.That(await NumbersAsync(), Is.EqualTo(new[] { 1u, 2u, 4u }));
        Assert.That((await _meter.TasksAsync(default)).Skip(1), Is.EqualTo(new[] { new TaskRow(2, 4, 2, 70, false, "noc", "active") }));
    }

    [Test]
    public async Task A_replacement_that_fails_leaves_the_old_set_running()
    {
        var request = new InstallationRequest(Set("edge"), "noc")
        {
            Standby = Set("coarse"),
            IsRun = true,
            HighWaterMark = 70,
        };
        await new RuleSetInstallation(_meter).InstallAsync(request, _ => { }, default);
        var before = await _meter.TasksAsync(default);

        // Both sets are loaded and the task is switched to them before the mark is refused.
        var message = await FailAsync(request with { IsReplacing = true, HighWaterMark = 101 });

        Assert.That(message, Does.Contain("wrongValue").And.EndsWith("removed again."));
        Assert.That(await NumbersAsync(), Is.EqualTo(new[] { 1u, 2u, 3u }));
        Assert.That(await _meter.TasksAsync(default), Is.EqualTo(before));
    }

    [Test]
    public async Task A_load_that_is_cancelled_is_taken_back()
    {
        using var cancel = new CancellationTokenSource();
        var request = new InstallationRequest(Set("edge", size: 1_000), "noc") { IsRun = true };

        var fault = Assert.ThrowsAsync<MeterException>(() =>
            new RuleSetInstallation(_meter).InstallAsync(request, done => Stop(done, cancel), cancel.Token)
        );

        Assert.That(
            fault!.Message,
            Does.Match(@"^edge: rule set 'edge' was not loaded: stopped\. The \d+ rules sent before it are removed again\.$")
        );
        Assert.That(await NumbersAsync(), Is.EqualTo(new[] { 1u }));
    }

    [Test]
    public async Task Answers_that_are_lost_leave_no_second_rule_set_and_no_second_task()
    {
        var answers = 0;
        using var proxy = new UdpProxy(_agent.EndPoint, answer => answers++ % 2 == 0 ? null : answer);
        var meter = MeterOf.At(_client, proxy.EndPoint, timeoutSeconds: 0.05, retries: 8);

        var installed = await new RuleSetInstallation(meter).InstallAsync(new(Set("edge", size: 50), "noc") { IsRun = true }, _ => { }, default);

        var tasks = await _meter.TasksAsync(default);
        Assert.That(tasks.Where(task => task.Owner == "noc").Select(task => task.Current), Is.EqualTo(new[] { (int)installed.RuleSet }));
        Assert.That(await _meter.RuleSetsAsync(default), Has.Count.EqualTo(2));
        Assert.That((await _meter.FindRuleSetAsync("edge", default)).Status, Is.EqualTo("active"));
    }

    [Test]
    public async Task A_meter_that_is_gone_is_said_to_have_been_left_with_what_was_made()
    {
        var fault = Assert.ThrowsAsync<MeterException>(() =>
            new RuleSetInstallation(MeterOf.At(_client, _agent.EndPoint, timeoutSeconds: 0.1, retries: 0)).InstallAsync(
                new(Set("edge", size: 1_000), "noc"),
                _ => _agent.Kill(),
                default
            )
        );

        Assert.That(
            fault!.Message,
            Is.EqualTo("edge: rule set 'edge' was not loaded: no answer after 1 requests. Taking it back failed, too; left behind: rule set 2.")
        );
    }

    private static RuleSet Set(string name, int size = 2) => new(name, [.. Enumerable.Repeat(Good, size)]);

    private static void Stop(int done, CancellationTokenSource cancel)
    {
        if (done > 100)
            cancel.Cancel();
    }

    private async Task<string> FailAsync(InstallationRequest request)
    {
        var fault = Assert.ThrowsAsync<MeterException>(() => new RuleSetInstallation(_meter).InstallAsync(request, _ => { }, default));
        return await Task.FromResult(fault!.Message);
    }

    private async Task<IEnumerable<uint>> NumbersAsync() => (await _meter.RuleSetsAsync(default)).Select(each => each.Index);
}
