using System.Diagnostics;
using System.Text.Json;
using Rtfm.Testing;

namespace Rtfm.Manager.Tests.Commands;

/// <summary>The program as people and scripts use it, against a real meter.</summary>
[TestFixture]
public sealed class CommandLineTests
{
    private AgentProcess _agent = null!;
    private string _target = "";

    [SetUp]
    public void Start()
    {
        _agent = AgentProcess.Start();
        _target = _agent.EndPoint.ToString();
    }

    [TearDown]
    public void Stop() => _agent.Dispose();

    [Test]
    public void A_rule_set_is_loaded_run_listed_shown_stopped_and_removed()
    {
        var loaded = Write("ruleset", "load", _target, ManagerProgram.Example("five-tuple.rules"), "--run", "--owner", "noc");
        Assert.That(loaded.Output, Is.EqualTo($"{_target}: rule set 2 'five-tuple' loaded, 10 rules; running as task 2\n"));
        Assert.That(loaded.Errors, Is.Empty);

        var listed = Read("ruleset", "list", _target);
        Assert.That(listed.Lines[2], Does.Match(@"^     2  five-tuple +noc    active     10      0  2 \(current, running\)$"));

        var shown = Read("ruleset", "show", _target, "five-tuple");
        var example = Srl.RuleAssembler.AssembleFile(ManagerProgram.Example("five-tuple.rules")).RuleSet!;
        Assert.That(Srl.RuleAssembler.Assemble(shown.Output, "shown").RuleSet!.Rules, Is.EqualTo(example.Rules));

        var refused = Run("-c", AgentProcess.WriteCommunity, "ruleset", "remove", _target, "2");
        Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((1, "")));
        Assert.That(
            refused.Errors,
            Is.EqualTo($"{_target}: rule set 2 'five-tuple' was not removed: task 2 names it. Stop it first, or give --force.\n")
        );

