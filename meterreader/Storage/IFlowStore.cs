using System.Collections.Immutable;
using Rtfm.Model;

namespace Rtfm.MeterReader.Storage;

/// <summary>Keeps what was collected. One writer at a time, many readers.</summary>
public interface IFlowStore : IDisposable
{
    /// <summary>What tells this store from all others; it stays.</summary>
    string Id { get; }

    /// <summary>The meter's present life: a new one where it has been restarted since (READ-05).</summary>
    /// <param name="wasRegistered">False where the meter has forgotten us: with a boot time that moved, a restart.</param>
    MeterEpoch Epoch(string meter, MeterIdentity identity, bool wasRegistered);

    /// <summary>The life of a meter with that engine and number of boots, whatever came after it; a new one where the store has none.</summary>
    /// <param name="bootTime">When it began, where the store does not know.</param>
    MeterEpoch Life(string meter, string engineId, int boots, DateTimeOffset bootTime);

    /// <summary>Notes that a meter is a metering point of a domain, for those who ask for the domain's flows.</summary>
    void NoteMember(string meter, MeteringPointNote note);

    /// <summary>The meter's life is over, whatever its identity says: the next one asked for is new.</summary>
    void EndEpoch(MeterEpoch epoch);

    /// <summary>The Uptime before which everything of the rule set is in the store; null where nothing was collected in this epoch.</summary>
    uint? Bookmark(MeterEpoch epoch, int ruleSet);

    /// <summary>Writes what one collection read, together with its bookmark, in one transaction: all of it or nothing.</summary>
    /// <remarks>
    /// A flow that is known is replaced; what its counters grew by, modulo 2^64, is the collection's usage (READ-04). If going through
    /// <paramref name="records"/> fails, nothing is written.
    /// </remarks>
    /// <exception cref="StoreException">The bookmark has moved since the collection began: somebody else has collected.</exception>
    WriteResult Write(FlowCollection collection, IEnumerable<FlowRecord> records);

    /// <summary>Notes that a meter could not be collected from, for those who ask how it is.</summary>
    void NoteFailure(string meter, DateTimeOffset at, string reason);

    /// <summary>Removes some of what is too old or too much: one bounded step.</summary>
    /// <returns>False where nothing is left to be removed.</returns>
    bool Retain(DateTimeOffset? notBefore, long? maxOctets);
}

/// <summary>What came of a write.</summary>
/// <param name="Flows">Records written.</param>
/// <param name="AbsurdCounters">Flows with a counter that went back (all it says now is taken for usage) or beyond 2^63 (2^63-1 is).</param>
public readonly record struct WriteResult(int Flows, int AbsurdCounters);

/// <summary>What tells one life of a meter from the next.</summary>
/// <param name="EngineId">snmpEngineID in hex; empty where the meter has none.</param>
/// <param name="EngineBoots">snmpEngineBoots.</param>
/// <param name="Uptime">sysUpTime, in hundredths of a second.</param>
/// <param name="ReadAt">When that was.</param>
public sealed record MeterIdentity(string EngineId, int EngineBoots, uint Uptime, DateTimeOffset ReadAt)
{
    public DateTimeOffset BootTime => ReadAt - TimeSpan.FromMilliseconds(Uptime * 10.0);
}

/// <summary>What people know a metering point of a domain by.</summary>
/// <param name="Number">Its number in the domain.</param>
public sealed record MeteringPointNote(string Domain, int Number, string Name, string Address);

/// <summary>One life of a meter.</summary>
/// <param name="BootTime">When it began, as far as is known: Uptime 0.</param>
public sealed record MeterEpoch(long Id, string Meter, DateTimeOffset BootTime);

/// <summary>One reading of one rule set's flows.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Since">The bookmark it went on from; null: from the beginning.</param>
/// <param name="Bookmark">The Uptime it reaches up to: the next one goes on from there.</param>
/// <param name="BootTime">Uptime 0, by the clock of now: turns the records' Uptimes into times.</param>
/// <param name="Attributes">What the records hold.</param>
public sealed record FlowCollection(
    MeterEpoch Epoch,
    int RuleSet,
    string RuleSetName,
    DateTimeOffset At,
    uint? Since,
    uint Bookmark,
    DateTimeOffset BootTime,
    ImmutableArray<FlowAttribute> Attributes
);
