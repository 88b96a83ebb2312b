using System.ComponentModel;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Mib.Host;

/// <summary>The machine's network interfaces, looked at once a second at most: all who ask within that time see the same.</summary>
/// <param name="uptime">The agent's, in hundredths of a second.</param>
internal sealed class Links(TimeProvider clock, Func<uint> uptime)
{
    /// <summary>The age at which the interfaces are looked at anew.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>A speed can change without the carrier: so long it is believed.</summary>
    private static readonly TimeSpan SpeedFreshness = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private RowSnapshot<Link>? _links;
    private long _lookedAt;
    private long _speedsReadAt;

    /// <summary>Told, on the thread that looks, of an interface that came (no before), went (no after), or has another operational status.</summary>
    public event Action<Link?, Link?>? Changed;

    /// <summary>Whether anybody sends linkUp and linkDown: ifLinkUpDownTrapEnable.</summary>
    public bool AreChangesNotified => Changed is not null;

    /// <summary>Uptime when an interface came or went last: ifTableLastChange; 0: not since the agent started.</summary>
    public uint TableChangedAt { get; private set; }

    /// <summary>The agent's, in hundredths of a second.</summary>
    public uint Uptime => uptime();

    /// <summary>By ifIndex.</summary>
    public RowSnapshot<Link> Current
    {
        get
        {
            lock (_gate)
            {
                if (_links is null || clock.GetElapsedTime(_lookedAt) >= Freshness)
                    Look();
                return _links!;
            }
        }
    }

    private void Look()
    {
        var found = new List<Link>();
        try
        {
            Netlink.List(
                Netlink.GetLink,
                Link.HeaderLength,
                found.Clear,
                message =>
                {
                    if (Link.Read(message) is { } link)
                        found.Add(link);
                }
            );
        }
        catch (Win32Exception) when (_links is not null)
        {
            return; // what was known last is better than an error; the next one who asks tries again
        }
        var readsSpeeds = _links is null || clock.GetElapsedTime(_speedsReadAt) >= SpeedFreshness;
        var rows = new List<(uint[], Link)>();
        foreach (var link in found)
            rows.Add(([(uint)link.Index], Complete(link, readsSpeeds)));
        var before = _links;
        _links = new(rows);
        _lookedAt = clock.GetTimestamp();
        if (readsSpeeds)
            _speedsReadAt = _lookedAt;
        if (before is not null)
            Compare(before, _links);
    }

    /// <summary>Adds what the kernel does not tell with it, and what is known from the look before.</summary>
    private Link Complete(Link link, bool readsSpeed)
    {
        if (Find(_links, (uint)link.Index) is not { } before || before.Name != link.Name)
        {
            return link with
            {
                Type = LinkTraits.TypeOf(link),
                HasDevice = LinkTraits.HasDevice(link.Name),
                SpeedMegabits = LinkTraits.SpeedOf(link.Name),
                Since = _links is null ? 0 : uptime(),
                LastChange = _links is null ? 0 : uptime(),
            };
        }
        readsSpeed |= link.CarrierChanges != before.CarrierChanges || link.Status != before.Status;
        return link with
        {
            Type = before.Type,
            HasDevice = before.HasDevice,
            SpeedMegabits = readsSpeed ? LinkTraits.SpeedOf(link.Name) : before.SpeedMegabits,
            Since = before.Since,
            LastChange = link.Status == before.Status ? before.LastChange : uptime(),
        };
    }

    private void Compare(RowSnapshot<Link> before, RowSnapshot<Link> after)
    {
        foreach (var link in before.Rows)
        {
            var next = Find(after, (uint)link.Index);
            if (next is null)
                TableChangedAt = uptime();
            if (next?.Status != link.Status)
                Changed?.Invoke(link, next);
        }
        foreach (var link in after.Rows)
        {
            if (Find(before, (uint)link.Index) is not null)
                continue;
            TableChangedAt = uptime();
            Changed?.Invoke(null, link);
        }
    }

    private static Link? Find(RowSnapshot<Link>? links, uint index) => links?.Find([index]) is >= 0 and var at ? links[at] : null;
}
