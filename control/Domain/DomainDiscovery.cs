using System.Collections.Concurrent;
using Rtfm.Model;
using Rtfm.Snmp.Client;

namespace Rtfm.Control.Domain;

/// <summary>Finds meters from seeds and address ranges, and through every member's list of members whoever else is in its domain.</summary>
/// <param name="connect">Makes a meter of a HOST:PORT.</param>
public sealed class DomainDiscovery(Func<string, CancellationToken, Task<Meter>> connect)
{
    /// <summary>How many agents are asked at the same time.</summary>
    public const int MostInFlight = 64;

    /// <summary>A list of members may be a lie, and name others that name others.</summary>
    private const int MostAgents = 100_000;

    /// <summary>Addresses of a range where nobody answers are many: they are asked once more, no oftener.</summary>
    private const int RangeRetries = 1;

    private readonly ConcurrentDictionary<string, bool> _addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, DiscoveredAgent> _found = new(StringComparer.Ordinal);
    private int _asked;

    /// <summary>Addresses of ranges where nobody answered.</summary>
    public int Silent { get; private set; }

    /// <param name="progress">Told how many agents were asked.</param>
    /// <returns>By domain and name. Each agent is there once, however many addresses it has.</returns>
    public async Task<IReadOnlyList<DiscoveredAgent>> RunAsync(
        IEnumerable<string> seeds,
        IEnumerable<AddressRange> ranges,
        Action<int> progress,
        CancellationToken cancellationToken
    )
    {
        var wave = seeds
            .Select(each => new Lead(each, "seed", IsRange: false))
            .Concat(ranges.SelectMany(range => range.Addresses()).Select(each => new Lead(each, "range", IsRange: true)))
            .Where(IsNew)
            .ToList();
        // Each wave is whom the one before named.
        while (wave.Count > 0 && _addresses.Count < MostAgents)
        {
            var next = new ConcurrentBag<Lead>();
            await Parallel
                .ForEachAsync(
                    wave,
                    new ParallelOptions { MaxDegreeOfParallelism = MostInFlight, CancellationToken = cancellationToken },
                    async (lead, token) =>
                    {
                        foreach (var named in await AskAsync(lead, token).ConfigureAwait(false))
                            next.Add(named);
                        progress(Interlocked.Increment(ref _asked));
                    }
                )
                .ConfigureAwait(false);
            wave = [.. next.Where(IsNew)];
        }
        return [.. _found.Values.OrderBy(each => each.Self?.Domain ?? "~").ThenBy(each => each.Name).ThenBy(each => each.Address)];
    }

    private bool IsNew(Lead lead) => _addresses.TryAdd(lead.Address, true);

    private async Task<IReadOnlyList<Lead>> AskAsync(Lead lead, CancellationToken cancellationToken)
    {
        try
        {
            var meter = await connect(lead.Address, cancellationToken).ConfigureAwait(false);
            if (lead.IsRange)
                meter = new Meter(meter.Client, meter.Target with { Retries = Math.Min(meter.Target.Retries, RangeRetries) });
            var agent = new DomainAgent(meter);
            var self = await agent.SelfAsync(cancellationToken).ConfigureAwait(false);
            if (self is not { IsInDomain: true })
            {
                await KeepOutsiderAsync(lead, meter, self, cancellationToken).ConfigureAwait(false);
                return [];
            }
            if (!_found.TryAdd(self.Id, new(lead.Address, self.SystemName, "member", lead.FoundBy, self, null)))
                return [];
            var members = await agent.MembersAsync(cancellationToken).ConfigureAwait(false);
            return [.. members.Where(each => !_found.ContainsKey(each.Id)).Select(each => new Lead(each.Address, lead.Address, IsRange: false))];
        }
        catch (Exception fault) when (lead.IsRange && fault is SnmpTimeoutException or SnmpTransportException)
        {
            lock (_addresses)
                Silent++;
            return [];
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            _found.TryAdd(lead.Address, new(lead.Address, "", "", lead.FoundBy, null, fault.Message));
            return [];
        }
    }

    /// <summary>Not in a domain: a meter, or something else that speaks SNMP.</summary>
    private async Task KeepOutsiderAsync(Lead lead, Meter meter, DomainSelf? self, CancellationToken cancellationToken)
    {
        var answer = await meter
            .Client.GetAsync(
                meter.Target,
                [new(1, 3, 6, 1, 2, 1, 1, 5, 0), new(FlowMeterMib.MaxFlows), new(1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0)],
                cancellationToken
            )
            .ConfigureAwait(false);
        var kind = answer[1].Value.IsException ? "agent" : "meter";
        var id = answer[2].Value.Octets.Length > 0 ? Convert.ToHexString(answer[2].Value.Octets) : lead.Address;
        _found.TryAdd(id, new(lead.Address, Meter.Text(answer[0].Value), kind, lead.FoundBy, self, null));
    }

    private readonly record struct Lead(string Address, string FoundBy, bool IsRange);
}
