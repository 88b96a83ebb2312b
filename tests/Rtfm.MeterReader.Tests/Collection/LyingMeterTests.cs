using Rtfm.Control.Reading;
using Rtfm.MeterReader.Collection;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>Meters whose answers are wrong, by mistake or on purpose: a collection ends, in a fixed amount of memory, and says what was wrong.</summary>
[TestFixture]
public sealed class LyingMeterTests
{
    private static readonly ObjectIdentifier PackageColumn = new([.. FlowMeterMib.DataPackageEntry, 5]);

    private FakeClock _clock = null!;
    private TemporaryStore _temporary = null!;
    private SimulatedMeter _meter = null!;

    [SetUp]
    public void Open()
    {
        _clock = new FakeClock();
        _temporary = new TemporaryStore();
        _meter = new SimulatedMeter(_clock);
        for (var key = 0; key < 20; key++)
            _meter.Count(2, key, 100);
        _clock.Advance(TimeSpan.FromSeconds(60));
    }

    [TearDown]
    public void Close() => _temporary.Dispose();

    [Test]
    public void Names_that_do_not_increase_end_the_collection_with_a_failure()
    {
        _meter.Distort = (name, value) => PackageColumn.IsPrefixOf(name.Span) ? (new([.. name.Span[..^1], 7]), value) : (name, value);
        Assert.That(CollectAsync, Throws.TypeOf<CollectionException>().With.Message.Contains("goes backwards"));
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.Zero);
    }

    [Test]
    public void A_control_table_without_end_is_not_believed()
    {
        var index = 0u;
        _meter.Distort = (_, _) => (MeterMib.RuleInfo(MeterMib.RuleInfoName, ++index), SnmpValue.OctetString("again"));
        // The identity must be right for the collection to get that far.
        var isControl = false;
        var lie = _meter.Distort;
        _meter.Distort = (name, value) => isControl ? lie(name, value) : (name, value);
        _meter.Before = (_, kind) => isControl = kind == "next";
        Assert.That(CollectAsync, Throws.TypeOf<CollectionException>().With.Message.Contains("more than 10000 rows"));
    }

    [Test]
    public void Flows_without_end_are_given_up_at_a_limit_of_memory()
    {
        var big = SnmpValue.OctetString(new byte[60_000]);
        var index = 0u;
        var session = new EndlessFlows(_meter, () => ++index, big);
        var limit = PackageSpool.MaxOctets;
        PackageSpool.MaxOctets = 64 << 20;
        try
        {
            Assert.That(
                async () => await new Collector(TestMeters.Settings(), _temporary.Store, _clock).CollectAsync(session, default),
                Throws.TypeOf<CollectionException>().With.Message.Contains("more than 64 MiB of flows")
            );
        }
        finally
        {
            PackageSpool.MaxOctets = limit;
        }
        Assert.That(_temporary.Number("SELECT count(*) FROM collection"), Is.Zero);
    }

    [Test]
    public void A_meter_that_is_slow_without_end_is_given_up_when_its_row_would_be_gone()
    {
        var index = 0u;
        var session = new EndlessFlows(
            _meter,
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(30));
                return ++index;
            },
            SnmpValue.OctetString(new byte[10])
        );
        Assert.That(
            async () => await new Collector(TestMeters.Settings(), _temporary.Store, _clock).CollectAsync(session, default),
            Throws.TypeOf<CollectionException>().With.Message.Contains("did not end within 600 s")
        );
    }

    [Test]
    public async Task Garbage_among_packages_is_passed_over_and_counted()
    {
        _meter.Distort = (name, value) =>
            PackageColumn.IsPrefixOf(name.Span) && name.Span[^1] % 4 == 0
                ? (name, name.Span[^1] % 8 == 0 ? SnmpValue.Integer(4) : SnmpValue.OctetString([0x30, 0x82, 0xFF, 0xFF, 0x02]))
                : (name, value);
        var result = await CollectAsync();
        Assert.That((result.Flows, result.BadPackages), Is.EqualTo((15, 5)));
    }

    [Test]
    public void Where_no_package_is_one_nothing_is_taken_for_read()
    {
        _meter.Distort = (name, value) => PackageColumn.IsPrefixOf(name.Span) ? (name, SnmpValue.OctetString([1, 2, 3])) : (name, value);
        Assert.That(CollectAsync, Throws.TypeOf<CollectionException>().With.Message.Contains("none of 20 values"));
        Assert.That(_temporary.Number("SELECT count(*) FROM bookmark"), Is.Zero);
    }

    [Test]
    public async Task Values_of_any_wrong_kind_never_do_worse_than_a_failed_collection()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            _meter.Distort = (name, value) => random.Next(8) == 0 ? (random.Next(4) == 0 ? Wrong(random, name) : name, Wrong(random)) : (name, value);
            try
            {
                await CollectAsync();
            }
            catch (CollectionException)
            {
                // What a collection may say of a meter.
            }
            catch (Exception fault)
            {
                Assert.Fail($"seed {seed}: {fault}");
            }
        }
        Assert.That(_temporary.Query("PRAGMA integrity_check")[0][0], Is.EqualTo("ok"));
    }

    private Task<CollectionResult> CollectAsync() => new Collector(TestMeters.Settings(), _temporary.Store, _clock).CollectAsync(_meter, default);

    private static ObjectIdentifier Wrong(Random random, ObjectIdentifier name) =>
        random.Next(3) switch
        {
            0 => new([.. name.Span, 1, 2, 3]),
            1 => new([.. name.Span[..^1], (uint)random.Next()]),
            _ => new([1, 3]),
        };

    private static SnmpValue Wrong(Random random)
    {
        var octets = new byte[random.Next(200)];
        random.NextBytes(octets);
        return random.Next(6) switch
        {
            0 => SnmpValue.Integer(random.NextInt64(long.MinValue, long.MaxValue)),
            1 => SnmpValue.OctetString(octets),
            2 => SnmpValue.TimeTicks((uint)random.NextInt64(uint.MaxValue)),
            3 => SnmpValue.Null,
            4 => SnmpValue.Empty(BerTag.EndOfMibView),
            _ => SnmpValue.Counter64(ulong.MaxValue),
        };
    }

    /// <summary>Answers every question for packages with more of them.</summary>
    private sealed class EndlessFlows(IMeterSession inner, Func<uint> nextIndex, SnmpValue package) : IMeterSession
    {
        public string Name => inner.Name;

        public Task<IReadOnlyList<SnmpValue>> GetAsync(IReadOnlyList<ObjectIdentifier> names, CancellationToken cancellationToken) =>
            inner.GetAsync(names, cancellationToken);

        public Task SetAsync(IReadOnlyList<VarBind> varBinds, CancellationToken cancellationToken) => inner.SetAsync(varBinds, cancellationToken);

        public Task<bool> NextAsync(IReadOnlyList<ObjectIdentifier> names, int repetitions, IVarBindSink sink, CancellationToken cancellationToken)
        {
            if (!PackageColumn.IsPrefixOf(names[0].Span))
                return inner.NextAsync(names, repetitions, sink, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < repetitions; i++)
            {
                if (!sink.Accept([.. names[0].Span[..^1], nextIndex()], package.Tag, package.Octets))
                    break;
            }
            return Task.FromResult(true);
        }
    }
}
