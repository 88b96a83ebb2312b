using System.Security.Cryptography;

namespace Rtfm.Agent.Flows;

/// <summary>All flow records of the meter, by rule set (RFC 2722 §4.2).</summary>
/// <remarks>
/// Written by one thread at a time (who calls sees to that); read by any, without locks. Memory grows with use in blocks of 256 rows, and a flow's index
/// stays the same, and its own, for its life (MIB-86).
/// </remarks>
public sealed class FlowTable : IDisposable
{
    /// <summary>Octets for keys in the rows of a block: an IPv4 5-tuple, an IPv6 one, everything.</summary>
    private static readonly int[] KeyRooms = [16, 48, Matching.FlowKey.MaxLength];

    private readonly List<FlowBlock> _blocks = [];
    private readonly Stack<FlowBlock>[] _spare = [new(), new(), new()];
    private volatile FlowSet[] _sets = [];
    private int _activeFlows;

    /// <param name="maxFlows">The most flow records, of all rule sets together (flowMaxFlows).</param>
    public FlowTable(int maxFlows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFlows, 1);
        MaxFlows = CreationLimit = maxFlows;
        HashSeed = (ulong)RandomNumberGenerator.GetInt32(int.MaxValue) << 32 | (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
    }

    public int MaxFlows { get; }

    /// <summary>Records in use, idle ones included (flowActiveFlows).</summary>
    public int ActiveFlows => Volatile.Read(ref _activeFlows);

    /// <summary>No flow is made once there are this many: the table's size, less in view of the flood mark, nothing in flood mode (FLOW-08).</summary>
    public int CreationLimit { get; set; }

    /// <summary>Of every rule set that has been run, by ascending number.</summary>
    public IReadOnlyList<FlowSet> Sets => _sets;

    /// <summary>Different in every process, so that nobody can make packets whose keys collide.</summary>
    internal ulong HashSeed { get; }

    internal bool HasRoom => _activeFlows < CreationLimit;

    /// <summary>The flows of that rule set, or null where it has never run.</summary>
    public FlowSet? Find(int ruleSet)
    {
        foreach (var set in _sets)
        {
            if (set.RuleSet == ruleSet)
                return set;
        }
        return null;
    }

    /// <summary>The flows of that rule set, made where it has none yet.</summary>
    public FlowSet GetOrAdd(int ruleSet)
    {
        if (Find(ruleSet) is { } found)
            return found;
        var set = new FlowSet(this, ruleSet);
        FlowSet[] sets = [.. _sets, set];
        Array.Sort(sets, (left, right) => left.RuleSet.CompareTo(right.RuleSet));
        _sets = sets;
        return set;
    }

    /// <summary>Takes a rule set's flows out of the table (MIB-33).</summary>
    public void Remove(int ruleSet)
    {
        if (Find(ruleSet) is not { } set)
            return;
        _sets = Array.FindAll(_sets, each => each != set);
        set.Clear();
    }

    public void Dispose()
    {
        foreach (var set in _sets)
            set.Dispose();
        _sets = [];
        foreach (var block in _blocks)
            block.Free();
        _blocks.Clear();
    }

    internal static int RoomClass(int keyLength)
    {
        var room = 0;
        while (KeyRooms[room] < keyLength)
            room++;
        return room;
    }

    internal FlowBlock TakeBlock(FlowSet owner, int roomClass)
    {
        if (!_spare[roomClass].TryPop(out var block))
        {
            block = new FlowBlock(_blocks.Count, KeyRooms[roomClass]);
            _blocks.Add(block);
        }
        Volatile.Write(ref block.LastActive, 0);
        block.Owner = owner;
        return block;
    }

    internal void GiveBack(FlowBlock block)
    {
        block.Owner = null;
        _spare[RoomClass(block.KeyRoom)].Push(block);
    }

    internal FlowBlock Block(uint flowIndex) => _blocks[(int)((flowIndex - 1) / FlowBlock.Rows)];

    internal void CountFlows(int change) => Volatile.Write(ref _activeFlows, _activeFlows + change);
}
