using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Control;

/// <summary>What runs on a real meter.</summary>
[TestFixture]
public sealed class TasksTests
{
    private AgentProcess _agent = null!;
    private SnmpClient _client = null!;
    private Meter _meter = null!;
    private Tasks _tasks = null!;

    [SetUp]
    public async Task Start()
    {
        _agent = AgentProcess.Start();
        _client = new SnmpClient();
        _meter = MeterOf.Agent(_client, _agent);
        _tasks = new Tasks(_meter);
        foreach (var name in new[] { "a", "b" })
            await new RuleSetInstallation(_meter).InstallAsync(new(RuleSet.BuiltIn with { Name = name }, "noc"), _ => { }, default);
    }

    [TearDown]
    public async Task Stop()
    {
        await _client.DisposeAsync();
        _agent.Dispose();
    }

    [Test]
    public async Task A_rule_set_runs_beside_what_runs_and_only_once()
    {
        Assert.That(await _tasks.RunAsync(new(2, null, null, "noc"), default), Is.EqualTo(2));
        Assert.That(await _tasks.RunAsync(new(3, null, null, "noc"), default), Is.EqualTo(3));
        Assert.That(await _tasks.RunAsync(new(2, null, null, "noc"), default), Is.EqualTo(2));

        Assert.That((await _meter.TasksAsync(default)).Select(task => task.Current), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public async Task A_task_of_the_owner_that_runs_nothing_is_used_again()
    {
        await _tasks.CreateAsync(new(0, null, null, "noc"), default);

        Assert.That(await _tasks.RunAsync(new(2, null, null, "lab"), default), Is.EqualTo(3));
        Assert.That(await _tasks.RunAsync(new(3, null, null, "noc"), default), Is.EqualTo(2));
    }

    [Test]
    public async Task MIB_62_a_task_is_switched_and_keeps_its_standby_set_and_mark()
    {
        await _tasks.CreateAsync(new(2, 1, 60, "noc"), default);

        await _tasks.SwitchAsync(2, new(3, null, null, "noc"), default);

        Assert.That((await _meter.TasksAsync(default))[1], Is.EqualTo(new TaskRow(2, 3, 1, 60, false, "noc", "active")));
    }

    [Test]
    public async Task A_task_of_someone_else_is_not_switched()
    {
        await _tasks.CreateAsync(new(2, null, null, "noc"), default);

        Assert.That(
            async () => await _tasks.SwitchAsync(2, new(3, null, null, "lab"), default),
            Throws.TypeOf<MeterException>().With.Message.EqualTo("edge: task 2 is 'noc's. Give --owner 'noc' to switch it all the same.")
        );
        Assert.That(
            async () => await _tasks.SwitchAsync(9, new(3, null, null, "lab"), default),
            Throws.TypeOf<MeterException>().With.Message.StartsWith("edge: there is no task 9.")
        );
    }

    [Test]
    public async Task MIB_65_stopping_ends_the_tasks_that_run_a_set_and_takes_it_from_those_that_have_it_as_standby()
    {
        await _tasks.CreateAsync(new(2, null, null, "noc"), default);
        await _tasks.CreateAsync(new(3, 2, 60, "lab"), default);

        Assert.That(await _tasks.StopAsync(2, default), Is.EqualTo(new[] { 2u, 3u }));

        Assert.That((await _meter.TasksAsync(default)).Skip(1), Is.EqualTo(new[] { new TaskRow(3, 3, 0, 60, false, "lab", "active") }));
    }
}
