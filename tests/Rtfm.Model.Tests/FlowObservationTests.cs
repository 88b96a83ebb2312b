namespace Rtfm.Model.Tests;

[TestFixture]
public sealed class FlowObservationTests
{
    private static readonly FlowObservation Small = new()
    {
        Member = 3,
        Boots = 2,
        FlowIndex = 1_234,
        FirstTime = 500,
        LastActive = 900,
        SourceInterface = 2,
        ToOctets = 1_500,
        ToPdus = 1,
    };

    private static readonly FlowObservation Largest = new()
    {
        Member = ushort.MaxValue,
        Boots = int.MaxValue,
        FlowIndex = uint.MaxValue,
        FirstTime = uint.MaxValue,
        LastActive = 7,
        SourceInterface = ushort.MaxValue,
        DestInterface = ushort.MaxValue,
        ToOctets = ulong.MaxValue,
        ToPdus = ulong.MaxValue,
        FromOctets = ulong.MaxValue,
        FromPdus = ulong.MaxValue,
    };

    [Test]
    public void What_is_written_is_read_again()
    {
        Assert.That(FlowObservation.TryReadAll(Write(Small, Largest, default, Largest.Reverse()), out var read));
        Assert.That(read, Is.EqualTo((FlowObservation[])[Small, Largest, default, Largest.Reverse()]));
    }

    [Test]
    public void A_usual_observation_takes_some_twenty_octets() => Assert.That(Write(Small), Has.Length.InRange(10, 25));

    [Test]
    public void No_octets_are_no_observations()
    {
        Assert.That(FlowObservation.TryReadAll([], out var read));
        Assert.That(read, Is.Empty);
    }

    [Test]
    public void Cut_short_anywhere_it_is_refused()
    {
        var written = Write(Largest);
        for (var length = 2; length < written.Length; length++)
            Assert.That(FlowObservation.TryReadAll(written.AsSpan(0, length), out _), Is.False, $"{length}");
    }

    [TestCase("02")]
    [TestCase("0180")]
    [TestCase("01FFFF0F00000000000000000000", Description = "a member beyond 65,535")]
    [TestCase("0101FFFFFFFF1F000000000000000000", Description = "boots beyond 32 bits")]
    [TestCase("01010101010101018080808080808080808002000000", Description = "more than 64 bits")]
    public void Octets_of_another_encoding_are_refused(string hex) =>
        Assert.That(FlowObservation.TryReadAll(Convert.FromHexString(hex), out _), Is.False);

    [Test]
    public void Any_octets_at_all_do_no_harm()
    {
        var random = new Random(2026);
        var octets = new byte[60];
        for (var i = 0; i < 100_000; i++)
        {
            random.NextBytes(octets);
            octets[0] = 1;
            FlowObservation.TryReadAll(octets.AsSpan(0, random.Next(octets.Length)), out _);
        }
    }

    [Test]
    public void Seen_from_the_other_end_an_entry_is_an_exit()
    {
        Assert.That(Small.IsEntry);
        Assert.That(Small.Reverse().IsExit);
        Assert.That(Small.Reverse().FromOctets, Is.EqualTo(Small.ToOctets));
    }

    private static byte[] Write(params FlowObservation[] observations)
    {
        var octets = new byte[1 + observations.Length * FlowObservation.LongestOctets];
        var length = FlowObservation.Begin(octets);
        foreach (var each in observations)
            length += each.Write(octets.AsSpan(length));
        return octets[..length];
    }
}
