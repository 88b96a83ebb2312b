using System.Diagnostics;

namespace Rtfm.Bench.Reading;

/// <summary>Runs one of the published programs to its end.</summary>
internal static class PublishedProgram
{
    /// <returns>What it wrote, how long it took from start to end, and the processor time it used.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<(string Output, TimeSpan Took, TimeSpan Processor)> RunAsync(string path, string community, string[] arguments)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true };
        start.Environment["RTFM_COMMUNITY"] = community;
        var (began, processor) = (Stopwatch.GetTimestamp(), ChildTimes.Total);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{path} does not start");
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(began);
        return process.ExitCode == 0 ? (output, took, ChildTimes.Total - processor) : throw new InvalidOperationException($"{path} failed: {output}");
    }
}
