using Rtfm.Model;

namespace Rtfm.MeterReader.Storage;

/// <summary>Keeps what was collected. One writer, many readers.</summary>
public interface IFlowStore : IDisposable
{
    /// <summary>The meter's present life: a new one where it has been restarted since (READ-05).</summary>
    /// <param name="wasRegistered">False where the meter has forgotten us: with a boot time that moved, a restart.</param>
    MeterEpoch Epoch(string meter, MeterIdentity identity, bool wasRegistered);

    /// <summary>The Uptime up to which the rule set's flows are in the store; null where none were collected in this epoch.</summary>
    uint? Bookmark(MeterEpoch epoch, int ruleSet);

    /// <summary>Writes what one collection read, together with its bookmark, in one transaction: all of it or nothing.</summary>
    /// <remarks>A flow that is known has its counters replaced; what they grew by is the collection's usage.</remarks>
    void Write(FlowCollection collection, IReadOnlyList<FlowRecord> records);

    /// <summary>Removes what is too old or too much.</summary>
    /// <returns>How many collections were removed.</returns>
    int Retain(DateTimeOffset? notBefore, long? maxOctets);
}

/// <summary>What tells one life of a meter from the next.</summary>
/// <param name="EngineId">snmpEngineID in hex; empty where the meter has none.</param>
/// <param name="EngineBoots">snmpEngineBoots.</param>
/// <param name="Uptime">sysUpTime, in hundredths of a second.</param>
/// <param name="ReadAt">When that was.</param>
public sealed record MeterIdentity(string EngineId, int EngineBoots, uint Uptime, DateTimeOffset ReadAt)
{
    public DateTimeOffset BootTime => ReadAt - TimeSpan.FromMilliseconds(Uptime * 10.0);
}

/// <summary>One life of a meter.</summary>
/// <param name="BootTime">When it began: Uptime 0.</param>
public sealed record MeterEpoch(long Id, string Meter, DateTimeOffset BootTime)
{
    public DateTimeOffset TimeOf(uint uptime) => BootTime + TimeSpan.FromMilliseconds(uptime * 10.0);
}

/// <summary>One reading of one rule set's flows.</summary>
/// <param name="Since">The Uptime the reading asked from.</param>
/// <param name="Bookmark">The Uptime it reaches up to: the next one asks from there.</param>
public sealed record FlowCollection(MeterEpoch Epoch, int RuleSet, string RuleSetName, DateTimeOffset At, uint Since, uint Bookmark);
