using System.Linq;
using System.Text;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Agent.Domain.Election;
using Rtfm.Agent.Mib.Host;
using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Mib;

/// <summary>RTFM-DOMAIN-MIB, without the collection of flows: what it shows. What may be set is in <see cref="DomainSet"/>.</summary>
internal sealed class DomainModule
{
    /// <summary>rtfmDomainStatePart.</summary>
    private const int PartLength = 1_200;

    private readonly DomainService _domain;
    private readonly DomainSet _set;
    private readonly Aged<RowSnapshot<MemberRow>> _members;
    private readonly Aged<RowSnapshot<DeliveryRow>> _deliveries;
    private (DomainState Of, RowSnapshot<byte[]> Rows)? _parts;

    public DomainModule(DomainService domain, TimeProvider clock)
    {
        _domain = domain;
        _set = new(domain);
        // Long tables, which a walk would have made anew for each request.
        var freshness = TimeSpan.FromMilliseconds(100);
        _members = new(clock, freshness, Members);
        _deliveries = new(clock, freshness, Deliveries);
    }

    public IEnumerable<IMibProvider> Providers =>
        [
            new SettableGroup(Self(), _set),
            Figures(),
            new SettableGroup(MemberTable(), _set),
            RuleSetTable(),
            new SettableGroup(Order(), _set),
            DeliveryTable(),
            new SettableGroup(Protocol(), _set),
            ReadOnlyTable.Of(DomainMib.StateEntry, Parts).Octets(4, "rtfmDomainStatePart", part => part),
        ];

    /// <summary>rtfmDomainSelf at one moment.</summary>
    private sealed record SelfState
    {
        public int Role { get; init; } = 1;
        public uint Term { get; init; }
        public byte[] Master { get; init; } = [];
        public string MasterAddress { get; init; } = "";
        public byte[] VotedFor { get; init; } = [];
        public StateVersion Version { get; init; }
        public bool IsSettled { get; init; }
        public uint Elections { get; init; }
        public uint MasterChanges { get; init; }
        public TimeSpan SinceChange { get; init; }
        public bool HasLeft { get; init; }
        public int Priority { get; init; } = 100;
    }

    private sealed record MemberRow(DomainMember Member, int State, TimeSpan Silence, StateVersion Version);

    private sealed record DeliveryRow(DeliveryStatus Status);

    private ReadOnlyTable<SelfState> Self() =>
        ReadOnlyTable
            .Scalars(DomainMib.Self, SelfNow)
            .Octets(1, "rtfmDomainName", _ => Encoding.UTF8.GetBytes(_domain.Name))
            .Integer(2, "rtfmDomainRole", self => self.Role)
            .Gauge32(3, "rtfmDomainTerm", self => self.Term)
            .Octets(4, "rtfmDomainMaster", self => self.Master)
            .Octets(5, "rtfmDomainMasterAddress", self => Encoding.UTF8.GetBytes(self.MasterAddress))
            .Octets(6, "rtfmDomainVotedFor", self => self.VotedFor)
            .Gauge32(7, "rtfmDomainStateTerm", self => self.Version.Term)
            .Gauge32(8, "rtfmDomainStateNumber", self => self.Version.Number)
            .Integer(9, "rtfmDomainIsSettled", self => self.IsSettled ? 1 : 2)
            .Counter32(10, "rtfmDomainElections", self => self.Elections)
            .Counter32(11, "rtfmDomainMasterChanges", self => self.MasterChanges)
            .TimeTicks(12, "rtfmDomainSinceChange", self => Ticks(self.SinceChange))
            .Integer(13, "rtfmDomainParticipation", self => self.HasLeft ? 2 : 1)
            .Integer(14, "rtfmDomainPriority", self => self.Priority)
            .Octets(15, "rtfmDomainSuccessor", _ => ReadOnlyMemory<byte>.Empty);

