namespace Rtfm.Agent.Mib.Host;

/// <summary>How busy the processors were over the last minute; before the agent has run for one, since it started.</summary>
internal sealed class ProcessorLoad
{
    /// <summary>How often <see cref="Sample"/> wants to be called.</summary>
    public static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock;
    private readonly Aged<KernelStatistics> _now;
    private readonly Lock _gate = new();
    private readonly Queue<(long At, KernelStatistics Statistics)> _samples = [];

    public ProcessorLoad(TimeProvider clock)
    {
        _clock = clock;
        _now = new(clock, Links.Freshness, KernelStatistics.Read);
        Sample();
    }

    /// <summary>Not older than a second.</summary>
    public KernelStatistics Now => _now.Value;

    /// <summary>Of a minute ago, nearly.</summary>
    public KernelStatistics Before
    {
        get
        {
            lock (_gate)
                return _samples.Peek().Statistics;
        }
    }

    public void Sample()
    {
        var now = _now.Value;
        lock (_gate)
        {
            _samples.Enqueue((_clock.GetTimestamp(), now));
            while (_clock.GetElapsedTime(_samples.Peek().At) > Window)
                _samples.Dequeue();
        }
    }

    /// <summary>Percent of the time that the processor was not idle.</summary>
    public int Of(uint processor) =>
        Now.Processors.TryGetValue(processor, out var now) && Before.Processors.TryGetValue(processor, out var before) ? now.Load(before) : 0;
}
