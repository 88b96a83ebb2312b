using Rtfm.Bench.Processes;
using Rtfm.Bench.Traces;

namespace Rtfm.Bench.Meters;

/// <summary>A program that meters a capture file.</summary>
internal abstract class Meter
{
    /// <summary>What <c>--only</c> calls it.</summary>
    public abstract string Name { get; }

    public abstract string Program { get; }

    /// <summary>Debian's package; null: it is ours.</summary>
    public abstract string? Package { get; }

    public string? Path => Programs.Find(Program);

    /// <summary>What to call it with.</summary>
    /// <param name="folder">Empty, where it runs and writes.</param>
    public abstract IEnumerable<string> Arguments(Trace trace, string folder);

    /// <summary>What it counted, from what it left in the folder.</summary>
    public abstract FlowCount Count(string folder);

    protected static IEnumerable<string> Said(string folder) =>
        File.ReadLines(System.IO.Path.Combine(folder, Child.Output)).Concat(File.ReadLines(System.IO.Path.Combine(folder, Child.Errors)));
}
