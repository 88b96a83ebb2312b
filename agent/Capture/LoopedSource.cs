namespace Rtfm.Agent.Capture;

/// <summary>A file read again and again.</summary>
public sealed class LoopedSource(Func<IPacketSource> open) : IPacketSource
{
    private IPacketSource _inner = open();
    private SourceCounters _before;
    private bool _isEnded;

    public string Name => _inner.Name;

    public SourceCounters Counters =>
        new(
            _before.Received + _inner.Counters.Received,
            _before.LostByInterface + _inner.Counters.LostByInterface,
            _before.LostByKernel + _inner.Counters.LostByKernel,
            _before.Damaged + _inner.Counters.Damaged
        );

    public SourceState Read(PacketBatch batch)
    {
        // The last packets of a round belong to the file until they have been used.
        if (_isEnded)
            Restart();
        _isEnded = _inner.Read(batch) == SourceState.Ended;
        return _isEnded && Counters.Received == 0 ? SourceState.Ended : SourceState.Open;
    }

    public void Dispose() => _inner.Dispose();

    private void Restart()
    {
        // The next round is opened before the last one goes: where the file is gone, what was read stays counted and is closed once.
        var next = open();
        _before = Counters;
        _inner.Dispose();
        _inner = next;
    }
}
