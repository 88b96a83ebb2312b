using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>What the record of a flow counts in the domain, reckoned from all that its members saw.</summary>
/// <remarks>
/// What one member saw in several records (before and after a restart, a pause, another version of the rules) adds up. What several members saw is the same packets, unless they are edges at which
/// the flow enters: then each packet entered at one of them. Where no member says that the flow entered, it is what left; where none knows directions, what the member counted that saw most.
/// </remarks>
internal ref struct RecordTotals
{
    private Sums _entry;
    private Sums _exit;
    private Sums _most;
    private Sums _entryOfMember;
    private Sums _exitOfMember;
    private Sums _otherOfMember;
    private ulong _mostEntered;
    private ulong _mostLeft;
    private int _member;

    public struct Sums
    {
        public ulong ToOctets;
        public ulong ToPdus;
        public ulong FromOctets;
        public ulong FromPdus;

        public void Add(in Sums other)
        {
            ToOctets += other.ToOctets;
            ToPdus += other.ToPdus;
            FromOctets += other.FromOctets;
            FromPdus += other.FromPdus;
        }
    }

    public readonly Sums Counts =>
        HasEntry ? _entry
        : HasExit ? _exit
        : _most;

    public readonly Sums Exit => _exit;

    /// <summary>The member where most of the flow enters; 0: not known.</summary>
    public int EntryPoint { get; private set; }

    /// <summary>The member where most of it leaves; 0: not known.</summary>
    public int ExitPoint { get; private set; }

    /// <summary>The interface of <see cref="EntryPoint"/> at which it enters.</summary>
    public ushort EntryInterface { get; private set; }

    public ushort ExitInterface { get; private set; }

    private bool HasEntry { get; set; }

    private bool HasExit { get; set; }

    private ushort _entryInterfaceOfMember;
    private ushort _exitInterfaceOfMember;

    /// <summary>Takes the next observation; those of one member come one after the other.</summary>
    public void Add(in FlowObservation seen)
    {
        if (seen.Member != _member)
            EndMember();
        _member = seen.Member;
        var sums = new Sums
        {
            ToOctets = seen.ToOctets,
            ToPdus = seen.ToPdus,
            FromOctets = seen.FromOctets,
            FromPdus = seen.FromPdus,
        };
        if (seen.IsEntry)
        {
            _entryOfMember.Add(sums);
            _entryInterfaceOfMember = seen.SourceInterface;
        }
        else if (seen.IsExit)
        {
            _exitOfMember.Add(sums);
            _exitInterfaceOfMember = seen.DestInterface;
        }
        else
        {
            _otherOfMember.Add(sums);
        }
    }

    /// <summary>There are no more observations.</summary>
    public void End() => EndMember();

    private void EndMember()
    {
        // The reverse direction enters where the flow leaves: PDUs to the destination say where this one does.
        if (_entryInterfaceOfMember != 0)
        {
            _entry.Add(_entryOfMember);
            if (!HasEntry || _entryOfMember.ToPdus > _mostEntered)
                (EntryPoint, EntryInterface, _mostEntered) = (_member, _entryInterfaceOfMember, _entryOfMember.ToPdus);
            HasEntry = true;
        }
        if (_exitInterfaceOfMember != 0)
        {
            _exit.Add(_exitOfMember);
            if (!HasExit || _exitOfMember.ToPdus > _mostLeft)
                (ExitPoint, ExitInterface, _mostLeft) = (_member, _exitInterfaceOfMember, _exitOfMember.ToPdus);
            HasExit = true;
        }
        if (_otherOfMember.ToOctets + _otherOfMember.FromOctets > _most.ToOctets + _most.FromOctets)
            _most = _otherOfMember;
        (_entryOfMember, _exitOfMember, _otherOfMember) = (default, default, default);
        (_entryInterfaceOfMember, _exitInterfaceOfMember) = (0, 0);
    }
}
