using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Tests.Rendering;

/// <summary>The screen of <c>domain watch</c>: what matters most is there, however small the terminal.</summary>
[TestFixture]
public sealed class WatchScreenTests
{
    [TestCase(200, 100)]
    [TestCase(80, 24)]
    [TestCase(60, 24)]
    [TestCase(20, 5)]
    [TestCase(1, 1)]
    public void It_is_never_larger_than_the_terminal(int width, int height)
    {
        var lines = WatchScreen.Lines(Status(members: 30), "nobody\nanswers", Events(20), width, height);

        Assert.That(lines, Has.Count.LessThanOrEqualTo(height));
        Assert.That(lines.Max(line => line.Length), Is.LessThanOrEqualTo(width));
    }

    [Test]
    public void On_a_usual_terminal_members_and_the_last_events_are_there()
    {
        var lines = WatchScreen.Lines(Status(members: 5), null, Events(20), 80, 24);

        Assert.That(lines, Has.Some.StartsWith("edge5").And.Some.Contains("event 20").And.None.Contains("event 1 "));
    }

    [Test]
    public void Of_many_members_it_shows_how_many_are_not_there()
    {
        var lines = WatchScreen.Lines(Status(members: 30), null, Events(20), 80, 24);

        Assert.That(lines, Has.Some.StartsWith("Members (30, of which ").And.Some.Contains("event 20"));
    }

    [Test]
    public void On_a_narrow_terminal_a_member_is_a_line_with_what_is_wrong()
    {
        var line = WatchScreen.Lines(Status(members: 2), null, [], 60, 24).Single(each => each.StartsWith("edge2", StringComparison.Ordinal));

        Assert.That(line, Does.Match(@"^edge2 .*silent, 12\.0 s ago +no answer after"));
    }

    [Test]
    public void Who_does_not_answer_is_said_above_what_was_heard()
    {
        var lines = WatchScreen.Lines(null, "10.0.0.1: no answer", Events(1), 80, 24);

        Assert.That((lines[0], lines[^1]), Is.EqualTo(("10.0.0.1: no answer", "12:00:00.000  edge1   event 1")));
    }

    private static DomainStatus Status(int members) =>
        new(
            "lab",
            "edge1",
            "10.0.0.1:161",
            3,
            "3.7",
            IsSettled: true,
            100,
            [.. Enumerable.Range(1, members).Select(n => Member(n, isSilent: n == 2))],
            [new DomainRuleSetRow(2, "domain-flows", 1, 0, [], 0, 1)],
            new DomainCollection("parallel", "master", 10, 7, 0, 12, 5, 0, 26, "", 0, 50)
        );

    private static MemberStatus Member(int number, bool isSilent) =>
        new(
            number,
            $"edge{number}",
            $"10.0.0.{number}:161",
            $"80001F8805{number:X4}",
            "member",
            "3.7",
            100,
            1,
            isSilent ? "silent" : "alive",
            isSilent ? 1_200u : 10u,
            [],
            null,
            isSilent ? $"10.0.0.{number}:161: no answer after 2 requests" : null
        );

    private static List<DomainEvent> Events(int count) =>
        [.. Enumerable.Range(1, count).Select(n => new DomainEvent("12:00:00.000", "edge1", $"event {n}", ""))];
}
