using System.CommandLine;
using System.Globalization;
using static Rtfm.Bench.MeasuringCommand;

namespace Rtfm.Bench.Delay;

/// <summary><c>bench delay</c>: what measuring delay costs each router, with the master pairing all samples and with each edge pairing its own.</summary>
internal static class DelayCommand
{
    private static readonly string[] Modes = ["master", "distributed"];

    private static readonly Option<string> Edges = Make("--edges", "Domains of so many edges (default 2,5,20)", "N,…", "2,5,20");
    private static readonly Option<int> Seconds = Make("--seconds", "Measure each for so long (default 30)", "N", 30);
    private static readonly Option<int> Rate = Make("--rate", "Questions a second in each conversation of hosts (default 5)", "N", 5);
    private static readonly Option<string> Plot = Make(
        "--plot",
        "File for the plot (default bench/.cache/delay.svg)",
        "FILE",
        Path.Combine(Repository.Traces, "delay.svg")
    );

    public static int Run(string[] args)
    {
        var command = new RootCommand(
            """
            Makes domains in the lab whose meters sample packets for delay and loss, and measures what each router's meter takes, second by
            second: processor time, and octets sent and received for elections, collection and correlation. Prints a table, and plots an SVG.
            Needs root and network namespaces.

            Example:
              ./rtfm bench delay --edges 5 --seconds 60
            """
        )
        {
            Edges,
            Seconds,
            Rate,
            Plot,
        };
        return MeasuringCommand.Run(command, args, Measure);
    }

    private static int Measure(ParseResult arguments, CancellationToken stop)
    {
        var seconds = InRange(arguments.GetValue(Seconds), 5, 3_600, "--seconds");
        var rate = InRange(arguments.GetValue(Rate), 1, 1_000, "--rate");
        var panels = new List<LoadPanel>();
        Console.WriteLine("edges  pairing      routers           cpu %: mean    most   kB/s: mean    most");
        foreach (var edges in Numbers(arguments.GetValue(Edges)!))
        {
            foreach (var mode in Modes)
            {
                var panel = MeasureOneAsync(edges, rate, mode, seconds, stop).GetAwaiter().GetResult();
                panels.Add(panel);
                Print(panel, "master", [panel.Master]);
                Print(panel, "each other one", [.. Enumerable.Range(0, edges).Where(each => each != panel.Master)]);
            }
        }
        var path = Path.GetFullPath(arguments.GetValue(Plot)!);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, LoadPlot.Draw(panels));
        Console.WriteLine(path);
        return 0;
    }

    private static async Task<LoadPanel> MeasureOneAsync(int edges, int rate, string mode, int seconds, CancellationToken stop)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"rtfm-bench-{Guid.NewGuid():N}");
        Console.Error.WriteLine($"{edges} edges, pairing: {mode}");
        using var lab = new LabRun(folder, edges, rate, mode);
        await Task.Delay(TimeSpan.FromSeconds(15), stop).ConfigureAwait(false); // two collections, and code that is compiled
        var master = lab.Master();
        return new(edges, mode, master, await lab.MeasureAsync(seconds, stop).ConfigureAwait(false));
    }

    private static void Print(LoadPanel panel, string who, int[] routers)
    {
        var loads = routers.Where(each => each >= 0).SelectMany(each => panel.Loads[each]).ToList();
        if (loads.Count == 0)
            return;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{panel.Edges, 5}  {panel.Mode, -11}  {who, -14}  {100 * loads.Average(each => each.Cpu), 13:F1}  {100 * loads.Max(each => each.Cpu), 6:F1}  {loads.Average(each => each.Octets) / 1_000, 10:F1}  {loads.Max(each => each.Octets) / 1_000.0, 6:F1}"
            )
        );
    }

    private static int[] Numbers(string text)
    {
        try
        {
            return [.. text.Split(',').Select(each => InRange(int.Parse(each, NumberStyles.None, CultureInfo.InvariantCulture), 2, 99, "--edges"))];
        }
        catch (FormatException)
        {
            throw new ArgumentException($"--edges is '{text}'. Write numbers with commas between.");
        }
    }
}