    private ReadOnlyTable<DomainFigures> Figures() =>
        ReadOnlyTable
            .Scalars(DomainMib.Figures, () => _domain.Figures)
            .Gauge32(1, "rtfmDomainCpuBusy", figures => figures.CpuBusy)
            .Gauge32(2, "rtfmDomainProcessors", _ => (ulong)Environment.ProcessorCount)
            .Gauge32(3, "rtfmDomainInterfaceSpeed", figures => figures.InterfaceSpeed)
            .Gauge32(4, "rtfmDomainPacketRate", figures => figures.PacketRate)
            .Gauge32(5, "rtfmDomainPacketCapacity", figures => figures.PacketCapacity)
            .Gauge32(6, "rtfmDomainPacketLoss", figures => figures.PacketLoss)
            .Gauge32(7, "rtfmDomainMemoryTotal", figures => figures.MemoryTotal)
            .Gauge32(8, "rtfmDomainMemoryFree", figures => figures.MemoryFree)
            .Gauge32(9, "rtfmDomainFlowCapacity", figures => figures.FlowCapacity)
            .Gauge32(10, "rtfmDomainFlowRoom", figures => figures.FlowRoom);

    private ReadOnlyTable<MemberRow> MemberTable() =>
        ReadOnlyTable
            .Of(DomainMib.MemberEntry, () => _members.Value)
            .Octets(2, "rtfmDomainMemberAddress", row => Encoding.UTF8.GetBytes(row.Member.Address))
            .Octets(3, "rtfmDomainMemberName", row => Encoding.UTF8.GetBytes(row.Member.Name))
            .Integer(4, "rtfmDomainMemberNumber", row => row.Member.Number)
            .Integer(5, "rtfmDomainMemberPriority", row => row.Member.Priority)
            .Integer(6, "rtfmDomainMemberState", row => row.State)
            .TimeTicks(7, "rtfmDomainMemberHeard", row => Ticks(row.Silence))
            .Gauge32(8, "rtfmDomainMemberStateTerm", row => row.Version.Term)
            .Gauge32(9, "rtfmDomainMemberStateNumber", row => row.Version.Number)
            .Integer(10, "rtfmDomainMemberRemoval", _ => 1);

    private ReadOnlyTable<DomainRuleSet> RuleSetTable() =>
        ReadOnlyTable
            .Of(DomainMib.RuleSetEntry, RuleSets)
            .Octets(2, "rtfmDomainRuleSetName", row => Encoding.UTF8.GetBytes(row.Name))
            .Gauge32(3, "rtfmDomainRuleSetActive", row => row.Active)
            .Gauge32(4, "rtfmDomainRuleSetWanted", row => row.Wanted)
            .Octets(5, "rtfmDomainRuleSetKept", row => Encoding.UTF8.GetBytes(string.Join(' ', row.Kept)))
            .Gauge32(6, "rtfmDomainRuleSetRefused", row => row.Refused)
            .Gauge32(7, "rtfmDomainRuleSetNewest", row => row.Newest);

    private ReadOnlyTable<DeliveryRow> DeliveryTable() =>
        ReadOnlyTable
            .Of(DomainMib.DeliveryEntry, () => _deliveries.Value)
            .Gauge32(1, "rtfmDomainDeliveryVersion", row => row.Status.Version)
            .Integer(2, "rtfmDomainDeliveryState", row => (int)row.Status.State)
            .Octets(3, "rtfmDomainDeliveryReason", row => Encoding.UTF8.GetBytes(row.Status.Reason))
            .Gauge32(4, "rtfmDomainDeliveryActive", row => row.Status.Active);

    // What was said last is nobody's business: these read as nothing.

    private static ReadOnlyTable<string> Order() =>
        ReadOnlyTable
            .Scalars(DomainMib.Order, () => "")
            .Octets(1, "rtfmDomainApplyName", _ => default)
            .Gauge32(2, "rtfmDomainApplyVersion", _ => 0)
            .Integer(3, "rtfmDomainApplyRuleSet", _ => 0)
            .Integer(4, "rtfmDomainApplyForce", _ => 2)
            .Octets(5, "rtfmDomainActivateName", _ => default)
            .Gauge32(6, "rtfmDomainActivateVersion", _ => 0);

    private static ReadOnlyTable<string> Protocol() =>
        ReadOnlyTable
            .Scalars(DomainMib.Protocol, () => "")
            .Gauge32(1, "rtfmDomainVoteTerm", _ => 0)
            .Octets(2, "rtfmDomainVoteCandidate", _ => default)
            .Gauge32(3, "rtfmDomainVoteStateTerm", _ => 0)
            .Gauge32(4, "rtfmDomainVoteStateNumber", _ => 0)
            .Integer(5, "rtfmDomainVoteKind", _ => (int)VoteKind.Canvass)
            .Gauge32(6, "rtfmDomainClaimTerm", _ => 0)
            .Octets(7, "rtfmDomainClaimMaster", _ => default)
            .Octets(8, "rtfmDomainClaimAddress", _ => default)
            .Gauge32(9, "rtfmDomainClaimStateTerm", _ => 0)
            .Gauge32(10, "rtfmDomainClaimStateNumber", _ => 0)
            .Gauge32(11, "rtfmDomainClaimFlags", _ => 0)
            .Octets(12, "rtfmDomainReportMember", _ => default)
            .Gauge32(13, "rtfmDomainReportTerm", _ => 0)
            .Gauge32(14, "rtfmDomainReportStateTerm", _ => 0)
            .Gauge32(15, "rtfmDomainReportStateNumber", _ => 0)
            .Octets(16, "rtfmDomainReportRuleSets", _ => default)
            .Gauge32(17, "rtfmDomainStandTerm", _ => 0);

