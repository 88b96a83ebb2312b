using System.Globalization;
using Rtfm.Bench.Processes;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>Runs the meters in turn, each trace, each run, and says how it goes on stderr.</summary>
internal sealed class Comparison : IDisposable
{
    private readonly MeterOptions _options;
    private readonly TraceCache _traces;
    private readonly CancellationToken _stop;
    private readonly Meter[] _meters;
    private readonly string _folder;
    private bool _isComplete = true;

    /// <exception cref="FileNotFoundException">Our meter is not built.</exception>
    public Comparison(MeterOptions options, TraceCache traces, CancellationToken stop)
    {
        (_options, _traces, _stop) = (options, traces, stop);
        var wanted = All(options).Where(meter => options.Only.Count == 0 || options.Only.Contains(meter.Name)).ToArray();
        _meters = [.. wanted.Where(meter => meter.Path is not null)];
        foreach (var missing in wanted.Except(_meters))
        {
            Say(
                missing.Package is { } package
                    ? $"{missing.Name} is not installed, left out. Install it with: apt-get install {package}"
                    : throw new FileNotFoundException($"{missing.Program} is missing. Build it with ./rtfm build.")
            );
        }
        _folder = Directory.CreateTempSubdirectory("rtfm-bench-").FullName;
    }

    public static IReadOnlyList<string> Names { get; } = ["rtfm", "rtfm-csv", "nfpcapd", "softflowd", "argus", "pmacctd"];

    public MeterReport Run()
    {
        Console.WriteLine($"{Machine.This}; medians of {_options.Runs} runs");
        Console.WriteLine();
        var results = new List<TraceResult>();
        foreach (var parameters in _options.Traces)
        {
            var result = Measure(_traces.Get(parameters, Say, _stop));
            results.Add(result);
            Table.Write(Console.Out, result);
        }
        var memory = _meters.OfType<OurMeter>().FirstOrDefault() is { } ours ? MeasureFlowMemory(ours) : null;
        return new()
        {
            Date = DateOnly.FromDateTime(DateTime.UtcNow),
            Machine = Machine.This,
            Runs = _options.Runs,
            Traces = results,
            FlowMemory = memory,
            IsComplete = _isComplete,
        };
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Meter[] All(MeterOptions options) =>
        [
            new OurMeter(options.Agent, options.Rules),
            new OurMeter(options.Agent, options.Rules, writesFlows: true),
            new Nfpcapd(),
            new Softflowd(),
            new Argus(),
            new Pmacctd(),
        ];

    private TraceResult Measure(Trace trace)
    {
        var runs = _meters.ToDictionary(meter => meter, _ => new List<ChildUsage>());
        var counts = new Dictionary<Meter, FlowCount>();
        for (var run = 1; run <= _options.Runs; run++)
        {
            foreach (var meter in _meters)
            {
                if (Try(meter, trace, $"trace {trace.Parameters.Name}, run {run} of {_options.Runs}, {meter.Name}") is not { } done)
                    continue;
                runs[meter].Add(done.Usage);
                counts[meter] = done.Count;
            }
        }
        var results = _meters
            .Where(counts.ContainsKey)
            .Select(meter =>
                MeterResult.Of(
                    meter.Name,
                    meter.Package is { } package ? Programs.Version(package) : null,
                    trace.Parameters.Packets,
                    runs[meter],
                    counts[meter]
                )
            )
            .ToArray();
        var ours = results.FirstOrDefault(result => result.Meter == "rtfm")?.CpuSeconds;
        return new(trace, [.. results.Select(result => result with { CpuToOurs = result.CpuSeconds / ours })]);
    }

    /// <summary>IPv4 flows of few packets each, against eight flows.</summary>
    private FlowMemory? MeasureFlowMemory(OurMeter meter)
    {
        var many = Run(TraceParameters.ManyFlows);
        var few = Run(TraceParameters.ManyFlows with { Name = "few-flows", Flows = 8 });
        if (many is null || few is null)
            return null;
        var flows = (many.Value.Count.Flows - few.Value.Count.Flows) ?? 0;
        var memory = new FlowMemory(flows, (many.Value.Usage.OwnMemoryOctets - few.Value.Usage.OwnMemoryOctets) / (double)flows);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"A flow record takes {memory.OctetsPerFlow:F0} octets of memory: {flows:N0} flows, IPv4 5-tuples."
            )
        );
        return memory;

        (ChildUsage Usage, FlowCount Count)? Run(TraceParameters parameters) =>
            Try(meter, _traces.Get(parameters, Say, _stop), $"memory, trace {parameters.Name}");
    }

    private (ChildUsage Usage, FlowCount Count)? Try(Meter meter, Trace trace, string what)
    {
        var folder = Path.Combine(_folder, meter.Name);
        Directory.CreateDirectory(folder);
        WarmUp(trace.Path);
        try
        {
            var usage = Child.Run(meter.Path!, meter.Arguments(trace, folder), folder, _stop);
            if (usage.ExitCode != 0)
            {
                var errors = File.ReadLines(Path.Combine(folder, Child.Errors)).TakeLast(3);
                return Fail($"exit code {usage.ExitCode}: {string.Join(" | ", errors)}");
            }
            var count = meter.Count(folder);
            Say(string.Create(CultureInfo.InvariantCulture, $"{what}: {usage.CpuSeconds:F2} s CPU, {usage.Seconds:F2} s"));
            if (count.Packets is { } packets && packets != trace.Parameters.Packets)
                Fail($"counted {packets} of {trace.Parameters.Packets} packets");
            return (usage, count);
        }
        catch (Exception fault) when (fault is TimeoutException or IOException or FormatException or InvalidDataException)
        {
            return Fail(fault.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        (ChildUsage, FlowCount)? Fail(string reason)
        {
            Say($"{what}: {reason}");
            _isComplete = false;
            return null;
        }
    }

    /// <summary>Into the page cache, so that no meter waits for the disk; before each run, since the one before may have pushed it out.</summary>
    private static void WarmUp(string path)
    {
        using var file = File.OpenRead(path);
        file.CopyTo(Stream.Null, 1 << 20);
    }

    private static void Say(string words) => Console.Error.WriteLine(words);
}
