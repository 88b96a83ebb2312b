using System.Linq;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Capture;
using Rtfm.Model;

namespace Rtfm.Agent.Metering;

/// <summary>Reads every source and hands its packets to the meter: a file on a thread of its own, an interface on as many as the meter has for it. Never on a
/// thread that answers SNMP.</summary>
internal sealed class CaptureService(TrafficMeter meter, AgentOptions options, TimeProvider clock, ILogger<CaptureService> logger)
    : IHostedService,
        IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastPackets = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RuleSetPoll = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Thread> _threads = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var source in meter.Sources)
        {
            // Files are dealt out to the meter's threads in turn.
            var first = source.IsFile ? _threads.Count % meter.Threads : 0;
            _threads.Add(Start($"capture {source.Name}", () => Run(source, first)));
        }
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Cancel();
        foreach (var thread in _threads)
            thread.Join();
        return Task.CompletedTask;
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>The sources that the settings name, files first.</summary>
    public static IReadOnlyList<MeteredSource> SourcesOf(AgentOptions options)
    {
        var interfaces = new List<MeteredSource>();
        foreach (var name in options.Interfaces)
            interfaces.Add(new MeteredSource((uint)NetworkInterfaces.IndexOf(name), name, isFile: false, options.MeteringThreads));
        var files = new List<MeteredSource>();
        var number = 0u;
        foreach (var path in options.Read)
        {
            // Files are numbered from 1, past the numbers of interfaces.
            do number++;
            while (interfaces.Exists(each => each.IfIndex == number));
            files.Add(new MeteredSource(number, path, isFile: true));
        }
        return [.. files, .. interfaces];
    }

    private static Thread Start(string name, Action run)
    {
        var thread = new Thread(() => run()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <param name="first">Which of the meter's threads a file's one is.</param>
    private void Run(MeteredSource source, int first)
    {
        var pause = TimeSpan.FromSeconds(1);
        long? endedNs = null;
        if (source.IsFile && options.WaitForRuleSet)
            WaitForRuleSet();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!source.IsFile)
                {
                    using var group = OpenInterface(source);
                    meter.Gaps.CaptureBegan(endedNs);
                    Log.SourceOpened(logger, source.Name, source.IfIndex);
                    pause = TimeSpan.FromSeconds(1);
                    try
                    {
                        ReadAll(source, group.Rings);
                    }
                    finally
                    {
                        endedNs = meter.Gaps.NowNs;
                    }
                    continue;
                }
                using var file = OpenFile(source);
                Log.SourceOpened(logger, source.Name, source.IfIndex);
                if (ReadToEnd(source, file, ring: 0, first, _stopping.Token))
                    Log.SourceEnded(logger, source.Name, source.Counters.Received);
                return;
            }
            catch (CaptureException fault) when (source.IsFile)
            {
                Log.FileFailed(logger, fault.Message);
                return;
            }
            catch (CaptureException fault)
            {
                // An interface may come back; the pause grows so that the log does not fill.
                Log.SourceFailed(logger, fault.Message, pause.TotalSeconds);
                _stopping.Token.WaitHandle.WaitOne(pause);
                pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
            }
            finally
            {
                source.Close();
            }
        }
    }

    /// <summary>Waits until a rule set that a manager loaded runs: a file, unlike a wire, can wait for it.</summary>
    private void WaitForRuleSet()
    {
        while (meter.Running.All(run => run.Number == RuleSet.BuiltInNumber) && !_stopping.IsCancellationRequested)
            _stopping.Token.WaitHandle.WaitOne(RuleSetPoll);
    }

    /// <summary>Reads rings that share an interface's packets, each on a thread of its own, until we are stopped or the capture ends.</summary>
    /// <exception cref="CaptureException">The capture ended.</exception>
    private void ReadAll(MeteredSource source, IReadOnlyList<PacketRing> rings)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        CaptureException? fault = null;
        var others = new List<Thread>();
        for (var i = 1; i < rings.Count; i++)
        {
            var ring = i;
            others.Add(Start($"capture {source.Name}/{ring}", () => Read(ring)));
        }
        Read(0);
        foreach (var thread in others)
            thread.Join();
        if (fault is not null)
            throw fault;

        void Read(int ring)
        {
            try
            {
                ReadToEnd(source, rings[ring], ring, ring, ending.Token);
            }
            catch (CaptureException broken)
            {
                // What ended one ring ends the others, too, once their last packets are read.
                Interlocked.CompareExchange(ref fault, broken, null);
                ending.CancelAfter(LastPackets);
            }
        }
    }

    /// <param name="ring">Which of the source's rings is read.</param>
    /// <param name="thread">Which of the meter's threads reads it.</param>
    /// <returns>False where it was stopped before the end.</returns>
    private bool ReadToEnd(MeteredSource source, IPacketSource packets, int ring, int thread, CancellationToken stopping)
    {
        var batch = new PacketBatch();
        while (!stopping.IsCancellationRequested)
        {
            var state = packets.Read(batch);
            source.Update(packets.Counters, ring);
            if (batch.Count > 0)
                meter.Process(batch, thread);
            if (state == SourceState.Ended)
                return true;
        }
        return false;
    }

    private IPacketSource OpenFile(MeteredSource source)
    {
        IPacketSource Open() => CaptureFile.Open(source.Name, (int)source.IfIndex);
        var packets = options.Loop ? new LoopedSource(Open) : Open();
        return options.Pace == Pace.Real ? new PacedSource(packets, clock) : packets;
    }

    private RingGroup OpenInterface(MeteredSource source)
    {
        var ring = new RingOptions(
            source.Name,
            options.Filter,
            options.SnapLength,
            options.CaptureBufferMiB,
            options.Promiscuous,
            KnowsDirection: options.Edge ?? options.Domain is not null,
            HasHardwareTimestamps: options.HardwareTimestamps
        );
        var group = new RingGroup(ring, meter.Threads);
        meter.Renumber(source, (uint)group.IfIndex);
        return group;
    }
}
