using System.Diagnostics;
using System.Globalization;

namespace Rtfm.Bench.Processes;

/// <summary>Runs a program to its end and measures it.</summary>
/// <remarks>
/// A child of ours would begin with our own peak of memory in its max RSS: the kernel carries it over from the process that called exec.
/// So a small shell starts the program, in a process group of its own, and ends; orphans come to us, and it is the program itself that we
/// wait for.
/// </remarks>
internal static class Child
{
    public const string Output = "stdout";
    public const string Errors = "stderr";

    private const string Script = """set -m; out=$1 err=$2; shift 2; "$@" </dev/null >"$out" 2>"$err" & echo $!""";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Output and errors go to files in the folder, which is where the program runs.</summary>
    /// <exception cref="OperationCanceledException">It was stopped, with all that it started.</exception>
    public static ChildUsage Run(string program, IEnumerable<string> arguments, string folder, CancellationToken stop)
    {
        if (Libc.Control(Libc.SetChildSubreaper, 1) != 0)
            throw new InvalidOperationException("the kernel refused to make this process the parent of orphans");
        var clock = Stopwatch.StartNew();
        var id = Start(program, arguments, folder);
        var memory = new MemoryWatch(id);
        var (status, cpu, resident) = (0, 0.0, 0L);
        // Until there is no child: what the program leaves behind is ours.
        for (int ended; (ended = Libc.Wait(Libc.AnyChild, out var its, Libc.NoHang, out var usage)) >= 0; )
        {
            if (ended > 0)
            {
                status = ended == id ? its : status;
                cpu += usage.CpuSeconds;
                resident = Math.Max(resident, usage.MaxResidentOctets);
                continue;
            }
            if (stop.IsCancellationRequested || clock.Elapsed > Limit)
            {
                End(id);
                stop.ThrowIfCancellationRequested();
                throw new TimeoutException($"it did not end in {Limit.TotalMinutes} minutes");
            }
            memory.Look();
            Thread.Sleep(Pause);
        }
        return new()
        {
            ExitCode = (status & 0x7F) == 0 ? status >> 8 : 128 + (status & 0x7F),
            CpuSeconds = cpu,
            Seconds = clock.Elapsed.TotalSeconds,
            MaxResidentOctets = resident,
            OwnMemoryOctets = memory.PeakOctets,
        };
    }

    private static int Start(string program, IEnumerable<string> arguments, string folder)
    {
        var start = new ProcessStartInfo("bash", ["-c", Script, "bash", Output, Errors, program, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        using var shell = Process.Start(start)!;
        var id = int.Parse(shell.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        shell.WaitForExit();
        return id;
    }

    private static void End(int group)
    {
        _ = Libc.Signal(-group, Libc.Terminate);
        var clock = Stopwatch.StartNew();
        while (Libc.Wait(Libc.AnyChild, out _, Libc.NoHang, out _) >= 0 && clock.Elapsed < 2 * Grace)
        {
            if (clock.Elapsed > Grace)
                _ = Libc.Signal(-group, Libc.Kill);
            Thread.Sleep(Pause);
        }
    }
}
