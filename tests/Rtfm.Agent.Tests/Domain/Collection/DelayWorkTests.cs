using Rtfm.Agent.Domain.Collection.Delay;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Work as octets, and how much of it a member takes.</summary>
[TestFixture]
public sealed class DelayWorkTests
{
    [Test]
    public void Every_prefix_of_a_part_is_read_or_refused()
    {
        var part = new WorkPart.Writer();
        part.Begin(new(1, long.MinValue, 2));
        part.Read(new(3, 4, 5, -6, -7, [(7, 8)]));
        part.Assign(new(9, 10, true, long.MinValue, [new(new(11, 12, 13, 14), Rtfm.Control.Delay.EdgeRole.Exit, true)]));
        part.Activate(15);
        part.Remove(16);
        part.Flush();
        var octets = part.Parts.Single();
        var whole = new RecordedWork();
        Assert.That(WorkPart.TryRead(octets, whole), Is.True);
        Assert.That((whole.Assigned, whole.Activated), Is.EqualTo((1, 1)));
        Assert.That(
            Enumerable.Range(0, octets.Length).Count(length => WorkPart.TryRead(octets.AsSpan(0, length), null)),
            Is.EqualTo(5),
            "between items"
        );
    }

    [Test]
    public void Work_beyond_the_most_is_refused_and_counted()
    {
        var list = new DelayWorkList();
        for (var i = 1u; i <= DelayWorkList.MostFlows + 3; i++)
            ((IWorkReader)list).Assign(new(i, 1, false, 0, []));
        Assert.That((list.Flows, list.Refused), Is.EqualTo((DelayWorkList.MostFlows, 3)));
    }
}

/// <summary>Counts what it is told.</summary>
internal sealed class RecordedWork : IWorkReader
{
    public int Assigned { get; private set; }
    public int Activated { get; private set; }

    public void Begin(WorkRound round) { }

    public void Read(ReadMember member) { }

    public void Assign(AssignedFlow flow) => Assigned++;

    public void Activate(uint number) => Activated++;

    public void Remove(uint number) { }
}
