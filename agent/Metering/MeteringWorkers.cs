using System.Diagnostics;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Packets;
using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>The metering threads' parts of the meter, each behind a gate of its own.</summary>
/// <remarks>
/// A metering thread holds its gate for a batch and takes no other one but those of flow shards. Who changes what all of them use halts them: holds all gates,
/// so that every batch is metered either before the change or after it.
/// </remarks>
internal sealed class MeteringWorkers
{
    private readonly Worker[] _workers;
    private readonly Lock _turnstile = new();
    private volatile int _halts;

    private sealed class Worker(PacketProcessor processor)
    {
        public readonly Lock Gate = new();
        public readonly PacketProcessor Processor = processor;
        public readonly Sampler Sampler = new();
        public long Busy;
    }

    public MeteringWorkers(IReadOnlyList<PacketProcessor> processors)
    {
        ArgumentOutOfRangeException.ThrowIfZero(processors.Count);
        _workers = new Worker[processors.Count];
        for (var i = 0; i < processors.Count; i++)
            _workers[i] = new Worker(processors[i]);
    }

    public int Count => _workers.Length;

    public IReadOnlyList<RunningRuleSet> Running => _workers[0].Processor.Running;

    public ulong SampledOut
    {
        get
        {
            var sum = 0ul;
            foreach (var worker in _workers)
                sum += worker.Sampler.LeftOut;
            return sum;
        }
    }

    public ulong LeftOutPackets
    {
        get
        {
            var sum = 0ul;
            foreach (var worker in _workers)
                sum += worker.Processor.LeftOutPackets;
            return sum;
        }
    }

    /// <summary>How long all threads together have metered.</summary>
    public TimeSpan BusyTime
    {
        get
        {
            var sum = 0L;
            foreach (var worker in _workers)
                sum += Volatile.Read(ref worker.Busy);
            return Stopwatch.GetElapsedTime(0, sum);
        }
    }

    /// <summary>What parsing met on all threads, as it is now.</summary>
    public ParseCounters Parsed
    {
        get
        {
            var sum = new ParseCounters();
            foreach (var worker in _workers)
                sum.Add(worker.Processor.Parsed);
            return sum;
        }
    }

    /// <param name="clock">Asked once the gate is held: a batch that is stamped earlier than a change is metered before it.</param>
    public void Process(int worker, PacketBatch batch, Func<uint> clock)
    {
        LetHaltBefore();
        var at = _workers[worker];
        lock (at.Gate)
        {
            var began = Stopwatch.GetTimestamp();
            at.Sampler.Sample(batch);
            at.Processor.Process(batch.Packets, new Uptime(clock()));
            at.Busy += Stopwatch.GetTimestamp() - began;
        }
    }

    /// <inheritdoc cref="Process(int, PacketBatch, Func{uint})"/>
    public void Process(int worker, ReadOnlySpan<MatchKey> packets, Func<uint> clock)
    {
        LetHaltBefore();
        var at = _workers[worker];
        lock (at.Gate)
            at.Processor.Process(packets, new Uptime(clock()));
    }

    /// <summary>Lets every thread end its batch and begin no other, until the result is disposed. A thread that has halted them may do so again.</summary>
    public Halted Halt()
    {
        _turnstile.Enter();
        _halts++;
        foreach (var worker in _workers)
            worker.Gate.Enter();
        return new(this);
    }

    /// <summary>A thread that is never short of packets would take its gate again and again before who halts wakes up.</summary>
    private void LetHaltBefore()
    {
        if (_halts == 0)
            return;
        lock (_turnstile) { }
    }

    /// <summary>From the next batch on; while halted.</summary>
    public void Run(IReadOnlyList<RunningRuleSet> running)
    {
        foreach (var worker in _workers)
            worker.Processor.Run(running);
    }

    /// <inheritdoc cref="Run"/>
    public void Key(KeySettings settings)
    {
        foreach (var worker in _workers)
            worker.Processor.Key(settings);
    }

    /// <inheritdoc cref="Run"/>
    public void SetRates(SortedRows<MeteringPoint> interfaces)
    {
        foreach (var worker in _workers)
            worker.Sampler.SetRates(interfaces);
    }

    public readonly ref struct Halted(MeteringWorkers workers)
    {
        public void Dispose()
        {
            foreach (var worker in workers._workers)
                worker.Gate.Exit();
            workers._halts--;
            workers._turnstile.Exit();
        }
    }
}
