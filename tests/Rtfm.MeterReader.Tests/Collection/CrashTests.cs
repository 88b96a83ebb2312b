using Rtfm.Control.Reading;
using Rtfm.MeterReader.Collection;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>
/// The meter counts, the reader crashes and comes back, answers get lost, the meter restarts: whatever the order, at the end the store's usage is what the
/// meter counted. Each schedule is made from a seed, which the message names.
/// </summary>
[TestFixture]
public sealed class CrashTests
{
    private const int Schedules = 700;

    private TemporaryStore _temporary = null!;

    [SetUp]
    public void Open() => _temporary = new TemporaryStore();

    [TearDown]
    public void Close() => _temporary.Dispose();

    [Test]
    public async Task READ_02_a_crash_at_any_step_neither_loses_nor_doubles_anything()
    {
        for (var seed = 0; seed < Schedules; seed++)
            await RunAsync(seed, mayRestart: false);
    }

    [Test]
    public async Task READ_05_a_restart_of_the_meter_at_any_step_doubles_nothing_and_loses_only_what_the_meter_lost()
    {
        for (var seed = 0; seed < Schedules; seed++)
            await RunAsync(seed, mayRestart: true);
    }

    [Test]
    public async Task READ_02_a_crash_at_each_single_step_of_the_second_collection_neither_loses_nor_doubles_anything()
    {
        for (var step = 0; step < 200; step++)
        {
            var isReached = await CrashOnceAsync(step, before: true);
            Assert.That(await CrashOnceAsync(step, before: false), Is.EqualTo(isReached));
            if (!isReached)
            {
                Assert.That(step, Is.GreaterThan(10));
                return;
            }
        }
        Assert.Fail("the collection has no end");
    }

