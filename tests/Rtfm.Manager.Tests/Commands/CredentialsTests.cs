using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Commands;

/// <summary>The programs as SNMPv3 users, with what <c>rtfm-agent init</c> made.</summary>
[TestFixture]
public sealed class CredentialsTests
{
    private AgentCredentials _credentials = null!;
    private AgentProcess _agent = null!;
    private string _target = "";

    [OneTimeSetUp]
    public void Start()
    {
        _credentials = new AgentCredentials();
        _agent = AgentProcess.Start(_credentials.StateDirectory);
        _target = _agent.EndPoint.ToString();
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _agent?.Dispose();
        _credentials?.Dispose();
    }

    [Test]
    public void A_writer_loads_a_rule_set_and_removes_it()
    {
        Good("--credentials", _credentials.Writer, "ruleset", "load", _target, ManagerProgram.Example("five-tuple.rules"), "--run");
        Good("ruleset", "remove", _target, "five-tuple", "--force", "--credentials", _credentials.Writer);
    }

    [Test]
    public void A_reader_is_told_that_he_may_not_write()
    {
        var refused = ManagerProgram.Run(
            "ruleset",
            "load",
            _target,
            ManagerProgram.Example("five-tuple.rules"),
            "--credentials",
            _credentials.Reader
        );
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Errors, Does.Contain("user 'rtfm-reader' may not write. Give the credentials of one who may with --credentials"));
    }

    [Test]
    public void Several_meters_are_asked_with_one_file() =>
        Assert.That(
            Good("status", _target, $"localhost:{_agent.EndPoint.Port}", "--credentials", _credentials.Reader).Lines,
            Has.Length.GreaterThan(2)
        );

    [Test]
    public void The_environment_names_the_file_unless_a_community_is_given()
    {
        var program = $"dotnet '{Programs.Path("rtfm-manager")}' ruleset list {_target}";
        var named = SnmpTool.Run("sh", ["-c", $"RTFM_CREDENTIALS='{_credentials.Reader}' {program}"]);
        Assert.That(named.ExitCode, Is.Zero, named.Errors);
        var given = SnmpTool.Run("sh", ["-c", $"RTFM_CREDENTIALS=/nonexistent {program} -c {AgentProcess.ReadCommunity}"]);
        Assert.That(given.ExitCode, Is.Zero, given.Errors);
    }

    [Test]
    public void Another_engines_keys_are_refused_with_the_reason()
    {
        using var other = new AgentCredentials();
        var refused = ManagerProgram.Run("ruleset", "list", _target, "--credentials", other.Reader, "-t", "0.3");
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(
            refused.Errors,
            Does.Match("wrong password or key for authentication of user 'rtfm-reader'.*keys are good for one engine, this is [0-9A-F]+")
        );
    }

    [TestCase("--credentials /nonexistent", "/nonexistent: there is no such file")]
    [TestCase("--credentials FILE -c told", "give either them or a community")]
    [TestCase("--credentials FILE -v 2c", "give either them or a community")]
    [TestCase("--credentials FILE --credentials FILE", "--credentials is there twice")]
    public void Credentials_that_make_no_sense_are_wrong_usage(string arguments, string complaint)
    {
        var result = ManagerProgram.Run([
            "ruleset",
            "list",
            _target,
            .. arguments.Replace("FILE", _credentials.Reader, StringComparison.Ordinal).Split(' '),
        ]);
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Errors, Does.Contain(complaint).And.Not.Contain("told"));
    }

    [Test]
    public void The_agents_own_status_takes_them()
    {
        var status = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "status", _target, "--credentials", _credentials.Reader]);
        Assert.That(status.ExitCode, Is.Zero, status.Errors);
        Assert.That(status.Output, Does.Contain("match 1"));
        var wrong = SnmpTool.Run("dotnet", [Programs.Path("rtfm-agent"), "status", _target, "--credentials", "/nonexistent"]);
        Assert.That((wrong.ExitCode, wrong.Errors), Is.EqualTo((2, "/nonexistent: there is no such file\n")));
    }

    private static ToolResult Good(params string[] arguments)
    {
        var result = ManagerProgram.Run(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        return result;
    }
}
