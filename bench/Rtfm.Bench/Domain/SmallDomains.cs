using System.Diagnostics;
using Rtfm.Domain.Simulation;

namespace Rtfm.Bench.Domain;

/// <summary>Many small domains, each with its own faults.</summary>
internal sealed class SmallDomains(int firstSeed, int seeds, int steps)
{
    private const int MostMembers = 40;

    /// <returns>False where something was violated.</returns>
    public bool Run(CancellationToken stop)
    {
        if (seeds == 0)
            return true;
        var clock = Stopwatch.StartNew();
        var results = new List<ScenarioResult>();
        var gate = new Lock();
        Parallel.For(
            firstSeed,
            firstSeed + seeds,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop },
            seed =>
            {
                var result = new RandomScenario(seed, 1 + seed % MostMembers, steps).Run();
                lock (gate)
                {
                    results.Add(result);
                    foreach (var fault in result.Faults)
                        Console.WriteLine($"seed {seed}, {1 + seed % MostMembers} members: {fault}");
                    if (results.Count % 500 == 0)
                        Console.Error.WriteLine($"{results.Count} of {seeds} domains");
                }
            }
        );
        var recoveries = results.Select(each => each.Recovery.TotalSeconds).Order().ToList();
        Console.WriteLine(
            $"{seeds} domains of 1 to {MostMembers} members, {steps} faults each: {results.Sum(each => each.Simulated.TotalHours):F0} h simulated in {clock.Elapsed.TotalSeconds:F0} s, "
                + $"{results.Sum(each => (long)each.Elections):N0} masters, {results.Sum(each => each.Messages):N0} messages"
        );
        Console.WriteLine(
            $"from the last fault until one master, every member on its state and every rule set at its newest version: median {recoveries[recoveries.Count / 2]:F1} s, longest {recoveries[^1]:F1} s"
        );
        var wrong = results.Count(each => each.Faults.Count > 0);
        Console.WriteLine($"{wrong} violated what must hold");
        return wrong == 0;
    }
}
