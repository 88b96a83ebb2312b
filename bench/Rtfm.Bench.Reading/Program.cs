using System.Diagnostics;
using Rtfm.Bench.Reading;
using Rtfm.Model;

// How fast flow tables are read back: see bench/README.md. Arguments: the folder of the published programs, the rule set file.
const int Flows = 100_000;
const int ManyFlows = 1_000_000;
const int Changed = 1_000;
FlowAttribute[] always =
[
    FlowAttribute.FirstTime,
    FlowAttribute.LastActiveTime,
    FlowAttribute.ToOctets,
    FlowAttribute.ToPdus,
    FlowAttribute.FromOctets,
    FlowAttribute.FromPdus,
];
FlowAttribute[] fiveTuple =
[
    FlowAttribute.SourcePeerType,
    FlowAttribute.SourcePeerAddress,
    FlowAttribute.DestPeerAddress,
    FlowAttribute.SourceTransType,
    FlowAttribute.SourceTransAddress,
    FlowAttribute.DestTransAddress,
    .. always,
];

var (programs, rules) = (args[0], args[1]);
var work = Directory.CreateTempSubdirectory("rtfm-bench-").FullName;
try
{
    await ServeAndCollectAsync(Changed).ConfigureAwait(false);
    await ServeAndCollectAsync(Flows).ConfigureAwait(false);
    await ServeAndCollectAsync(ManyFlows).ConfigureAwait(false);
    await ReadChangesAsync().ConfigureAwait(false);
}
finally
{
    Directory.Delete(work, recursive: true);
}

async Task ServeAndCollectAsync(int flows)
{
    var capture = Path.Combine(work, $"{flows}.pcap");
    FlowCapture.Write(capture, flows, TimeSpan.FromSeconds(1));
    using var meter = await MeterUnderTest.StartAsync(programs, work, rules, capture).ConfigureAwait(false);
    await meter.AllRead.ConfigureAwait(false);
    Console.WriteLine($"{flows:N0} flows");
    Serve(meter, "5-tuple, counters and times", fiveTuple, flows, requests: 1);
    Serve(meter, "5-tuple, counters and times", fiveTuple, flows, requests: 8);
    Serve(meter, "all attributes of a key", EveryAttribute(), flows, requests: 8);
    for (var i = 0; i < 3; i++)
        await CollectAsync(meter, $"{flows}-{i}.db", "collected and stored").ConfigureAwait(false);
    await CollectAsync(meter, $"{flows}-2.db", "collected again, nothing new").ConfigureAwait(false);
}

async Task ReadChangesAsync()
{
    var capture = Path.Combine(work, "changes.pcap");
    var changedAt = TimeSpan.FromSeconds(30);
    FlowCapture.Write(capture, ManyFlows, TimeSpan.FromSeconds(4), Changed, changedAt);
    var began = Stopwatch.GetTimestamp();
    using var meter = await MeterUnderTest.StartAsync(programs, work, rules, capture, inRealTime: true).ConfigureAwait(false);
    await Task.Delay(TimeSpan.FromSeconds(8)).ConfigureAwait(false);
    Console.WriteLine($"{ManyFlows:N0} flows, of which {Changed:N0} change");
    await CollectAsync(meter, "changes.db", "collected and stored").ConfigureAwait(false);
    if (Stopwatch.GetElapsedTime(began) > changedAt)
        Console.WriteLine("  (too slow: the flows changed before they were collected)");
    await meter.AllRead.ConfigureAwait(false);
    await CollectAsync(meter, "changes.db", "changes collected and stored").ConfigureAwait(false);
    Serve(meter, "the changes only", fiveTuple, Changed, requests: 8, since: 2_000);
    Serve(meter, "for comparison: everything", fiveTuple, ManyFlows, requests: 8);
}

void Serve(MeterUnderTest meter, string what, FlowAttribute[] attributes, int flows, int requests, uint since = 0)
{
    using var walk = new PackageWalk(meter.EndPoint, attributes, ruleSet: 2, since, requests, rangeLength: since > 0 ? 1_000_000u : 2_000);
    var (packages, rounds) = (0L, 0);
    // The first seconds belong to the just-in-time compiler.
    for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 1_500; )
        Check(walk.Run(), flows);
    var processor = meter.ProcessorTime;
    var watch = Stopwatch.StartNew();
    for (; watch.ElapsedMilliseconds < 2_000; rounds++)
        packages += Check(walk.Run(), flows);
    var (wall, cpu) = (watch.Elapsed, meter.ProcessorTime - processor);
    Console.WriteLine(
        $"  served, {what}, {requests} in flight: {packages / wall.TotalSeconds:N0} packages/s, {packages / cpu.TotalSeconds:N0} per CPU-second of the agent"
            + $" (a walk: {wall.TotalMilliseconds / rounds:F1} ms, agent {cpu.TotalMilliseconds / rounds:F1} ms; answers up to {walk.LargestAnswer:N0} octets)"
    );
}

static int Check(int packages, int expected) =>
    packages == expected ? packages : throw new InvalidOperationException($"{packages} packages came, not {expected}");

async Task CollectAsync(MeterUnderTest meter, string store, string what)
{
    var processor = meter.ProcessorTime;
    var (output, took, reader) = await PublishedProgram
        .RunAsync(
            Path.Combine(programs, "rtfm-meterreader"),
            MeterUnderTest.Community,
            ["collect", "--once", "--target", meter.EndPoint.ToString(), "--rule-set", "bench", "--store", Path.Combine(work, store)]
        )
        .ConfigureAwait(false);
    var last = output.TrimEnd().Split('\n')[^1];
    var said = last[(last.IndexOf(": ", StringComparison.Ordinal) + 2)..last.IndexOf(',', StringComparison.Ordinal)];
    Console.WriteLine(
        $"  {what}: {said}; with start-up {took.TotalSeconds:F2} s; CPU of the reader {reader.TotalMilliseconds:F0} ms, of the agent {(meter.ProcessorTime - processor).TotalMilliseconds:F0} ms"
    );
}

// What the meter reader asks for unless told otherwise.
FlowAttribute[] EveryAttribute() =>
    [
        .. FlowAttributes
            .All.Where(each =>
                each.Is(AttributeRoles.Column)
                && each.Number is not (FlowAttribute.PduScale or FlowAttribute.OctetScale)
                && each.Syntax != AttributeSyntax.Octets
            )
            .Select(each => each.Number),
    ];
