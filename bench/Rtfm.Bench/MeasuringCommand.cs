using System.CommandLine;
using System.Runtime.InteropServices;

namespace Rtfm.Bench;

/// <summary>What the commands have in common that start programs and measure them: options, signals, exit codes.</summary>
internal static class MeasuringCommand
{
    public static Option<T> Make<T>(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    public static Option<T> Make<T>(string name, string description, string help, T value)
    {
        var option = Make<T>(name, description, help);
        option.DefaultValueFactory = _ => value;
        return option;
    }

    /// <exception cref="ArgumentException">The value is not in the range; the message says which is.</exception>
    public static T InRange<T>(T value, T least, T most, string option)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentException($"{option} is {value}. Write a number from {least} to {most}.");

    /// <summary>Parses and measures; a signal stops it, so that nothing that was started stays behind.</summary>
    /// <param name="measure">Returns the exit code.</param>
    /// <returns>Also 2 for options that make no sense, 1 where something cannot be measured, 130 where it was stopped.</returns>
    public static int Run(RootCommand command, string[] args, Func<ParseResult, CancellationToken, int> measure)
    {
        command.SetAction(arguments => Measure(arguments, measure));
        var parsed = command.Parse(args);
        var code = parsed.Invoke();
        return parsed.Errors.Count > 0 ? 2 : code;
    }

    private static int Measure(ParseResult arguments, Func<ParseResult, CancellationToken, int> measure)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return measure(arguments, stop.Token);
        }
        catch (ArgumentException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return 2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(fault.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("stopped");
            return 130;
        }
    }
}
