using Rtfm.Agent.Flows;

namespace Rtfm.Agent.Statistics;

/// <summary>Where flows' records of statistics lie. Bounded; what was used once stays mapped, so that a reader who comes too late reads octets, not a fault.</summary>
internal sealed unsafe class StatisticMemory(long maxOctets) : IDisposable
{
    private const int RegionLength = 4 << 20;

    private readonly Lock _gate = new();
    private readonly List<nint> _regions = [];

    /// <summary>Free records by length: the first, which holds the next behind its layout and length.</summary>
    private readonly Dictionary<int, nint> _free = [];
    private int _used = RegionLength;
    private ulong _refused;

    /// <summary>Flows that have no statistics since there was no memory for them.</summary>
    public ulong Refused => Volatile.Read(ref _refused);

    /// <summary>A record of that many octets, of any content; null where memory is used up.</summary>
    public byte* TryTake(int length)
    {
        length = Rounded(length);
        lock (_gate)
        {
            if (_free.GetValueOrDefault(length) is not 0 and var free)
            {
                _free[length] = *NextOf((byte*)free);
                return (byte*)free;
            }
            if (_used + length > RegionLength && !TryGrow())
            {
                _refused++;
                return null;
            }
            var record = (byte*)_regions[^1] + _used;
            _used += length;
            ((StatisticHeader*)record)->Room = length;
            return record;
        }
    }

    public void GiveBack(byte* record)
    {
        var length = ((StatisticHeader*)record)->Room;
        lock (_gate)
        {
            *NextOf(record) = _free.GetValueOrDefault(length);
            _free[length] = (nint)record;
        }
    }

    /// <summary>Gives a record back that nothing more could be done with, and counts its flow as one without statistics.</summary>
    public void Refuse(byte* record)
    {
        GiveBack(record);
        lock (_gate)
            _refused++;
    }

    public void Dispose()
    {
        foreach (var region in _regions)
            LargeMemory.Free((byte*)region, RegionLength);
        _regions.Clear();
    }

    private bool TryGrow()
    {
        if ((_regions.Count + 1L) * RegionLength > maxOctets)
            return false;
        try
        {
            _regions.Add((nint)LargeMemory.Allocate(RegionLength));
        }
        catch (InsufficientMemoryException)
        {
            return false;
        }
        _used = 0;
        return true;
    }

    /// <summary>Whole words: a rule set's flows have one kind of record, or a few, and many of them.</summary>
    private static int Rounded(int length) => (length + 7) & ~7;

    private static nint* NextOf(byte* record) => (nint*)(record + sizeof(long));
}
