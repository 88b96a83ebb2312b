using System.CommandLine;
using Rtfm.Srl;
using Rtfm.Srl.Formatting;

namespace Rtfm.Manager.Commands;

/// <summary><c>srl format</c>: a program laid out evenly.</summary>
internal static class SrlFormatCommand
{
    private static readonly Option<bool> InPlace = new("--in-place", "-i") { Description = "Write it back to the file" };
    private static readonly Option<bool> Check = new("--check") { Description = "Only tell whether it is laid out like that: exit code 0 or 1" };

    public static Command Make()
    {
        var command = new Command(
            "format",
            """
            Print a program evenly laid out: indentation, blanks, the case of words. Lines and comments stay.

            Example:
              rtfm-manager srl format services.srl --in-place
            """
        )
        {
            SrlCommand.File,
            InPlace,
            Check,
        };
        command.SetFileAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        var file = arguments.GetValue(SrlCommand.File)!;
        var text = SourceFile.Read(file);
        if (text.Length > SourceFile.MaxLength)
            throw new UsageException($"{file}: longer than {SourceFile.MaxLength >> 20} Mi characters: no program");
        var formatted = SrlFormatter.Format(text);
        if (arguments.GetValue(Check))
        {
            if (text == formatted)
                return CommandLine.Done;
            Console.Error.WriteLine($"{file}: not laid out as 'srl format' does");
            return CommandLine.Failed;
        }
        if (!arguments.GetValue(InPlace))
            Console.Out.Write(formatted);
        else if (text != formatted)
            File.WriteAllText(file, formatted);
        return CommandLine.Done;
    }
}
