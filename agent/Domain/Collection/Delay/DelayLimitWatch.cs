using System.Linq;
using System.Net;
using System.Net.Sockets;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Mib;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>Tells people, by notifications of RTFM-DELAY-MIB, of flows whose delay or loss is above a limit for a time, and of their return below it.</summary>
/// <remarks>Looks after each collection at the records in which something changed. What it knows of a flow goes with the flow's record.</remarks>
internal sealed class DelayLimitWatch(IReadOnlyList<DelayLimit> limits, AggregatedFlows flows, TimeProvider clock, Action<Notification> raise)
{
    /// <summary>Fewer samples say nothing of a part of them.</summary>
    private const ulong EnoughSamples = 20;

    private readonly AggregatedRows _rows = new(flows);
    private readonly Dictionary<Watched, Standing> _standings = [];
    private uint _since;

    /// <summary>A limit of a flow in one direction: flow indexes come again, with another first time.</summary>
    private readonly record struct Watched(int Limit, uint RuleSet, uint Flow, uint FirstTime, bool IsFrom, bool IsLoss);

    private sealed class Standing
    {
        /// <summary>Since when it is on the side of the limit that was not told yet; null: it is not.</summary>
        public long? ChangedAt { get; set; }
        public bool IsAbove { get; set; }
        public ulong Paired { get; set; }
        public ulong Expected { get; set; }
        public ulong Lost { get; set; }
    }

    /// <summary>Looks at what the last round brought.</summary>
    public void Look(IReadOnlyList<CollectedRuleSet> ruleSets)
    {
        if (limits.Count == 0)
            return;
        var (since, now) = (_since, flows.Now);
        var index = new FlowRowIndex();
        foreach (var ruleSet in ruleSets.Where(each => each.SavesSamples))
        {
            for (
                var after = 0u;
                _rows.TryNext([(uint)ruleSet.Number, since, after], out index) && index.RuleSet == ruleSet.Number;
                after = index.Flow
            )
                Look(ruleSet, index.Flow);
        }
        _since = now;
        Forget();
    }

    /// <summary>The table is another: it begins with nothing told.</summary>
    public void Clear()
    {
        _standings.Clear();
        _since = 0;
    }

    private void Look(CollectedRuleSet ruleSet, uint flow)
    {
        var (to, from) = flows.DelaysOf(ruleSet.Number, flow);
        var firstTime = (uint)_rows.Number(FlowAttribute.FirstTime);
        for (var i = 0; i < limits.Count; i++)
        {
            var limit = limits[i];
            if (limit.RuleSet.Length > 0 && limit.RuleSet != ruleSet.Name)
                continue;
            var watched = new Watched(i, (uint)ruleSet.Number, flow, firstTime, IsFrom: false, IsLoss: false);
            Look(limit, ruleSet, watched, to);
            Look(limit, ruleSet, watched with { IsFrom = true }, from);
        }
    }

    private void Look(DelayLimit limit, CollectedRuleSet ruleSet, in Watched watched, in DelayStatistics now)
    {
        if (limit.DelayNs is { } delay && now.Paired > 0 && StandingOf(watched) is var timed && now.Paired != timed.Paired)
        {
            timed.Paired = now.Paired;
            if (HasChanged(limit, timed, now.MeanNs > delay))
                Tell(timed.IsAbove ? DelayMib.Notification.TooLong : DelayMib.Notification.ShortAgain, ruleSet, watched, now.MeanNs, delay, now);
        }
        if (limit.LossRatio is not { } loss || now.Expected == 0)
            return;
        var counted = StandingOf(watched with { IsLoss = true });
        // Counts of another life of the flow begin below those before.
        if (now.Expected < counted.Expected || now.Lost < counted.Lost)
            (counted.Expected, counted.Lost) = (0, 0);
        var expected = now.Expected - counted.Expected;
        if (expected < EnoughSamples)
            return;
        var ratio = (double)(now.Lost - counted.Lost) / expected;
        (counted.Expected, counted.Lost) = (now.Expected, now.Lost);
        if (HasChanged(limit, counted, ratio > loss))
            Tell(
                counted.IsAbove ? DelayMib.Notification.LossTooHigh : DelayMib.Notification.LossLowAgain,
                ruleSet,
                watched,
                (long)(ratio * 1_000_000),
                (long)(loss * 1_000_000),
                now
            );
    }

