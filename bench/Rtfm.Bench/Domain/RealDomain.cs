using System.Diagnostics;
using System.Net;
using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Bench.Domain;

/// <summary>Real agents on loopback: how long until there is another master after one was killed, and until a rule set runs everywhere.</summary>
internal sealed class RealDomain(string agent, string folder, int members, int kills, int rulesets) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<DomainProcess> _members = [];
    private readonly SnmpClient _client = new();
    private SnmpCredentials _credentials = null!;

    /// <returns>False where it did not come to be.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        await FormAsync(stop).ConfigureAwait(false);
        var elections = new List<double>();
        var known = new List<double>();
        for (var i = 0; i < kills; i++)
        {
            var (elected, everywhere) = await KillAsync(stop).ConfigureAwait(false);
            elections.Add(elected);
            known.Add(everywhere);
            Console.Error.WriteLine($"kill {i + 1} of {kills}: a master after {elected:F2} s, known to all after {everywhere:F2} s");
        }
        Print($"another master after the master's death, over {kills} kills", elections);
        Print("known to all members", known);
        var applied = new List<double>();
        for (var i = 0; i < rulesets; i++)
        {
            applied.Add(await ApplyAsync((uint)i + 1, stop).ConfigureAwait(false));
            Console.Error.WriteLine($"rule set {i + 1} of {rulesets}: everywhere after {applied[^1]:F2} s");
        }
        // The first one finds code that no member has run yet: tens of runtimes compile it on the cores of one machine.
        Print("a first rule set ordered at the master until it runs everywhere", applied[..1]);
        Print($"another one, {rulesets - 1} times", applied[1..]);
        return true;
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
        _client.DisposeAsync().AsTask().Wait();
    }

    private static void Print(string what, List<double> seconds)
    {
        if (seconds.Count == 0)
            return;
        seconds.Sort();
        Console.WriteLine($"{what}: median {seconds[seconds.Count / 2]:F2} s, worst {seconds[^1]:F2} s");
    }

    private async Task FormAsync(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var file = Path.Combine(folder, "domain.conf");
        for (var i = 0; i < members; i++)
            _members.Add(new DomainProcess(agent, folder, file, i));
        _members[0].Prepare();
        _credentials = CredentialsFile.Read(file);
        Parallel.ForEach(_members.Skip(1), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stop }, each => each.Prepare());
        _members[0].Start(null);
        _members[0].AwaitListening();
        foreach (var member in _members.Skip(1))
        {
            member.Start(_members[0].Address);
            member.AwaitListening();
        }
        await UntilAsync(async () => await MemberCountAsync(_members[0], stop).ConfigureAwait(false) == members, stop).ConfigureAwait(false);
        Console.WriteLine($"{members} agents started and joined in {clock.Elapsed.TotalSeconds:F0} s");
    }

    private async Task<(double Elected, double Known)> KillAsync(CancellationToken stop)
    {
        var master = await MasterAsync(stop).ConfigureAwait(false);
        await Task.Delay(1_500, stop).ConfigureAwait(false); // all have heard of it
        master.Kill();
        var clock = Stopwatch.StartNew();
        DomainProcess next = null!;
        await UntilAsync(
                async () =>
                {
                    var now = await AskAllAsync(2, stop).ConfigureAwait(false);
                    if (now.FirstOrDefault(each => each.Value.Signed == 5) is { Member: { } found })
                        next = found;
                    return next is not null;
                },
                stop
            )
            .ConfigureAwait(false);
        var elected = clock.Elapsed.TotalSeconds;
        await UntilAsync(
                async () =>
                {
                    var now = await AskAllAsync(5, stop).ConfigureAwait(false);
                    return now.Count == members - 1 && now.All(each => each.Value.Text == next.Address);
                },
                stop
            )
            .ConfigureAwait(false);
        var known = clock.Elapsed.TotalSeconds;
        master.Start(next.Address);
        master.AwaitListening();
        await UntilAsync(async () => (await RoleAsync(master, stop).ConfigureAwait(false)) == 3, stop).ConfigureAwait(false);
        return (elected, known);
    }

    private async Task<double> ApplyAsync(uint version, CancellationToken stop)
    {
        var master = await MasterAsync(stop).ConfigureAwait(false);
        const string Name = "five-tuple";
        var patient = TargetOf(master) with { Timeout = TimeSpan.FromSeconds(1), Retries = 3 };
        var meter = new Meter(_client, patient);
        var rules = RuleSet.BuiltIn with { Name = DomainMib.NameOf(Name, version) };
        var request = new InstallationRequest(rules, DomainMib.OwnerOf("bench"));
        var installed = await new RuleSetInstallation(meter).InstallAsync(request, _ => { }, stop).ConfigureAwait(false);
        var clock = Stopwatch.StartNew();
        await meter
            .SetAsync(
                stop,
                new(Scalar(DomainMib.Order, 1), SnmpValue.OctetString(Name)),
                new(Scalar(DomainMib.Order, 2), SnmpValue.Unsigned32(version)),
                new(Scalar(DomainMib.Order, 3), SnmpValue.Integer(installed.RuleSet)),
                new(Scalar(DomainMib.Order, 4), SnmpValue.Integer(2))
            )
            .ConfigureAwait(false);
        await UntilAsync(
                async () =>
                {
                    var active = 0;
                    await foreach (
                        var cell in _client.WalkAsync(patient, new([.. DomainMib.DeliveryEntry, 4]), cancellationToken: stop).ConfigureAwait(false)
                    )
                        active += cell.Value.Number == version ? 1 : 0;
                    return active == members;
                },
                stop
            )
            .ConfigureAwait(false);
        return clock.Elapsed.TotalSeconds;
    }

    private async Task<DomainProcess> MasterAsync(CancellationToken stop)
    {
        DomainProcess? master = null;
        await UntilAsync(
                async () =>
                {
                    var roles = await AskAllAsync(2, stop).ConfigureAwait(false);
                    var masters = roles.Where(each => each.Value.Signed == 5).ToList();
                    master = masters.Count == 1 ? masters[0].Member : null;
                    return master is not null;
                },
                stop
            )
            .ConfigureAwait(false);
        return master!;
    }

    /// <summary>One scalar of rtfmDomainSelf of each that answers.</summary>
    private async Task<List<(DomainProcess Member, SnmpValue Value)>> AskAllAsync(uint number, CancellationToken stop)
    {
        var asked = _members
            .Where(each => each.IsRunning)
            .Select(async each =>
            {
                try
                {
                    var answer = await _client.GetAsync(TargetOf(each), [Scalar(DomainMib.Self, number)], stop).ConfigureAwait(false);
                    return (Member: each, answer[0].Value, IsThere: true);
                }
                catch (SnmpException)
                {
                    return (Member: each, Value: SnmpValue.Null, IsThere: false);
                }
            });
        return [.. (await Task.WhenAll(asked).ConfigureAwait(false)).Where(each => each.IsThere).Select(each => (each.Member, each.Value))];
    }

    private async Task<long> RoleAsync(DomainProcess member, CancellationToken stop)
    {
        try
        {
            var answer = await _client.GetAsync(TargetOf(member), [Scalar(DomainMib.Self, 2)], stop).ConfigureAwait(false);
            return answer[0].Value.Signed;
        }
        catch (SnmpException)
        {
            return 0;
        }
    }

    private async Task<int> MemberCountAsync(DomainProcess member, CancellationToken stop)
    {
        var count = 0;
        await foreach (
            var _ in _client.WalkAsync(TargetOf(member), new([.. DomainMib.MemberEntry, 4]), cancellationToken: stop).ConfigureAwait(false)
        )
            count++;
        return count;
    }

    private SnmpTarget TargetOf(DomainProcess member) =>
        new(new IPEndPoint(IPAddress.Loopback, member.Port), _credentials) { Timeout = TimeSpan.FromMilliseconds(500), Retries = 0 };

    private static ObjectIdentifier Scalar(ReadOnlySpan<uint> group, uint number) => new([.. group, number, 0]);

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition().ConfigureAwait(false))
        {
            if (clock.Elapsed > Patience)
                throw new IOException($"it did not come to be within {Patience.TotalMinutes} minutes");
            await Task.Delay(20, stop).ConfigureAwait(false);
        }
    }
}
