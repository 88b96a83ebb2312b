using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>A record of the domain: 40 octets, beside the octets of its key.</summary>
internal struct RecordEntry
{
    /// <summary>Null: the place is free.</summary>
    public KeyProfile? Profile;
    public byte[] Own;
    public int Hash;

    /// <summary>Flow index of the next record in the same bucket; 0: none.</summary>
    public int NextInBucket;

    /// <summary>Its observations, sorted; 0: none.</summary>
    public int FirstObservation;

    /// <summary>When something of it last changed, in our Uptime.</summary>
    public uint TimeMark;

    /// <summary>When the flow began, in our Uptime, as far as was known when the record was made. Stays when the place is free: the next one there has a later one.</summary>
    public uint FirstTime;

    /// <summary>In our Uptime.</summary>
    public uint LastActive;
}

/// <summary>256 records. A reading passes it over where nothing changed.</summary>
internal sealed class RecordBlock
{
    public const int Rows = 256;

    public readonly RecordEntry[] Records = new RecordEntry[Rows];

    /// <summary>The latest time mark of its records.</summary>
    public uint TimeMark;
}

/// <summary>An observation in its record's list: 64 octets.</summary>
internal struct ObservationEntry
{
    public FlowObservation Seen;

    /// <summary>The next one of the record; 0: none.</summary>
    public int Next;

    /// <summary>The member has it no more.</summary>
    public bool IsGone;
}

/// <summary>A list that grows without being copied, with places that are used again. Places are counted from 1.</summary>
internal sealed class ObservationPool
{
    private const int ChunkLength = 1_024;

    private readonly List<ObservationEntry[]> _chunks = [];
    private int _used;
    private int _free;

    public int Count { get; private set; }

    public ref ObservationEntry this[int place] => ref _chunks[(place - 1) / ChunkLength][(place - 1) % ChunkLength];

    public int Add(in FlowObservation seen, int next)
    {
        var place = _free;
        if (place != 0)
            _free = this[place].Next;
        else
        {
            if (_used == _chunks.Count * ChunkLength)
                _chunks.Add(new ObservationEntry[ChunkLength]);
            place = ++_used;
        }
        this[place] = new() { Seen = seen, Next = next };
        Count++;
        return place;
    }

    public void Remove(int place)
    {
        this[place] = new() { Next = _free };
        _free = place;
        Count--;
    }
}
