using System.Diagnostics;

namespace Rtfm.Bench.Reading;

/// <summary>Runs one of the published programs to its end.</summary>
internal static class PublishedProgram
{
    /// <returns>What it wrote, and how long it took from start to end.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<(string Output, TimeSpan Took)> RunAsync(string path, string community, string[] arguments)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true };
        start.Environment["RTFM_COMMUNITY"] = community;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{path} does not start");
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(began);
        return process.ExitCode == 0 ? (output, took) : throw new InvalidOperationException($"{path} failed: {output}");
    }
}
