using System.Net;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>Flows that the master sends to a reader after a collection.</summary>
[TestFixture]
public sealed class FlowPushTests
{
    [Test]
    public async Task What_changed_is_sent_once_and_counts_as_read_when_the_reader_has_stored_all()
    {
        await using var domain = new DomainHarness(2);
        await using var reader = Reader();
        const int Flows = 1_000;
        for (var flow = 0; flow < Flows; flow++)
            domain.ComeIn(2, 5, $"10.0.{flow / 250}.{flow % 250}:1000>10.1.0.1:80 udp 100");
        Assert.That(await PushAsync(domain, reader, confirmsLast: true), Is.EqualTo((Flows, true)), "in several parts");
        Assert.That(domain.Master.Collection.Figures, Has.Property("Pushed").EqualTo(1u).And.Property("PushFailures").EqualTo(0u));
        domain.Pass(10);
        Assert.That((await PushAsync(domain, reader, confirmsLast: true)).IsSeveral, Is.True, "what changed when the first one began comes again");
        domain.Pass(10);
        Assert.That(await PushAsync(domain, reader, confirmsLast: true), Is.EqualTo((0, false)), "nothing is new");
        Assert.That(domain[2].Meter.Current.Readers.Single().Value.Owner, Is.EqualTo("domain:net"), "members keep flows for the reader");
    }

    [Test]
    public async Task What_was_not_confirmed_is_sent_again()
    {
        await using var domain = new DomainHarness(2);
        await using var reader = Reader();
        domain.ComeIn(2, 5, "10.0.0.1:1000>10.1.0.1:80 udp 100");
        Assert.That((await PushAsync(domain, reader, confirmsLast: false)).Records, Is.EqualTo(1));
        Assert.That(domain.Master.Collection.Figures.PushFailures, Is.EqualTo(1));
        domain.Pass(10);
        Assert.That((await PushAsync(domain, reader, confirmsLast: true)).Records, Is.EqualTo(1));
        Assert.That(domain.Master.Collection.Figures.Pushed, Is.EqualTo(1));
    }

    private static NotificationReceiver Reader() =>
        new(
            new NotificationReceiverOptions
            {
                Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
                Credentials = [new UserCredentials(DomainAgent.User)],
                Identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
                ConfirmsLater = true,
            }
        );

    /// <summary>One round, with a reader that confirms parts at once, and the last one as told.</summary>
    /// <returns>How many records came, and whether in more than one part, beside the first, which has none.</returns>
    private static async Task<(int Records, bool IsSeveral)> PushAsync(DomainHarness domain, NotificationReceiver reader, bool confirmsLast)
    {
        var (records, parts) = (0, 0);
        var round = domain.CollectAsync(pushTarget: reader.EndPoints[0].ToString());
        await foreach (var part in reader.ReadAllAsync())
        {
            parts++;
            Assert.That((part.ContextName, part.Engine), Is.EqualTo((DomainMib.Context, domain.Master.Identity.Id)));
            Assert.That(part.VarBinds[0].Value.Text, Is.EqualTo("net"));
            records += part.VarBinds.Count(each => each.Name.Span.StartsWith(Oids.ExtendedPackageEntry));
            var isLast = part.VarBinds[1].Value.Number != 0;
            if (!isLast || confirmsLast)
                part.Confirm();
            if (isLast)
                break;
        }
        await round;
        return (records, parts > 2);
    }
}
