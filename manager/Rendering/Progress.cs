using Spectre.Console;

namespace Rtfm.Manager.Rendering;

/// <summary>A progress bar on standard error, for work that a person waits for.</summary>
internal static class Progress
{
    /// <summary>Below this many steps it is over before anyone looks.</summary>
    private const int WorthShowing = 100;

    public static async Task<T> ShowAsync<T>(string what, int steps, Func<Action<int>, Task<T>> work)
    {
        if (Console.IsErrorRedirected || steps < WorthShowing)
            return await work(_ => { }).ConfigureAwait(false);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console
            .Progress()
            .AutoClear(true)
            .StartAsync(context =>
            {
                var bar = context.AddTask(what, maxValue: steps);
                return work(done => bar.Value = done);
            })
            .ConfigureAwait(false);
    }
}
