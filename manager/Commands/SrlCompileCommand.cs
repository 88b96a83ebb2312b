using System.CommandLine;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Manager.Commands;

/// <summary><c>srl compile</c>: what is wrong with a program, its rules, and what it does with a packet.</summary>
internal static class SrlCompileCommand
{
    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "Write the rules to this file (-: standard output)",
        HelpName = "OUT.rules",
    };
    private static readonly Option<bool> List = new("--list") { Description = "Print the rules with their numbers" };
    private static readonly Option<string?> Explain = new("--explain")
    {
        Description = $"Tell what the program does with a packet: '{SrlExplainer.PacketNotation}'",
        HelpName = "PACKET",
    };
    private static readonly Option<bool> IsPlain = new("--no-optimise")
    {
        Description = "The rules as they come of each statement, which count the same",
    };

    public static Command Make()
    {
        var command = new Command(
            "compile",
            """
            Compile a program to rules.

            Examples:
              rtfm-manager srl compile five-tuple.srl
              rtfm-manager srl compile five-tuple.srl -o five-tuple.rules --list
              rtfm-manager srl compile services.srl --explain 'tcp 10.0.0.1:1025 > 192.0.2.1:80'
              rtfm-manager srl compile vlans.srl --explain 'udp [2001:db8::1]:53 > [2001:db8::2]:999 vlanId=7'
            """
        )
        {
            SrlCommand.File,
            Output,
            List,
            Explain,
            IsPlain,
        };
        command.SetFileAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        var file = arguments.GetValue(SrlCommand.File)!;
        var text = SourceFile.Read(file);
        var compiled = SrlCompiler.Compile(text, file, isOptimised: !arguments.GetValue(IsPlain));
        foreach (var diagnostic in compiled.Diagnostics)
            Console.Error.WriteLine(diagnostic);
        if (compiled.RuleSet is not { } ruleSet)
            throw new UsageException($"{file}: no rules were made, see above");
        var output = arguments.GetValue(Output);
        if (output is not null)
            Write(output, ruleSet);
        if (arguments.GetValue(List))
            Console.Out.Write(RuleSetWriter.Write(ruleSet));
        if (arguments.GetValue(Explain) is { } packet)
            Console.Out.Write(ExplainPacket(text, file, packet));
        if (output != "-")
            Console.Error.WriteLine($"{ruleSet.Name}: {ruleSet.Rules.Length} rules");
        return CommandLine.Done;
    }

    private static void Write(string output, RuleSet ruleSet)
    {
        var text = RuleSetWriter.Write(ruleSet);
        if (output == "-")
            Console.Out.Write(text);
        else
            File.WriteAllText(output, text);
    }

    private static string ExplainPacket(string text, string file, string packet)
    {
        try
        {
            return SrlExplainer.Explain(text, file, packet).Steps ?? "";
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"--explain: {wrong.Message}", wrong);
        }
    }
}
