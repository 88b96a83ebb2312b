using Rtfm.Control.Domain;

namespace Rtfm.Manager.Tests.Domain;

public sealed class AddressRangeTests
{
    [TestCase("10.0.0.0/30", 2, "10.0.0.1:161", "10.0.0.2:161")]
    [TestCase("10.0.0.0/31:1161", 2, "10.0.0.0:1161", "10.0.0.1:1161")]
    [TestCase("10.0.0.7/32", 1, "10.0.0.7:161", "10.0.0.7:161")]
    [TestCase("10.1.0.0/16:1161", 65_534, "10.1.0.1:1161", "10.1.255.254:1161")]
    [TestCase("[2001:db8::/127]:1161", 2, "[2001:db8::]:1161", "[2001:db8::1]:1161")]
    [TestCase("2001:db8::100/120", 256, "[2001:db8::100]:161", "[2001:db8::1ff]:161")]
    public void A_range_has_the_addresses_of_hosts(string text, int count, string first, string last)
    {
        var addresses = AddressRange.Parse(text).Addresses().ToList();

        Assert.That(addresses, Has.Count.EqualTo(count));
        Assert.That((addresses[0], addresses[^1]), Is.EqualTo((first, last)));
    }

    [TestCase("10.0.0.0", "is no range")]
    [TestCase("10.0.0.0/8", "more than 65536 addresses")]
    [TestCase("2001:db8::/64", "more than 65536 addresses")]
    [TestCase("10.0.0.0/24:0", "has no port")]
    public void What_is_no_range_is_complained_about(string text, string complaint)
    {
        Assert.That(() => AddressRange.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(complaint));
    }
}
