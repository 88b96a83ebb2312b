using Rtfm.MeterReader.Collection;

namespace Rtfm.MeterReader.Tests.Collection;

[TestFixture]
public sealed class CollectionScheduleTests
{
    [TestCase("12:00:03", "12:00:04", 0, "12:05:00", 0, Description = "on the multiples of the interval, whenever the service was started")]
    [TestCase("12:00:00", "12:00:01", 0, "12:05:00", 0)]
    [TestCase("12:00:00", "12:06:00", 0, "12:10:00", 1, Description = "longer than the interval: one is left out")]
    [TestCase("12:00:00", "12:17:00", 0, "12:20:00", 3)]
    [TestCase("12:00:00", "12:00:30", 1, "12:05:00", 0, Description = "a first failure changes nothing")]
    [TestCase("12:00:00", "12:00:30", 9, "12:05:00", 0, Description = "never less often than the interval")]
    public void Collections_come_at_the_multiples_of_the_interval(string began, string ended, int failures, string next, int skipped)
    {
        var schedule = new CollectionSchedule(TimeSpan.FromMinutes(5));
        Assert.That(schedule.Next(At(began), At(ended), failures, out var left), Is.EqualTo(At(next)));
        Assert.That(left, Is.EqualTo(skipped));
    }

    [TestCase(1, "12:00:30")]
    [TestCase(2, "12:01:00")]
    [TestCase(3, "12:02:00")]
    [TestCase(4, "12:04:00")]
    [TestCase(5, "12:05:00")]
    [TestCase(5_000, "12:05:00")]
    public void A_meter_that_fails_again_and_again_is_asked_less_often_up_to_five_minutes(int failures, string next)
    {
        var schedule = new CollectionSchedule(TimeSpan.FromSeconds(30));
        Assert.That(schedule.Next(At("12:00:00"), At("12:00:10"), failures, out _), Is.EqualTo(At(next)));
    }

    private static DateTimeOffset At(string time) => new(DateOnly.Parse("2026-03-01"), TimeOnly.Parse(time), TimeSpan.Zero);
}
