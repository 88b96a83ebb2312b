using Rtfm.Control.Delay;
using Rtfm.Model.Delay;

namespace Rtfm.Manager.Tests.Delay;

/// <summary>The correlator beside rules that are written down plainly, over random traffic.</summary>
[TestFixture]
public sealed class RandomTrafficTests
{
    private const long EndNs = 1_000_000 * SampledTraffic.Ms;

    [Test]
    public void Results_are_those_of_the_obvious_model([Range(1, 60)] int seed, [Values] bool areClocksRight)
    {
        var traffic = new SampledTraffic(seed, areClocksRight);
        var expected = new ObviousCorrelation(traffic).Run();
        Assert.That(Correlate(traffic, [EndNs], seed), Is.EqualTo(expected));
        Assert.That(expected.Paired + expected.Negative, Is.GreaterThan(50), "the traffic says something");
    }

    [Test]
    public void No_pair_is_of_two_packets_and_nothing_that_arrived_is_lost([Range(1, 60)] int seed)
    {
        var traffic = new SampledTraffic(seed, areClocksRight: true);
        var model = new ObviousCorrelation(traffic);
        model.Run();
        Assert.That(model.Pairs.Where(each => each.In != each.Out), Is.Empty);
        Assert.That(model.Lost.Except(traffic.Lost), Is.Empty);
    }

    [Test]
    public void Counts_do_not_depend_on_how_readings_cut_the_samples_nor_on_who_is_read_first([Range(1, 60)] int seed)
    {
        var traffic = new SampledTraffic(seed);
        var once = Correlate(traffic, [EndNs], seed);
        var random = new Random(seed);
        var often = Correlate(
            traffic,
            [.. Enumerable.Range(0, random.Next(5, 80)).Select(_ => random.NextInt64(75_000) * SampledTraffic.Ms).Order(), EndNs],
            seed
        );
        Assert.That(Counts(often), Is.EqualTo(Counts(once)));
    }

    [Test]
    public void Both_directions_are_alike([Range(1, 10)] int seed)
    {
        var traffic = new SampledTraffic(seed);
        var to = Correlate(traffic, [EndNs], seed);
        Assert.That(Correlate(traffic, [EndNs], seed, isFrom: true), Is.EqualTo(to));
    }

    /// <param name="readings">When members are read, on their own clocks; each reading begins a little before the last one ended.</param>
    private static DelayStatistics Correlate(SampledTraffic traffic, long[] readings, int seed, bool isFrom = false)
    {
        var random = new Random(seed);
        var correlator = new DelayCorrelator(new() { WindowNs = SampledTraffic.WindowNs, PatienceNs = long.MaxValue / 4 });
        var flow = correlator.Flow();
        var (entry, exit) = isFrom ? (EdgeRole.Exit, EdgeRole.Entry) : (EdgeRole.Entry, EdgeRole.Exit);
        var seen = traffic.Edges.ToDictionary(
            edge => edge,
            edge => flow.Observe(correlator.Member(edge.Number), edge.IsEntry ? entry : exit, isReversed: isFrom ^ edge.Number == 3)
        );
        var done = traffic.Edges.ToDictionary(edge => edge, _ => 0);
        foreach (var until in readings)
        {
            var order = traffic.Edges.ToArray();
            random.Shuffle(order);
            foreach (var edge in order)
            {
                var end = edge.Samples.FindLastIndex(each => each.Sample.TimeNs < until) + 1;
                // Who read then would have read what was overwritten later: this reading fails.
                if (edge.Overwritten.Contains(end))
                    continue;
                for (var first = Math.Max(1, done[edge] - random.Next(5)); first <= end; )
                {
                    if (edge.Overwritten.Contains(first))
                    {
                        first++;
                        continue;
                    }
                    var count = 0;
                    while (first + count <= end && !edge.Overwritten.Contains(first + count) && count < 200)
                        count++;
                    var isReverse = isFrom ^ (isFrom ^ edge.Number == 3);
                    var samples = edge.Samples.Skip(first - 1).Take(count).Select(each => each.Sample with { IsReverse = isReverse }).ToArray();
                    // As it is when the last package is read.
                    var level = first + count > end ? edge.Levels[end - 1] : default;
                    flow.Add(
                        seen[edge],
                        new SamplePackageHeader(default, (uint)first, count, isReverse ? default : level, isReverse ? level : default),
                        samples
                    );
                    first += count;
                }
                done[edge] = Math.Max(done[edge], end);
                correlator.Member(edge.Number).Read(until, edge.ErrorNs, [.. edge.Gaps]);
            }
            correlator.Decide(until);
        }
        return isFrom ? flow.From : flow.To;
    }

    private static DelayStatistics Counts(DelayStatistics all) =>
        new()
        {
            Paired = all.Paired,
            Expected = all.Expected,
            Lost = all.Lost,
            Unknown = all.Unknown,
            Repeated = all.Repeated,
            Negative = all.Negative,
            Unpaired = all.Unpaired,
        };
}