    private Standing StandingOf(in Watched watched)
    {
        if (!_standings.TryGetValue(watched, out var standing))
            _standings[watched] = standing = new();
        return standing;
    }

    /// <summary>True where it has been on the other side of the limit for long enough.</summary>
    private bool HasChanged(DelayLimit limit, Standing standing, bool isAbove)
    {
        if (isAbove == standing.IsAbove)
        {
            standing.ChangedAt = null;
            return false;
        }
        var now = clock.GetTimestamp();
        standing.ChangedAt ??= now;
        if (clock.GetElapsedTime(standing.ChangedAt.Value, now) < limit.For)
            return false;
        (standing.IsAbove, standing.ChangedAt) = (isAbove, null);
        return true;
    }

    private void Tell(uint notification, CollectedRuleSet ruleSet, in Watched watched, long value, long limit, in DelayStatistics now)
    {
        var source = EndOf(FlowAttribute.SourcePeerAddress, FlowAttribute.SourceTransAddress);
        var dest = EndOf(FlowAttribute.DestPeerAddress, FlowAttribute.DestTransAddress);
        var (entry, exit) = ((uint)_rows.Number(FlowAttribute.EntryPoint), (uint)_rows.Number(FlowAttribute.ExitPoint));
        if (watched.IsFrom)
            (source, dest, entry, exit) = (dest, source, exit, entry);
        raise(
            new Notification(
                new([.. DelayMib.Notifications, notification]),
                Event(DelayMib.EventObject.RuleSet, SnmpValue.OctetString(ruleSet.Name)),
                Event(DelayMib.EventObject.Flow, SnmpValue.Unsigned32(watched.Flow)),
                Event(DelayMib.EventObject.Source, SnmpValue.OctetString(source)),
                Event(DelayMib.EventObject.Dest, SnmpValue.OctetString(dest)),
                Event(DelayMib.EventObject.Entry, SnmpValue.Unsigned32(entry)),
                Event(DelayMib.EventObject.Exit, SnmpValue.Unsigned32(exit)),
                Event(DelayMib.EventObject.Value, SnmpValue.Counter64((ulong)Math.Max(value, 0))),
                Event(DelayMib.EventObject.Limit, SnmpValue.Counter64((ulong)limit)),
                Event(DelayMib.EventObject.ClockError, SnmpValue.Counter64((ulong)now.ClockErrorNs))
            )
        );
    }

    private static VarBind Event(uint number, SnmpValue value) => new(new([.. DelayMib.Event, number, 0]), value);

    private string EndOf(FlowAttribute address, FlowAttribute port)
    {
        var octets = _rows.Octets(address);
        var host = octets.Length is 4 or 16 ? new IPAddress(octets) : IPAddress.None;
        var number = _rows.Octets(port) is { Length: 2 } two ? two[0] << 8 | two[1] : 0;
        return host.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]:{number}" : $"{host}:{number}";
    }

    /// <summary>Records that are gone need no standing. Seldom more than there are flows: looked at only when it has become many.</summary>
    private void Forget()
    {
        if (_standings.Count <= 4 * limits.Count * (flows.Records + 1))
            return;
        foreach (var watched in _standings.Keys)
        {
            if (!_rows.TryGet([watched.RuleSet, 0, watched.Flow]) || (uint)_rows.Number(FlowAttribute.FirstTime) != watched.FirstTime)
                _standings.Remove(watched);
        }
    }
}
