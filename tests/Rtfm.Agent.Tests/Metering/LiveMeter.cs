using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Tests.Metering;

/// <summary>A meter that captures at interfaces of the network it is made in, and runs rule set 2.</summary>
internal sealed class LiveMeter : IDisposable
{
    private readonly CaptureService _capture;

    public LiveMeter(AgentOptions options, string rules)
    {
        var sources = CaptureService.SourcesOf(options);
        var configuration = MeterConfiguration.Initial with
        {
            RuleSets = SortedRows<LoadedRuleSet>.Empty.With(2, LoadedRuleSet.From(2, RuleNotation.Parse(rules), "test")),
            Tasks = SortedRows<MeterTask>.Empty.With(2, new MeterTask { Status = RowStatus.Active, CurrentRuleSet = 2 }),
            Interfaces = sources.Aggregate(
                SortedRows<MeteringPoint>.Empty,
                (rows, source) => rows.With(source.IfIndex, new MeteringPoint(source.IfIndex, source.Name))
            ),
        };
        var processors = Enumerable.Range(0, options.MeteringThreads).Select(_ => new PacketProcessor(options.Octets, options.Tunnels)).ToList();
        Meter = new TrafficMeter(
            new FlowTable(options.MaxFlows, options.MeteringThreads),
            processors,
            configuration,
            TimeProvider.System,
            NullLogger<TrafficMeter>.Instance
        );
        Meter.Attach(sources);
        _capture = new CaptureService(Meter, options, TimeProvider.System, NullLogger<CaptureService>.Instance);
        _capture.StartAsync(default);
    }

    public TrafficMeter Meter { get; }

    public RunningRuleSet Run => Meter.Running[0];

    public MeteredSource Source => Meter.Sources[0];

    /// <summary>Sends a frame again and again until the meter sees it: only then everything that follows is seen.</summary>
    public void WaitUntilSeen(string at, byte[] frame)
    {
        var seen = Seen;
        WaitFor(() =>
        {
            SendTo(at, [frame]);
            Thread.Sleep(100);
            return Seen > seen;
        });
        // What was sent last may be on its way still.
        Thread.Sleep(300);
    }

    public ulong Seen => Run.Seen + Meter.SampledOut;

    public static void WaitFor(Func<bool> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition(); Thread.Sleep(20))
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(20)), "waited in vain");
    }

    public static void SendTo(string at, IEnumerable<byte[]> frames)
    {
        using var sender = new Capture.FrameSender(at);
        foreach (var frame in frames)
            sender.Send(frame);
    }

    public void SetSampleRate(int rate)
    {
        var before = Meter.Current;
        var point = before.Interfaces.Find(Source.IfIndex)!;
        Assert.That(Meter.TryReplace(before, before with { Interfaces = before.Interfaces.With(point.IfIndex, point with { SampleRate = rate }) }));
    }

    public void Dispose()
    {
        _capture.StopAsync(default);
        _capture.Dispose();
        Meter.Dispose();
    }
}
