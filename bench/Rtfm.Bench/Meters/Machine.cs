using System.Runtime.InteropServices;

namespace Rtfm.Bench.Meters;

/// <summary>What kind of machine measured; not which one.</summary>
internal sealed record Machine(string Processor, int Cores, long MemoryOctets, string System, string Runtime)
{
    public static Machine This { get; } =
        new(
            Processor: ReadProcessor(),
            Cores: Environment.ProcessorCount,
            MemoryOctets: GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            System: RuntimeInformation.OSDescription,
            Runtime: RuntimeInformation.FrameworkDescription
        );

    public override string ToString() => $"{Processor}, {Cores} cores, {MemoryOctets >> 30} GiB, {System}, {Runtime}";

    private static string ReadProcessor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':') + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}
