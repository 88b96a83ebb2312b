using System.Linq;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Capture;
using Rtfm.Model;

namespace Rtfm.Agent.Metering;

/// <summary>Reads every source on a thread of its own and hands its packets to the meter. Never on a thread that answers SNMP.</summary>
internal sealed class CaptureService(TrafficMeter meter, AgentOptions options, TimeProvider clock, ILogger<CaptureService> logger)
    : IHostedService,
        IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RuleSetPoll = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Thread> _threads = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var source in meter.Sources)
        {
            var thread = new Thread(() => Run(source)) { IsBackground = true, Name = $"capture {source.Name}" };
            _threads.Add(thread);
            thread.Start();
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
        var sources = new List<MeteredSource>();
        foreach (var path in options.Read)
            sources.Add(new MeteredSource((uint)sources.Count + 1, path));
        foreach (var name in options.Interfaces)
            sources.Add(new MeteredSource((uint)NetworkInterfaces.IndexOf(name), name));
        return sources;
    }

    private void Run(MeteredSource source)
    {
        var isFile = source.IfIndex <= (uint)options.Read.Length && options.Read.AsSpan().Contains(source.Name);
        var pause = TimeSpan.FromSeconds(1);
        if (isFile && options.WaitForRuleSet)
            WaitForRuleSet();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var packets = isFile ? OpenFile(source) : OpenInterface(source);
                Log.SourceOpened(logger, source.Name, source.IfIndex);
                pause = TimeSpan.FromSeconds(1);
                if (ReadToEnd(source, packets))
                {
                    Log.SourceEnded(logger, source.Name, source.Counters.Received);
                    return;
                }
            }
            catch (CaptureException fault) when (isFile)
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
        while (meter.Processor.Running.All(run => run.Number == RuleSet.BuiltInNumber) && !_stopping.IsCancellationRequested)
            _stopping.Token.WaitHandle.WaitOne(RuleSetPoll);
    }

    /// <returns>False where it was stopped before the end.</returns>
    private bool ReadToEnd(MeteredSource source, IPacketSource packets)
    {
        var batch = new PacketBatch();
        while (!_stopping.IsCancellationRequested)
        {
            var state = packets.Read(batch);
            source.Update(packets.Counters);
            if (batch.Count > 0)
                meter.Process(batch);
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

    private PacketRing OpenInterface(MeteredSource source) =>
        new(new RingOptions(source.Name, options.Filter, options.SnapLength, options.CaptureBufferMiB, options.Promiscuous));
}
