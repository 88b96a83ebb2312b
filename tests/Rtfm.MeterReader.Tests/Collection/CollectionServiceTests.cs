using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Rtfm.Control.Reading;
using Rtfm.MeterReader.Collection;
using Rtfm.Snmp.Client;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests.Collection;

[TestFixture]
public sealed class CollectionServiceTests
{
    private FakeClock _clock = null!;
    private TemporaryStore _temporary = null!;
    private KeptLog _log = null!;

    [SetUp]
    public void Open()
    {
        _clock = new FakeClock();
        _temporary = new TemporaryStore();
        _log = new KeptLog();
    }

    [TearDown]
    public void Close() => _temporary.Dispose();

    [Test]
    public async Task A_meter_that_never_answers_delays_no_other()
    {
        var good = new SimulatedMeter(_clock);
        good.Count(2, key: 1, octets: 100);
        var never = new TaskCompletionSource<IMeterSession>();
        using var service = Make((meter, _) => meter.Name == "good" ? Task.FromResult<IMeterSession>(good) : never.Task, "bad", "good");
        await service.StartAsync(default);
        await UntilAsync(() => Collections() == 1);
        for (var minute = 2; minute < 5; minute++)
        {
            await AdvanceAMinuteAsync(() => Collections() == minute);
        }
        never.SetCanceled();
        await service.StopAsync(default);
    }

    [Test]
    public async Task A_meter_that_is_down_is_complained_of_once_then_once_a_minute_and_welcomed_back()
    {
        var isDown = true;
        var attempts = 0;
        var meter = new SimulatedMeter(_clock);
        meter.Before = (_, _) =>
        {
            if (!isDown)
                return;
            attempts++;
            throw new SnmpTimeoutException("m: no answer");
        };
        using var service = Make((_, _) => Task.FromResult<IMeterSession>(meter), "m");
        await service.StartAsync(default);
        await UntilAsync(() => attempts == 1);
        await AdvanceAMinuteAsync(() => attempts == 2);
        await UntilAsync(() => _log.Count(2102) == 2);
        Assert.That(_temporary.Query("SELECT failure FROM meter")[0][0], Is.EqualTo("m: no answer"));
        isDown = false;
        // It is asked less often while it fails.
        for (var minute = 0; minute < 6 && _log.Count(2103) == 0; minute++)
            await AdvanceAMinuteAsync(() => true);
        await UntilAsync(() => _log.Count(2103) == 1);
        Assert.That(_temporary.Number("SELECT count(*) FROM meter WHERE failure IS NOT NULL"), Is.Zero);
        await service.StopAsync(default);
    }

    [Test]
    public async Task A_fault_that_nobody_thought_of_ends_neither_the_service_nor_the_meters_collection()
    {
        var attempts = 0;
        var meter = new SimulatedMeter(_clock);
        meter.Before = (_, _) =>
        {
            if (attempts++ == 0)
                throw new InvalidOperationException("a fault of ours");
        };
        using var service = Make((_, _) => Task.FromResult<IMeterSession>(meter), "m");
        await service.StartAsync(default);
        await UntilAsync(() => _log.Count(2109) == 1);
        await AdvanceAMinuteAsync(() => Collections() == 1);
        await service.StopAsync(default);
    }

    [Test]
    public async Task What_is_collected_is_counted()
    {
        var counted = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Meter.Name == Instruments.Name)
                each.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
            {
                if (tags[0].Value is "counted")
                    lock (counted)
                        counted[instrument.Name] = counted.GetValueOrDefault(instrument.Name) + value;
            }
        );
        listener.Start();
        var meter = new SimulatedMeter(_clock);
        for (var key = 0; key < 8; key++)
            meter.Count(2, key, 100);
        meter.Distort = (name, value) =>
            name.Length > 20 && name.Span[^1] == 3 ? (name, Rtfm.Snmp.Messages.SnmpValue.OctetString([1])) : (name, value);
        using var service = Make((_, _) => Task.FromResult<IMeterSession>(meter), "counted");
        await service.StartAsync(default);
        await UntilAsync(() => Counted("rtfm.collections") == 1);
        meter.Before = (_, _) => throw new SnmpTimeoutException("no answer");
        await AdvanceAMinuteAsync(() => Counted("rtfm.collections.failed") == 1);
        await service.StopAsync(default);
        Assert.That((Counted("rtfm.records"), Counted("rtfm.packages.bad"), Counted("rtfm.counters.absurd")), Is.EqualTo((7L, 1L, 0L)));

        long Counted(string name)
        {
            lock (counted)
                return counted.GetValueOrDefault(name);
        }
    }

    private CollectionService Make(MeterConnector connect, params string[] meters) =>
        new(
            new ReaderSettings(_temporary.Path, null, null, [.. meters.Select(name => TestMeters.Settings(name))], []),
            connect,
            _ => throw new NotSupportedException(),
            _temporary.Store,
            _clock,
            _log
        );

    private long Collections() => _temporary.Number("SELECT count(*) FROM collection");

    /// <summary>Time moves on only once everybody sleeps again; the sleepers are not to be seen, so it moves in small steps.</summary>
    private async Task AdvanceAMinuteAsync(Func<bool> isDone)
    {
        var wasDone = false;
        for (var second = 0; second < 60; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
            wasDone |= isDone();
        }
        if (!wasDone)
            await UntilAsync(isDone);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1_000; i++)
        {
            if (condition())
                return;
            await Task.Delay(10);
        }
        Assert.Fail("it did not come to that");
    }

    private sealed class KeptLog : ILogger<CollectionService>
    {
        private readonly List<int> _events = [];

        public int Count(int id)
        {
            lock (_events)
                return _events.Count(each => each == id);
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_events)
                _events.Add(eventId.Id);
        }
    }
}
