namespace Rtfm.Manager.Tests.Commands;

/// <summary><c>rtfm-manager srl …</c>, as a user starts it.</summary>
[TestFixture]
public sealed class SrlCommandTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("rtfm-srl-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Compile_writes_rules_that_load_as_the_program_does()
    {
        var rules = Path.Combine(_folder, "five.rules");

        var result = ManagerProgram.Run("srl", "compile", ManagerProgram.Example("five-tuple.srl"), "-o", rules);

        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Errors.Trim(), Is.EqualTo("five-tuple: 10 rules"));
        Assert.That(
            Srl.RuleSource.Read(rules).RuleSet!.Rules,
            Is.EqualTo(Srl.RuleSource.Read(ManagerProgram.Example("five-tuple.srl")).RuleSet!.Rules)
        );
    }

    [Test]
    public void Compile_lists_and_explains()
    {
        var result = ManagerProgram.Run(
            "srl",
            "compile",
            ManagerProgram.Example("host-pairs.srl"),
            "--list",
            "--explain",
            "tcp 10.0.0.1:1 > 10.0.0.2:2"
        );

        Assert.That(result.Output, Does.Contain("sourcePeerType/8 = 1: PushRuleToAct, 4  # 1"));
        Assert.That(result.Output, Does.Contain("The packet is counted, in the flow of").And.Contain("  destPeerAddress = 10.0.0.2/32"));
    }

    [Test]
    public void A_wrong_program_is_exit_code_2_with_the_line_and_a_caret()
    {
        var program = Write("wrong.srl", "count;\nstore FlowKind := 300;\n");

        var result = ManagerProgram.Run("srl", "compile", program);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Output, Is.Empty);
        Assert.That(
            result.Errors,
            Does.Contain($"{program}:2:19: error: '300' is not a number from 0 to 255\n  store FlowKind := 300;\n                    ^")
        );
    }

    [TestCase("srl", "compile", "/nowhere/at.srl")]
    [TestCase("srl", "compile", "/tmp")]
    [TestCase("srl", "format", "/nowhere/at.srl")]
    [TestCase("srl", "compile")]
    public void A_file_that_cannot_be_read_is_exit_code_2(params string[] arguments)
    {
        var result = ManagerProgram.Run(arguments);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Errors, Is.Not.Empty.And.Not.Contain("   at "));
    }

    [Test]
    public void A_packet_that_is_described_wrongly_is_exit_code_2()
    {
        var result = ManagerProgram.Run("srl", "compile", ManagerProgram.Example("five-tuple.srl"), "--explain", "here > there");

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Errors, Does.Contain("--explain: 'here' is no address"));
    }

    [Test]
    public void Format_prints_writes_and_checks()
    {
        var program = Write("untidy.srl", "IF sourcepeertype==1 save;else   ignore;\nCOUNT;");
        const string expected = "if SourcePeerType == 1 save; else ignore;\ncount;\n";

        Assert.That(ManagerProgram.Run("srl", "format", program).Output, Is.EqualTo(expected));
        Assert.That(ManagerProgram.Run("srl", "format", program, "--check").ExitCode, Is.EqualTo(1));
        Assert.That(ManagerProgram.Run("srl", "format", program, "--in-place").ExitCode, Is.Zero);
        Assert.That(File.ReadAllText(program), Is.EqualTo(expected));
        Assert.That(ManagerProgram.Run("srl", "format", program, "--check").ExitCode, Is.Zero);
    }

    [Test]
    public void A_program_may_include_another_from_its_folder()
    {
        Write("networks.srl", "define mine = 10.0/8;\n");
        var program = Write("main.srl", "include \"networks.srl\";\nif SourcePeerAddress == mine save; else nomatch;\ncount;\n");

        var result = ManagerProgram.Run("srl", "compile", program, "--list");

        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        Assert.That(result.Output, Does.StartWith("sourcePeerAddress/8 = 10.0.0.0: Count"));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
