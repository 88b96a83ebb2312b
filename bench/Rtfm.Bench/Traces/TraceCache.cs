using System.Text.Json;

namespace Rtfm.Bench.Traces;

/// <summary>Traces that were generated before are used again when their parameters are the same.</summary>
internal sealed class TraceCache(string folder)
{
    /// <exception cref="OperationCanceledException">Nothing is left of the trace.</exception>
    public Trace Get(TraceParameters parameters, Action<string> say, CancellationToken stop)
    {
        var path = Path.Combine(folder, $"trace-{parameters.Name}.pcap");
        if (Find(parameters, path) is { } found)
            return found;
        Directory.CreateDirectory(folder);
        var unfinished = path + ".new";
        var generator = new TraceGenerator(parameters)
        {
            Progressed = packets =>
            {
                stop.ThrowIfCancellationRequested();
                if (packets * 10 % parameters.Packets == 0)
                    say($"trace {parameters.Name}: {packets * 100 / parameters.Packets} % generated");
            },
        };
        int flows;
        try
        {
            using var file = File.Create(unfinished);
            flows = generator.Write(file);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
        File.Move(unfinished, path, overwrite: true);
        var trace = new Trace
        {
            Parameters = parameters,
            Flows = flows,
            FileOctets = new FileInfo(path).Length,
            Path = path,
        };
        File.WriteAllText(Description(path), JsonSerializer.Serialize(trace, TraceJson.Default.Trace));
        return trace;
    }

    public void Clear()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static Trace? Find(TraceParameters parameters, string path)
    {
        if (!File.Exists(path) || !File.Exists(Description(path)))
            return null;
        try
        {
            var trace = JsonSerializer.Deserialize(File.ReadAllText(Description(path)), TraceJson.Default.Trace);
            return trace?.Parameters == parameters && trace.FileOctets == new FileInfo(path).Length ? trace with { Path = path } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Description(string path) => Path.ChangeExtension(path, ".json");
}