        Assert.That(Write("ruleset", "stop", _target, "2").Output, Is.EqualTo($"{_target}: rule set 2 'five-tuple' stopped (task 2)\n"));
        Assert.That(Write("ruleset", "stop", _target, "2").Output, Is.EqualTo($"{_target}: rule set 2 'five-tuple' was not running\n"));
        Assert.That(Write("ruleset", "run", _target, "2").Output, Is.EqualTo($"{_target}: rule set 2 'five-tuple' runs as task 2\n"));
        Assert.That(
            Write("ruleset", "remove", _target, "2", "--force").Output,
            Is.EqualTo($"{_target}: rule set 2 'five-tuple' removed, with 0 flows\n")
        );
        Assert.That(Read("ruleset", "list", _target).Lines, Has.Length.EqualTo(2));
    }

    [Test]
    public void A_program_gets_JSON()
    {
        var loaded = Json(Write("ruleset", "load", _target, ManagerProgram.Example("host-pairs.srl"), "--run", "--json"));
        Assert.That(loaded.GetProperty("ruleSet").GetInt32(), Is.EqualTo(2));
        Assert.That(loaded.GetProperty("tasks")[0].GetInt32(), Is.EqualTo(2));

        var listed = Json(Read("--json", "ruleset", "list", _target));
        Assert.That(listed[1].GetProperty("name").GetString(), Is.EqualTo("host-pairs"));
        Assert.That(listed[1].GetProperty("tasks")[0].GetProperty("isRunning").GetBoolean(), Is.True);

        Assert.That(Json(Read("flows", _target, "--json")).GetArrayLength(), Is.Zero);

        var status = Json(Read("status", _target, "--json"))[0];
        Assert.That(status.GetProperty("error").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(status.GetProperty("ruleSets").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public void A_meter_that_does_not_answer_is_a_line_beside_those_that_do()
    {
        var result = Run("-c", AgentProcess.ReadCommunity, "status", _target, "127.0.0.1:9", "-t", "0.1", "-r", "0");

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Lines[2], Does.StartWith(_target).And.EndsWith("  ok"));
        Assert.That(result.Lines[3], Does.StartWith("127.0.0.1:9 ").And.EndsWith("  no answer after 1 requests"));
    }

    [Test]
    public void The_letters_of_Net_SNMP_stand_before_or_behind_the_command()
    {
        Assert.That(Run("-v2c", "-c", AgentProcess.ReadCommunity, "ruleset", "list", _target).ExitCode, Is.Zero);
        Assert.That(Run("ruleset", "list", "-v", "1", _target, "-c", AgentProcess.ReadCommunity, "-t5", "-r1").ExitCode, Is.Zero);
    }

    [Test]
    public void Who_may_only_read_is_told_so()
    {
        var result = Run("-c", AgentProcess.ReadCommunity, "ruleset", "load", _target, ManagerProgram.Example("five-tuple.rules"));

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(
            result.Errors,
            Is.EqualTo($"{_target}: rule set 'five-tuple' was not loaded: the community may not write. Give the meter's write community with -c.\n")
        );
    }

    [TestCase("ruleset")]
    [TestCase("status")]
    [TestCase("nonsense")]
    [TestCase("status", "127.0.0.1", "-v", "3")]
    [TestCase("status", "127.0.0.1", "-t", "0")]
    [TestCase("status", "127.0.0.1", "-r", "99")]
    [TestCase("status", "127.0.0.1:")]
    [TestCase("status", "")]
    [TestCase("flows", "127.0.0.1", "--since", "")]
    [TestCase("flows", "127.0.0.1", "--since", "soon")]
    [TestCase("flows", "127.0.0.1", "--attributes", "")]
    [TestCase("flows", "127.0.0.1", "--attributes", "v1")]
    [TestCase("flows", "127.0.0.1", "--top", "0")]
    [TestCase("flows", "127.0.0.1", "--by", "size")]
    [TestCase("ruleset", "load", "127.0.0.1", "/nowhere/at.rules")]
    [TestCase("ruleset", "load", "127.0.0.1", "/etc/passwd")]
    [TestCase("ruleset", "load", "127.0.0.1", "/dev/null", "--index", "1")]
    [TestCase("ruleset", "load", "127.0.0.1", "/dev/null", "--standby", "/dev/null")]
    [TestCase("ruleset", "run", "127.0.0.1", "2", "--high-water", "101")]
    public void Wrong_usage_is_exit_code_2_with_words_and_no_stack_trace(params string[] arguments)
    {
        var result = Run(arguments);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Errors, Is.Not.Empty.And.Not.Contain("   at "));
    }

    [Test]
    public void Help_and_errors_do_not_print_the_community()
    {
        foreach (var arguments in new[] { "--help", "status --help", "ruleset load --help", $"status {_target} -r 0 -t 0.2" })
        {
            var start = new ProcessStartInfo("dotnet", [Programs.Path("rtfm-manager"), .. arguments.Split(' ')])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["RTFM_COMMUNITY"] = "topsecret";
            using var process = Process.Start(start)!;
            Assert.That(process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd(), Is.Not.Empty.And.Not.Contain("topsecret"));
            process.WaitForExit();
        }
    }

    [Test]
    public void Every_command_has_help_with_an_example()
    {
        foreach (
            var command in new[]
            {
                "",
                "flows",
                "status",
                "notifications",
                "ruleset load",
                "ruleset list",
                "ruleset show",
                "ruleset run",
                "ruleset stop",
                "ruleset remove",
            }
        )
        {
            var result = Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
            Assert.That(result.ExitCode, Is.Zero);
            Assert.That(result.Output, Does.Match("Examples?:\n +rtfm-manager "), command);
        }
    }

    [Test]
    public void A_disk_that_is_full_is_one_line()
    {
        var command = $"dotnet '{Programs.Path("rtfm-manager")}' ruleset list {_target} -c {AgentProcess.ReadCommunity} > /dev/full";

        var result = SnmpTool.Run("sh", ["-c", command]);

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Errors, Does.StartWith("the result cannot be written: ").And.Not.Contain("   at "));
    }

    [Test]
    public void Ctrl_C_takes_back_what_was_loaded()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, string.Concat(Enumerable.Repeat("null: GotoAct, 65535\n", 65_535)));
            var start = new ProcessStartInfo(
                "dotnet",
                [Programs.Path("rtfm-manager"), "ruleset", "load", _target, file, "--name", "long", "-c", AgentProcess.WriteCommunity]
            )
            {
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            while (
                !process.HasExited && !_agent.Snmp("snmpget", ".1.3.6.1.2.1.40.3.1.1.7.2.100").Output.EndsWith(" 65535\n", StringComparison.Ordinal)
            )
                Thread.Sleep(20);

            SnmpTool.Run("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);

            Assert.That(
                process.StandardError.ReadToEnd(),
                Does.Match(@"rule set 'long' was not loaded: stopped\. The \d+ rules sent before it are removed again\.")
            );
            process.WaitForExit();
            Assert.That(Read("ruleset", "list", _target).Lines, Has.Length.EqualTo(2));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ToolResult Run(params string[] arguments) => ManagerProgram.Run(arguments);

    private static ToolResult Read(params string[] arguments) => Good(Run(["-c", AgentProcess.ReadCommunity, .. arguments]));

    private static ToolResult Write(params string[] arguments) => Good(Run(["-c", AgentProcess.WriteCommunity, .. arguments]));

    private static ToolResult Good(ToolResult result)
    {
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        return result;
    }

    private static JsonElement Json(ToolResult result) => JsonDocument.Parse(result.Output).RootElement;
}
