using System.CommandLine;

namespace Rtfm.Manager.Commands;

/// <summary><c>rtfm-manager srl …</c>: programs of the Simple Ruleset Language (RFC 2723), without any meter.</summary>
internal static class SrlCommand
{
    public static readonly Argument<string> File = new("FILE") { Description = "A program (.srl)" };

    public static Command Make() =>
        new("srl", "Compile, explain and lay out programs of the Simple Ruleset Language (RFC 2723).")
        {
            SrlCompileCommand.Make(),
            SrlFormatCommand.Make(),
        };

    /// <summary>Does something with files; what is wrong with them is one line and exit code 2.</summary>
    public static void SetFileAction(this Command command, Func<ParseResult, int> run) =>
        command.SetAction(arguments =>
        {
            try
            {
                return run(arguments);
            }
            catch (Exception fault) when (fault is UsageException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(fault is UsageException ? fault.Message : $"{arguments.GetValue(File)}: {fault.Message}");
                return CommandLine.WrongUsage;
            }
        });
}
