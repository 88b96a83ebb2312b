using System.Diagnostics;

namespace Rtfm.Snmp.Fuzz;

/// <summary>Makes inputs from the corpus and tries them. The same seed goes the same way.</summary>
/// <param name="found">Told of each input that went wrong, and how.</param>
internal sealed class Fuzzer(Corpus corpus, int seed, Action<byte[], string> found)
{
    /// <summary>Inputs after which the agent is made as it was.</summary>
    private const int Lifetime = 1_000;

    /// <summary>Inputs after which those who talk to agents are made as they were.</summary>
    private const int ManagerLifetime = 200;

    private readonly Random _random = new(seed);
    private readonly Envelopes _envelopes = new();

    /// <summary>The input that is tried, and since when (<see cref="Stopwatch"/>): for the watchdog.</summary>
    private volatile byte[] _current = [];
    private long _since;

    public long Tried { get; private set; }

    public long Found { get; private set; }

    /// <summary>The input that has been tried for so long, or null.</summary>
    public byte[]? Hanging(TimeSpan patience) =>
        Volatile.Read(ref _since) is var since and not 0 && Stopwatch.GetElapsedTime(since) > patience ? _current : null;

    public void Run(long inputs, CancellationToken stop)
    {
        var mutator = new Mutator(_random, _envelopes);
        var harness = new Harness(_envelopes);
        for (var i = 0; i < corpus.Count; i++)
            Try(harness, corpus[i], Origin.Here);
        for (var i = 0L; i < inputs && !stop.IsCancellationRequested; i++)
        {
            if (i % Lifetime == 0)
                harness.Reset();
            if (i % ManagerLifetime == 0)
                harness.ResetManager();
            Try(harness, mutator.Mutate(corpus.Pick(_random), corpus.Pick(_random)), (Origin)(i % 3));
        }
    }

    private void Try(Harness harness, byte[] input, Origin origin)
    {
        _current = input;
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        var fault = harness.Try(input, origin, out var told);
        Volatile.Write(ref _since, 0);
        Tried++;
        if (fault is null)
        {
            corpus.Learn(input, told, _random);
            return;
        }
        Found++;
        found(input, fault);
    }
}
