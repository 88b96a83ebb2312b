using Rtfm.Agent.Capture;

namespace Rtfm.Agent.Metering;

/// <summary>A source of packets as the meter's counters show it. Counts go on when the source is opened again.</summary>
/// <param name="ifIndex">The interface's number, or what a file is called instead.</param>
/// <param name="rings">How many threads read it.</param>
public sealed class MeteredSource(uint ifIndex, string name, bool isFile = false, int rings = 1)
{
    private readonly Lock _lock = new();
    private readonly SourceCounters[] _open = new SourceCounters[rings];
    private SourceCounters _closed;
    private volatile uint _ifIndex = ifIndex;

    /// <summary>Changes when an interface is made anew.</summary>
    public uint IfIndex
    {
        get => _ifIndex;
        internal set => _ifIndex = value;
    }

    public string Name { get; } = name;

    public bool IsFile { get; } = isFile;

    /// <summary>Since the meter started.</summary>
    public SourceCounters Counters
    {
        get
        {
            lock (_lock)
                return Sum();
        }
    }

    /// <summary>The counts, since it was opened, of one of the rings that share its packets.</summary>
    public void Update(SourceCounters counters, int ring = 0)
    {
        lock (_lock)
            _open[ring] = counters;
    }

    /// <summary>The source was closed: what it counted stays.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = Sum();
            _open.AsSpan().Clear();
        }
    }

    private SourceCounters Sum()
    {
        var sum = _closed;
        foreach (var open in _open)
        {
            sum = sum with
            {
                Received = sum.Received + open.Received,
                LostByKernel = sum.LostByKernel + open.LostByKernel,
                Damaged = sum.Damaged + open.Damaged,
            };
        }
        // What the interface drops it drops for all rings, and each tells the same.
        return sum with { LostByInterface = sum.LostByInterface + _open[0].LostByInterface };
    }
}
