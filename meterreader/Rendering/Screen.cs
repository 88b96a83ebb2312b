using Spectre.Console;

namespace Rtfm.MeterReader.Rendering;

/// <summary>Where tables go: a terminal in its width, anything else without colour and without cutting lines.</summary>
internal static class Screen
{
    private const int WidthWithoutTerminal = 400;

    public static void Show(Table table, TextWriter? output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output ?? Console.Out) });
        if (output is not null || Console.IsOutputRedirected)
            console.Profile.Width = WidthWithoutTerminal;
        console.Write(table);
    }
}