    private SelfState SelfNow() =>
        _domain.Node is not { } node
            ? new()
            : node.Run(now =>
            {
                var (election, master) = (node.Election, node.Election.Master);
                return new SelfState
                {
                    Role = node.File.Record.HasLeft && !node.IsMember ? 1 : (int)election.Role,
                    Term = election.Term,
                    Master = (master?.Master ?? default).Octets.ToArray(),
                    MasterAddress = master?.Address ?? "",
                    VotedFor = election.VotedFor.Octets.ToArray(),
                    Version = election.State.Version,
                    IsSettled = election.IsSettled,
                    Elections = election.Elections,
                    MasterChanges = election.MasterChanges,
                    SinceChange = now - node.Events.ChangedAt,
                    HasLeft = node.File.Record.HasLeft,
                    Priority = node.Priority,
                };
            });

    private RowSnapshot<MemberRow> Members() =>
        _domain.Node is not { } node
            ? RowSnapshot<MemberRow>.Empty
            : node.Run(now => new RowSnapshot<MemberRow>(
                node.Election.State.Members.Select(member => (DomainNames.IndexOf(member.Id), RowOf(node, member, now)))
            ));

    private static MemberRow RowOf(DomainNode node, DomainMember member, TimeSpan now)
    {
        const int unknown = 1,
            alive = 2,
            silent = 3;
        if (member.Id == node.Self)
            return new(member, node.IsMaster ? alive : unknown, TimeSpan.Zero, node.IsMaster ? node.Election.State.Version : default);
        if (node.Election.RecordOf(member.Id) is not { } record)
            return new(member, unknown, TimeSpan.Zero, default);
        return new(member, node.Membership.IsSilent(member.Id) ? silent : alive, now - record.HeardAt, record.Version ?? default);
    }

    /// <summary>Without those that are removed and only remembered.</summary>
    private static IEnumerable<DomainRuleSet> Shown(DomainNode node) =>
        node.Election.State.RuleSets.Where(each => !each.IsRemoved || each.Refused != 0);

    private RowSnapshot<DomainRuleSet> RuleSets() =>
        _domain.Node is not { } node
            ? RowSnapshot<DomainRuleSet>.Empty
            : node.Run(_ => new RowSnapshot<DomainRuleSet>(node.Election.State.RuleSets.Select(each => (new[] { (uint)each.Number }, each))));

    private RowSnapshot<DeliveryRow> Deliveries() =>
        _domain.Node is not { IsMaster: true } node
            ? RowSnapshot<DeliveryRow>.Empty
            : node.Run(now => new RowSnapshot<DeliveryRow>(
                from ruleSet in Shown(node)
                from member in node.Election.State.Members
                select (
                    (uint[])[(uint)ruleSet.Number, .. DomainNames.IndexOf(member.Id)],
                    new DeliveryRow(node.Distribution.StatusOf(member.Id, ruleSet, now))
                )
            ));

    private RowSnapshot<byte[]> Parts()
    {
        var state = _domain.Node?.Run(_ => _domain.Node!.Election.State);
        if (state is not { Members.Length: > 0 })
            return RowSnapshot<byte[]>.Empty;
        if (_parts is { } known && ReferenceEquals(known.Of, state))
            return known.Rows;
        var parts = DomainJson
            .Write(state)
            .Chunk(PartLength)
            .Select((part, at) => ((uint[])[state.Version.Term, state.Version.Number, (uint)at + 1], part));
        var rows = new RowSnapshot<byte[]>(parts);
        _parts = (state, rows);
        return rows;
    }

    private static uint Ticks(TimeSpan time) => unchecked((uint)(long)(time.TotalMilliseconds / 10));
}
