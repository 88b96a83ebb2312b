using Rtfm.Model;
using Rtfm.Srl.Language;

namespace Rtfm.Srl.Tests;

[TestFixture]
public sealed class NamesTests
{
    [Test]
    public void Peer_types_have_the_names_and_numbers_of_the_model() =>
        Assert.That(
            Enum.GetNames<PeerType>().Select(name => Names.Find(FlowAttribute.SourcePeerType, name)),
            Is.EqualTo(Enum.GetValues<PeerType>().Select(type => (uint)type))
        );

    [Test]
    public void Adjacent_types_have_the_names_and_numbers_of_the_model() =>
        Assert.That(
            Enum.GetNames<AdjacentType>().Select(name => Names.Find(FlowAttribute.DestAdjacentType, name)),
            Is.EqualTo(Enum.GetValues<AdjacentType>().Select(type => (uint)type))
        );

    [TestCase(FlowAttribute.SourceTransType, "UDP", 17u)]
    [TestCase(FlowAttribute.DestTransAddress, "https", 443u)]
    [TestCase(FlowAttribute.DSCodePoint, "EF", 46u)]
    [TestCase(FlowAttribute.MatchingStoD, "true", 1u)]
    public void Names_are_found_in_any_case(FlowAttribute attribute, string name, uint number) =>
        Assert.That(Names.Find(attribute, name), Is.EqualTo(number));

    [TestCase(FlowAttribute.SourceTransType, "6")]
    [TestCase(FlowAttribute.SourceTransType, "")]
    [TestCase(FlowAttribute.SourcePeerAddress, "tcp")]
    public void What_is_no_name_is_not(FlowAttribute attribute, string name) => Assert.That(Names.Find(attribute, name), Is.Null);
}