    private async Task<bool> CrashOnceAsync(int step, bool before)
    {
        var clock = new FakeClock();
        var meter = new SimulatedMeter(clock);
        var name = $"step {step}, {before}";
        for (var key = 0; key < 25; key++)
            meter.Count(2, key, 100);
        clock.Advance(TimeSpan.FromSeconds(60));
        await new Collector(TestMeters.Settings(name), _temporary.Store, clock).CollectAsync(meter, default);
        for (var key = 5; key < 35; key++)
            meter.Count(2, key, 7);
        clock.Advance(TimeSpan.FromSeconds(60));

        var steps = 0;
        Action<SimulatedMeter, string> crash = (_, _) =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(20));
            if (steps++ == step)
                throw new SimulatedCrash();
        };
        meter.Before = before ? crash : null;
        meter.After = before ? null : crash;
        var isReached = false;
        try
        {
            await new Collector(TestMeters.Settings(name), _temporary.Store, clock).CollectAsync(meter, default);
        }
        catch (SimulatedCrash)
        {
            isReached = true;
        }
        // From now on the meter lets go of flows as soon as it may.
        meter.Before = (_, _) => meter.Maintain();
        meter.After = null;
        meter.Count(2, 3, 1_000);
        clock.Advance(TimeSpan.FromSeconds(60));
        await new Collector(TestMeters.Settings(name), _temporary.Store, clock).CollectAsync(meter, default);
        Compare(meter, name, name);
        return isReached;
    }

    private async Task RunAsync(int seed, bool mayRestart)
    {
        var random = new Random(seed);
        var clock = new FakeClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(seed));
        var meter = new SimulatedMeter(clock)
        {
            HasEngine = random.Next(2) == 0,
            HasPackages = random.Next(4) > 0,
            RepeatsTimeMarks = random.Next(2) == 0,
        };
        var name = $"meter {seed}";
        var store = new CrashingStore(_temporary.Store);
        var collector = new Collector(TestMeters.Settings(name), store, clock);
        var faultAt = int.MaxValue;
        meter.Before = (_, kind) => Step(kind, isAfter: false);
        meter.After = (_, kind) => Step(kind, isAfter: true);

        var passes = random.Next(3, 9);
        for (var pass = 0; pass < passes; pass++)
        {
            Traffic(meter, random, clock);
            faultAt = random.Next(10) < 7 ? random.Next(60) : int.MaxValue;
            store.CrashAt = random.Next(4) == 0 ? (CrashingStore.Moment)random.Next(4) : CrashingStore.Moment.Never;
            if (await TryCollectAsync(collector, meter) || random.Next(3) == 0)
                collector = new Collector(TestMeters.Settings(name), store, clock);
        }
        (faultAt, store.CrashAt) = (int.MaxValue, CrashingStore.Moment.Never);
        (meter.Before, meter.After) = (null, null);
        clock.Advance(TimeSpan.FromSeconds(30));
        await new Collector(TestMeters.Settings(name), store, clock).CollectAsync(meter, default);
        Compare(meter, name, $"seed {seed}, restarts {mayRestart}");

        void Step(string kind, bool isAfter)
        {
            // The world goes on between one request and the next.
            if (!isAfter)
            {
                clock.Advance(TimeSpan.FromMilliseconds(random.Next(30)));
                if (random.Next(3) == 0)
                    meter.Count(random.Next(1, 3), random.Next(40), (uint)random.Next(40, 1_500));
                if (random.Next(20) == 0)
                    clock.Advance(TimeSpan.FromSeconds(6));
                meter.Maintain();
            }
            if (faultAt-- != 0)
                return;
            switch (random.Next(mayRestart ? 3 : 2))
            {
                case 0:
                    throw new SimulatedCrash();
                case 1:
                    throw new SnmpTimeoutException($"no answer to {kind}");
                default:
                    meter.Restart(TimeSpan.FromSeconds(random.Next(10, 60)));
                    break;
            }
        }
    }

    /// <returns>True where the process crashed.</returns>
    private static async Task<bool> TryCollectAsync(Collector collector, SimulatedMeter meter)
    {
        try
        {
            await collector.CollectAsync(meter, default);
            return false;
        }
        catch (SimulatedCrash)
        {
            return true;
        }
        catch (Exception fault) when (fault is SnmpException or CollectionException)
        {
            return false;
        }
    }

    private static void Traffic(SimulatedMeter meter, Random random, FakeClock clock)
    {
        for (var packets = random.Next(30); packets > 0; packets--)
        {
            meter.Count(random.Next(1, 3), random.Next(40), (uint)random.Next(40, 1_500));
            clock.Advance(TimeSpan.FromMilliseconds(random.Next(400)));
            meter.Maintain();
        }
        clock.Advance(TimeSpan.FromSeconds(random.Next(100)));
        meter.Maintain();
    }

    /// <summary>The flows of the meter's present life must be in the store to the last octet; those of earlier lives as far as they were collected.</summary>
    private void Compare(SimulatedMeter meter, string name, string message)
    {
        var stored = _temporary.Query(
            $"""
            SELECT epoch.id, flow.rule_set, flow.flow_index, flow.firstTime, flow.toOctets, flow.toPDUs,
                   ifnull(used.octets, 0.0), ifnull(used.pdus, 0.0), epoch.boot_ms
            FROM flow JOIN epoch ON epoch.id = flow.epoch_id JOIN meter ON meter.id = epoch.meter_id
                LEFT JOIN (SELECT flow_id, total(toOctets) AS octets, total(toPDUs) AS pdus FROM usage GROUP BY flow_id) used ON used.flow_id = flow.id
            WHERE meter.name = '{name}'
            """
        );
        var flows = meter.History.ToDictionary(flow => (flow.Life, flow.RuleSet, flow.Index, flow.FirstTime));
        var epochs = new Dictionary<int, long>();
        var seen = 0;
        foreach (var row in stored)
        {
            var life = 1 + meter.BootTimes.FindIndex(boot => Math.Abs(boot.ToUnixTimeMilliseconds() - (long)row[8]!) < 3_000);
            var id = (life, (int)(long)row[1]!, (uint)(long)row[2]!, (uint)(long)row[3]!);
            var (octets, pdus) = ((ulong)(long)row[4]!, (ulong)(long)row[5]!);
            if (epochs.TryAdd(life, (long)row[0]!) is false && epochs[life] != (long)row[0]!)
                Assert.Fail($"{message}: life {life} of the meter is in the store twice");
            if ((double)row[6]! != octets || (double)row[7]! != pdus)
                Assert.Fail($"{message}: flow {id}: the usage of {row[6]} octets is not what its counter grew to, {octets}");
            if (!flows.TryGetValue(id, out var flow))
                Assert.Fail($"{message}: the store has a flow {id} that the meter never had");
            else if (flow.ToOctets < octets || flow.ToPdus < pdus || (life == meter.Life && (flow.ToOctets, flow.ToPdus) != (octets, pdus)))
                Assert.Fail($"{message}: flow {id} has {octets} octets in the store, the meter counted {flow.ToOctets}");
            seen += life == meter.Life ? 1 : 0;
        }
        if (seen != flows.Values.Count(flow => flow.Life == meter.Life))
            Assert.Fail(
                $"{message}: {seen} flows of the present life are in the store, the meter had {flows.Values.Count(flow => flow.Life == meter.Life)}"
            );
    }
}
