using Rtfm.MeterReader.Storage;
using Rtfm.Model;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>A store in whose writes the process can crash: before, in the middle of the transaction, or right after it.</summary>
internal sealed class CrashingStore(IFlowStore inner) : IFlowStore
{
    public enum Moment
    {
        Never,
        BeforeWrite,
        MidWrite,
        AfterWrite,
    }

    /// <summary>When the next crash comes.</summary>
    public Moment CrashAt { get; set; }

    public string Id => inner.Id;

    public MeterEpoch Epoch(string meter, MeterIdentity identity, bool wasRegistered) => inner.Epoch(meter, identity, wasRegistered);

    public MeterEpoch Life(string meter, string engineId, int boots, DateTimeOffset bootTime) => inner.Life(meter, engineId, boots, bootTime);

    public void NoteMember(string meter, MeteringPointNote note) => inner.NoteMember(meter, note);

    public void EndEpoch(MeterEpoch epoch) => inner.EndEpoch(epoch);

    public uint? Bookmark(MeterEpoch epoch, int ruleSet) => inner.Bookmark(epoch, ruleSet);

    public WriteResult Write(FlowCollection collection, IEnumerable<FlowRecord> records)
    {
        Crash(Moment.BeforeWrite);
        var result = inner.Write(collection, CrashAt == Moment.MidWrite ? UpToTheMiddle(records) : records);
        Crash(Moment.AfterWrite);
        return result;
    }

    public void NoteFailure(string meter, DateTimeOffset at, string reason) => inner.NoteFailure(meter, at, reason);

    public bool Retain(DateTimeOffset? notBefore, long? maxOctets) => inner.Retain(notBefore, maxOctets);

    public void Dispose() => inner.Dispose();

    private IEnumerable<FlowRecord> UpToTheMiddle(IEnumerable<FlowRecord> records)
    {
        foreach (var record in records.Take(3))
            yield return record;
        Crash(Moment.MidWrite);
    }

    private void Crash(Moment moment)
    {
        if (CrashAt != moment)
            return;
        CrashAt = Moment.Never;
        throw new SimulatedCrash();
    }
}
