namespace Rtfm.Agent.Capture;

/// <summary>Hands a file's packets over with the times between them as they were captured.</summary>
/// <remarks>A gap longer than <see cref="LongestGap"/> in the file, or time going backwards, is not waited for.</remarks>
public sealed class PacedSource(IPacketSource inner, TimeProvider clock) : IPacketSource
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(1);

    private readonly PacketBatch _ahead = new();
    private SourceState _state = SourceState.Open;
    private int _next;
    private long _fileStartNs;
    private long _startedAt;
    private long _lastNs;
    private bool _isStarted;

    public string Name => inner.Name;

    public SourceCounters Counters => inner.Counters;

    public SourceState Read(PacketBatch batch)
    {
        batch.Clear();
        while (!batch.IsFull)
        {
            if (_next == _ahead.Count)
            {
                if (_state == SourceState.Ended)
                    return SourceState.Ended;
                // The batch's packets belong to the source until it is read again: hand those over first.
                if (batch.Count > 0)
                    return SourceState.Open;
                _state = inner.Read(_ahead);
                _next = 0;
                continue;
            }
            var due = DueIn(_ahead[_next].TimeNs);
            if (due > TimeSpan.Zero)
            {
                if (batch.Count > 0)
                    return SourceState.Open;
                if (due > LongestWait)
                {
                    Thread.Sleep(LongestWait);
                    return SourceState.Open;
                }
                Thread.Sleep(due);
            }
            batch.Add() = _ahead[_next++];
        }
        return SourceState.Open;
    }

    public void Dispose() => inner.Dispose();

    private TimeSpan DueIn(long packetNs)
    {
        var gap = packetNs - _lastNs;
        if (!_isStarted || gap < 0 || gap > LongestGap.Ticks * 100)
        {
            _isStarted = true;
            _fileStartNs = packetNs;
            _startedAt = clock.GetTimestamp();
        }
        _lastNs = packetNs;
        return new TimeSpan((packetNs - _fileStartNs) / 100) - clock.GetElapsedTime(_startedAt);
    }
}
