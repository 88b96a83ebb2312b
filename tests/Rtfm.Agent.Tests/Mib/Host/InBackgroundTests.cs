using Rtfm.Agent.Mib.Host;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Mib.Host;

[TestFixture]
public sealed class InBackgroundTests
{
    private readonly FakeClock _clock = new();

    [Test]
    public void A_value_that_is_made_at_once_is_given_to_the_first_who_asks()
    {
        var value = new InBackground<string>(_clock, TimeSpan.FromSeconds(1), "first", before => before + ".", TimeSpan.FromSeconds(30));
        Assert.That(value.Value, Is.EqualTo("first."));
        Assert.That(value.Value, Is.EqualTo("first."), "it is fresh");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(value.Value, Is.EqualTo("first.."));
    }

    [Test]
    public void One_that_hangs_leaves_the_one_before_and_nobody_else_waits()
    {
        using var hangs = new ManualResetEventSlim();
        var made = 0;
        var value = new InBackground<string>(
            _clock,
            TimeSpan.FromSeconds(1),
            "first",
            _ =>
            {
                made++;
                hangs.Wait();
                return "second";
            }
        );
        for (var i = 0; i < 5; i++)
        {
            Assert.That(value.Value, Is.EqualTo("first"));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.That(made, Is.EqualTo(1));
        hangs.Set();
        Assert.That(() => value.Value, Is.EqualTo("second").After(5_000, 10));
    }

    [Test]
    public void A_fault_is_told_to_who_asked_and_it_is_tried_again()
    {
        var fails = true;
        var value = new InBackground<string>(
            _clock,
            TimeSpan.FromSeconds(1),
            "first",
            _ => fails ? throw new IOException("gone") : "second",
            TimeSpan.FromSeconds(30)
        );
        Assert.That(() => value.Value, Throws.InstanceOf<AggregateException>().With.InnerException.Message.EqualTo("gone"));
        Assert.That(value.Value, Is.EqualTo("first"));
        fails = false;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(value.Value, Is.EqualTo("second"));
    }
}
