namespace Rtfm.Model.Tests;

[TestFixture]
public sealed class FlowAttributesTests
{
    [Test]
    public void MIB_16_attributes_1_to_41_can_be_read_in_packages()
    {
        for (var number = 1u; number <= 41; number++)
            Assert.That(FlowAttributes.IsPackageSelector(number), $"{number}");
        foreach (var number in new uint[] { 0, 42, 49, 50, 55, 56, 64, 76, 117, 119, 255, 1_023, 70_000 })
            Assert.That(FlowAttributes.IsPackageSelector(number), Is.False, $"{number}");
    }

    [Test]
    public void MIB_17_rules_may_select_what_RuleAttributeNumber_lists()
    {
        int[] listed = [0, 4, 5, 6, 8, 9, 11, 12, 14, 15, 16, 18, 19, 21, 22, .. Enumerable.Range(33, 9), .. Enumerable.Range(50, 6)];
        Assert.That(Enumerable.Range(-1, 65).Where(FlowAttributes.IsRuleSelector), Is.EqualTo(listed));
    }

    [Test]
    public void RFC_2724_attributes_65_to_75_and_the_private_ones_can_be_read_in_packages()
    {
        foreach (var number in Enumerable.Range(65, 11).Append(118).Concat(Enumerable.Range(1_025, 15)).Concat([1_050, 1_051, 1_060, 1_067]))
            Assert.That(FlowAttributes.IsPackageSelector((uint)number), $"{number}");
    }

    [Test]
    public void Only_numbers_of_one_octet_fit_a_standard_package()
    {
        Assert.That(FlowAttributes.FitsStandardPackage(FlowAttribute.DSCodePoint));
        Assert.That(FlowAttributes.FitsStandardPackage(FlowAttribute.VlanId), Is.False);
    }

    [Test]
    public void PME_02_reversing_twice_is_where_one_began()
    {
        foreach (var attribute in FlowAttributes.All)
            Assert.That(FlowAttributes.Get(attribute.Reverse).Reverse, Is.EqualTo(attribute.Number), attribute.Name);
        Assert.That(FlowAttributes.Get(FlowAttribute.SourceKind).Reverse, Is.EqualTo(FlowAttribute.DestKind));
        Assert.That(FlowAttributes.Get(FlowAttribute.FlowKind).Reverse, Is.EqualTo(FlowAttribute.FlowKind));
    }

    [TestCase("sourcePeerAddress", FlowAttribute.SourcePeerAddress)]
    [TestCase("DESTTRANSADDRESS", FlowAttribute.DestTransAddress)]
    [TestCase("27", FlowAttribute.ToOctets)]
    public void A_name_in_any_case_or_a_number_finds_an_attribute(string text, FlowAttribute expected) =>
        Assert.That(FlowAttributes.Find(text)!.Number, Is.EqualTo(expected));
}
