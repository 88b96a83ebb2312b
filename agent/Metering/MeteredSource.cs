using Rtfm.Agent.Capture;

namespace Rtfm.Agent.Metering;

/// <summary>A source of packets as the meter's counters show it. Counts go on when the source is opened again.</summary>
public sealed class MeteredSource(uint ifIndex, string name)
{
    private readonly Lock _lock = new();
    private SourceCounters _closed;
    private SourceCounters _open;

    public uint IfIndex { get; } = ifIndex;

    public string Name { get; } = name;

    /// <summary>Since the meter started.</summary>
    public SourceCounters Counters
    {
        get
        {
            lock (_lock)
            {
                return new(
                    _closed.Received + _open.Received,
                    _closed.LostByInterface + _open.LostByInterface,
                    _closed.LostByKernel + _open.LostByKernel,
                    _closed.Damaged + _open.Damaged
                );
            }
        }
    }

    /// <summary>The source's counts since it was opened.</summary>
    public void Update(SourceCounters counters)
    {
        lock (_lock)
            _open = counters;
    }

    /// <summary>The source was closed: what it counted stays.</summary>
    public void Close()
    {
        var all = Counters;
        lock (_lock)
            (_closed, _open) = (all, default);
    }
}
