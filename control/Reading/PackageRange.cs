using Rtfm.Snmp.Ber;

namespace Rtfm.Control.Reading;

/// <summary>The flows after one index up to another, read one request after the other.</summary>
internal sealed class PackageRange(string meter, ObjectIdentifier prefix, long from, long to, PackageSegment segment) : IVarBindSink
{
    private int _taken;

    /// <summary>The index read last.</summary>
    public long Last { get; private set; } = from;

    public long To { get; } = to;

    /// <summary>All of it is read.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Nothing comes after what was read: not in this range, nor behind it.</summary>
    public bool IsTableEnd { get; private set; }

    /// <summary>The first flow behind the range, where an answer showed it.</summary>
    public long? Beyond { get; private set; }

    /// <summary>How many indexes the latest answer reached over; 0 where it was not all of this range.</summary>
    public long Reach { get; private set; }

    private long _before = from;

    /// <summary>An answer is about to come.</summary>
    public void BeginAnswer() => (_before, _taken, Reach) = (Last, 0, 0);

    /// <summary>The answer has come.</summary>
    /// <param name="isMore">False where the agent said that nothing follows.</param>
    public void EndAnswer(bool isMore)
    {
        if (!isMore)
            IsTableEnd = true;
        IsDone |= IsTableEnd || Last >= To;
        if (!IsDone && _taken > 0)
            Reach = Last - _before;
    }

    public bool Accept(ReadOnlySpan<uint> name, BerTag tag, ReadOnlySpan<byte> content)
    {
        // MIB-93: another time mark, rule set or column is the end. Meters of the traditional kind go on with the next time mark.
        if (tag == BerTag.EndOfMibView || name.Length != prefix.Length + 1 || !prefix.IsPrefixOf(name))
        {
            IsDone = IsTableEnd = true;
            return false;
        }
        var index = name[^1];
        if (index <= Last)
            throw new CollectionException($"{meter}: its flow table goes backwards: flow {index} came after flow {Last}");
        if (index > To)
        {
            (IsDone, Beyond) = (true, index);
            return false;
        }
        Last = index;
        _taken++;
        if (tag != BerTag.OctetString)
            segment.AddBad();
        else if (!segment.TryAdd(index, content))
            throw new CollectionException(
                $"{meter}: more than {PackageSpool.MaxOctets >> 20} MiB of flows in one collection, a quarter of the memory here"
            );
        return true;
    }
}
