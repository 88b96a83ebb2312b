using System.Net;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Security.Access;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests;

/// <summary>Views and who gets which (RFC 3415), and what one source may ask for.</summary>
public sealed class AccessTests
{
    [TestCase("1.3.6.1.2.1.1.1.0", true)]
    [TestCase("1.3.6.1.4.1.1", false)]
    [TestCase("1.3.6.1.2.1.2.2.1.3.7", false)]
    [TestCase("1.3.6.1.2.1.2.2.1.10.7", true)]
    [TestCase("1.3.6.1.2.1.2.2.1.10.8", false)]
    public void A_name_is_in_the_view_that_its_longest_family_says(string name, bool expected)
    {
        // All of mib-2 but the interfaces, of which the row of interface 7 alone is in, column 3 apart.
        var view = new View([
            Family("1.3.6.1.2.1", true),
            Family("1.3.6.1.2.1.2", false),
            Family("1.3.6.1.2.1.2.2.1.0.7", true, 0xFF, 0xA0),
            Family("1.3.6.1.2.1.2.2.1.3.7", false),
        ]);
        Assert.That(view.Includes(ObjectIdentifier.Parse(name).Span), Is.EqualTo(expected));
    }

    [Test]
    public void Passing_over_what_is_hidden_misses_nothing_and_takes_few_steps()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var names = Enumerable.Range(0, 300).Select(_ => RandomName(random, random.Next(2, 6))).Distinct().Order().ToList();
            var view = new View(
                Enumerable
                    .Range(0, random.Next(1, 5))
                    .Select(_ => new ViewFamily
                    {
                        View = "v",
                        Subtree = RandomName(random, random.Next(1, 4)),
                        IsIncluded = random.Next(2) == 0,
                        Mask = random.Next(3) == 0 ? [(byte)random.Next(256)] : [],
                    })
                    .DistinctBy(family => family.Subtree)
            );
            var seen = new List<ObjectIdentifier>();
            OidBuffer at = default;
            while (names.Find(name => name.Span.SequenceCompareTo(at.Span) > 0) is { Length: > 0 } next)
            {
                at.TrySet(next.Span);
                if (view.Includes(next.Span))
                    seen.Add(next);
                else
                    view.PassOver(ref at);
            }
            Assert.That(seen, Is.EqualTo(names.Where(name => view.Includes(name.Span))));
        }
    }

    [Test]
    public void Who_has_keys_for_encryption_gets_a_view_only_with_it()
    {
        var access = new AccessControl(
            new SnmpConfiguration().WithStandardAccess() with
            {
                Groups = IndexedRows<GroupMember>.Empty.With(
                    new GroupMember
                    {
                        Model = SecurityModel.Usm,
                        SecurityName = "noc",
                        Group = "read-authPriv",
                    }
                ),
            }
        );
        Assert.That(access.Find(SecurityModel.Usm, "noc", SecurityLevel.AuthPriv, "", ViewType.Read), Is.Not.Null);
        Assert.That(access.Find(SecurityModel.Usm, "noc", SecurityLevel.AuthNoPriv, "", ViewType.Read), Is.Null);
        Assert.That(access.Find(SecurityModel.Usm, "noc", SecurityLevel.AuthPriv, "", ViewType.Write), Is.Null);
        Assert.That(access.Find(SecurityModel.V2c, "noc", SecurityLevel.AuthPriv, "", ViewType.Read), Is.Null);
        Assert.That(access.Find(SecurityModel.Usm, "noc", SecurityLevel.AuthPriv, "elsewhere", ViewType.Read), Is.Null);
    }

    [Test]
    public void The_own_model_the_longer_context_and_the_higher_level_decide()
    {
        var entries = new[]
        {
            Access(SecurityModel.Any, "", isPrefix: true, SecurityLevel.NoAuthNoPriv, "any"),
            Access(SecurityModel.Usm, "", isPrefix: true, SecurityLevel.NoAuthNoPriv, "usm"),
            Access(SecurityModel.Usm, "ed", isPrefix: true, SecurityLevel.NoAuthNoPriv, "prefix"),
            Access(SecurityModel.Usm, "edge", isPrefix: false, SecurityLevel.NoAuthNoPriv, "exact"),
            Access(SecurityModel.Usm, "edge", isPrefix: false, SecurityLevel.AuthNoPriv, "higher"),
        };
        var views = entries.Select((entry, i) => new ViewFamily { View = entry.ReadView, Subtree = new(1, (uint)i) });
        var access = new AccessControl(
            new SnmpConfiguration
            {
                Access = IndexedRows<AccessEntry>.Empty.With(entries),
                Views = IndexedRows<ViewFamily>.Empty.With(views),
                Groups = IndexedRows<GroupMember>.Empty.With(
                    new GroupMember
                    {
                        Model = SecurityModel.Usm,
                        SecurityName = "noc",
                        Group = "g",
                    }
                ),
            }
        );
        Assert.That(View("edge", SecurityLevel.AuthPriv), Is.EqualTo(4));
        Assert.That(View("edge", SecurityLevel.NoAuthNoPriv), Is.EqualTo(3));
        Assert.That(View("edges", SecurityLevel.AuthPriv), Is.EqualTo(2));
        Assert.That(View("", SecurityLevel.AuthPriv), Is.EqualTo(1));

        int View(string context, SecurityLevel level)
        {
            var view = access.Find(SecurityModel.Usm, "noc", level, context, ViewType.Read)!;
            return Enumerable.Range(0, entries.Length).Single(i => view.Includes([1, (uint)i, 1]));
        }
    }

    [Test]
    public void A_source_beyond_its_rate_waits_and_others_do_not()
    {
        var clock = new FakeClock();
        var limiter = new RateLimiter(10, clock);
        var (one, other) = (Address("192.0.2.1"), Address("192.0.2.2"));
        Assert.That(Enumerable.Range(0, 30).Count(_ => limiter.Allows(new Requester(one))), Is.EqualTo(10));
        Assert.That(limiter.Allows(new Requester(other)));
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.That(Enumerable.Range(0, 30).Count(_ => limiter.Allows(new Requester(one))), Is.EqualTo(5));
    }

    [TestCase("127.0.0.1", true)]
    [TestCase("::1", true)]
    [TestCase("192.0.2.1", false)]
    [TestCase("2001:db8::1", false)]
    public void This_machine_is_known_from_others(string address, bool expected) =>
        Assert.That(new Requester(Address(address)).IsLoopback, Is.EqualTo(expected));

    [TestCase("C0000201 00A1", "", true)]
    [TestCase("C0000202 00A1", "", false)]
    [TestCase("C0000200 0000", "FFFFFF00 0000", true)]
    [TestCase("C0000300 0000", "FFFFFF00 0000", false)]
    public void A_target_means_the_addresses_that_its_mask_says(string target, string mask, bool expected) =>
        Assert.That(new Requester(Address("192.0.2.1")).Matches(Hex.Bytes(target), Hex.Bytes(mask)), Is.EqualTo(expected));

    private static byte[] Address(string address)
    {
        var serialized = new IPEndPoint(IPAddress.Parse(address), 161).Serialize();
        return serialized.Buffer.Span[..serialized.Size].ToArray();
    }

    private static AccessEntry Access(SecurityModel model, string context, bool isPrefix, SecurityLevel level, string view) =>
        new()
        {
            Group = "g",
            Model = model,
            ContextPrefix = context,
            IsPrefix = isPrefix,
            Level = level,
            ReadView = view,
        };

    private static ViewFamily Family(string subtree, bool isIncluded, params byte[] mask) =>
        new()
        {
            View = "v",
            Subtree = ObjectIdentifier.Parse(subtree),
            IsIncluded = isIncluded,
            Mask = mask,
        };

    private static ObjectIdentifier RandomName(Random random, int length)
    {
        var arcs = new uint[length];
        for (var i = 0; i < length; i++)
            arcs[i] = (uint)random.Next(4);
        return new(arcs);
    }
}
