using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Commands;

/// <summary>What <c>rtfm-manager domain</c> says before there is a domain; with one it is tested in the lab.</summary>
[TestFixture]
public sealed class DomainCommandTests
{
    private AgentProcess _agent = null!;
    private string _target = "";

    [OneTimeSetUp]
    public void Start()
    {
        _agent = AgentProcess.Start();
        _target = _agent.EndPoint.ToString();
    }

    [OneTimeTearDown]
    public void Stop() => _agent.Dispose();

    [Test]
    public void A_meter_that_is_in_no_domain_is_found_and_said_to_be_in_none()
    {
        var found = Run("domain", "discover", _target);

        Assert.That(found.ExitCode, Is.Zero, found.Errors);
        Assert.That(found.Lines[2], Does.StartWith(_target).And.Contain("(none)").And.EndWith("seed"));
    }

    [Test]
    public void A_meter_is_found_in_a_range()
    {
        var found = Run("domain", "discover", "--range", $"127.0.0.0/30:{_agent.EndPoint.Port}", "-t", "0.2", "--json");

        var agents = JsonDocument.Parse(found.Output).RootElement.EnumerateArray().ToList();
        Assert.That(agents.Select(each => each.GetProperty("address").GetString()), Is.EqualTo(new[] { _target }));
        Assert.That((agents[0].GetProperty("kind").GetString(), agents[0].GetProperty("foundBy").GetString()), Is.EqualTo(("meter", "range")));
        Assert.That(found.Errors, Does.Contain("1 addresses of the ranges are silent"));
    }

    [Test]
    public void A_seed_that_does_not_answer_is_a_line_with_the_reason()
    {
        var found = Run("domain", "discover", _target, "127.0.0.1:9", "-t", "0.1", "-r", "0");

        Assert.That(found.ExitCode, Is.Zero);
        Assert.That(found.Lines, Has.Some.StartsWith("127.0.0.1:9 ").And.Some.Contains("no answer"));
    }

    [Test]
    public void The_status_of_a_domain_that_is_none_is_an_error()
    {
        var status = Run("domain", "status", _target);

        Assert.That((status.ExitCode, status.Output), Is.EqualTo((1, "")));
        Assert.That(status.Errors, Is.EqualTo($"{_target}: it is in no domain: its settings name none\n"));
    }

    [Test]
    public void A_wrong_program_is_told_before_anybody_is_asked()
    {
        var applied = ManagerProgram.Run("domain", "apply", "127.0.0.1:9", Path.Combine(Repository.Root, "README.md"));

        Assert.That(applied.ExitCode, Is.EqualTo(2));
        Assert.That(applied.Errors, Does.Contain("not a rule set"));
    }

    [TestCase("domain discover", "nowhere to begin")]
    [TestCase("domain discover --range 10.0.0.0/8", "more than 65536 addresses")]
    [TestCase("domain elect x --weights luck=1", "'luck' cannot be weighed")]
    [TestCase("domain elect x --weights /no/such/file", "/no/such/file")]
    [TestCase("domain elect x --margin -1", "--margin takes a percentage")]
    [TestCase("domain watch x --listen 127.0.0.1 --no-listen", "exclude each other")]
    [TestCase("domain status ,", "TARGET is empty")]
    public void A_wrong_command_line_is_told_with_what_would_be_right(string line, string complaint)
    {
        var result = ManagerProgram.Run(line.Split(' '));

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Errors, Does.Contain(complaint));
    }

    private static ToolResult Run(params string[] arguments) => ManagerProgram.Run(["-c", AgentProcess.WriteCommunity, .. arguments]);
}
