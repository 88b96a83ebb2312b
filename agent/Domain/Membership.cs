using System.Linq;
using System.Security.Cryptography;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Domain;

/// <summary>Who belongs to the domain: asks to be a member, or none any more; as master takes others in and out, one at a time, and misses those who are silent.</summary>
/// <remarks>Called with the node's gate held.</remarks>
internal sealed class Membership(DomainNode node, DomainClient client, Func<uint> upTime)
{
    /// <summary>Numbers of members are of 16 bits.</summary>
    private const int LastNumber = 65_535;

    private const int MostWishes = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PassOnPause = TimeSpan.FromSeconds(1);

    /// <summary>Without a master for so long, a member may have been taken out meanwhile, and asks to be taken in again.</summary>
    private static readonly TimeSpan LongWithoutMaster = TimeSpan.FromSeconds(3);

    /// <summary>What is to become of a member, in the order in which it was asked for; null: it goes.</summary>
    private readonly OrderedDictionary<EngineId, DomainMember?> _wishes = [];
    private readonly Dictionary<EngineId, TimeSpan> _passedOnAt = [];
    private readonly HashSet<EngineId> _silent = [];
    private TimeSpan _announceAt;
    private TimeSpan _masterAt;
    private int _nextTarget;
    private bool _isAnnouncing;

    private bool HasLeft => node.File.Record.HasLeft;

    /// <summary>This agent, as it wants to be known.</summary>
    private DomainMember Self => new(node.Self, node.Address, node.Name, node.Priority);

    private IEnumerable<string> JoinAddresses => node.Setup.Join.Where(each => each != node.Address);

    /// <summary>It is told that it does not hear of the member any more.</summary>
    public bool IsSilent(EngineId member) => _silent.Contains(member);

    /// <summary>Is that the state of this agent's domain, or of one that it may join?</summary>
    public bool IsOurs(DomainState state) =>
        state.DomainId.StartsWith($"{node.Setup.Name}/", StringComparison.Ordinal)
        && (node.Election.State.DomainId.Length == 0 || node.Election.State.DomainId == state.DomainId);

    /// <summary>Founds the domain where there is none and nobody to ask.</summary>
    public void Begin(TimeSpan now)
    {
        _announceAt = now;
        if (HasLeft || node.Election.State.Members.Length > 0 || JoinAddresses.Any())
            return;
        var id = $"{node.Setup.Name}/{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}";
        node.Election.Found(new DomainState { DomainId = id }.With(Self), now);
    }

    /// <summary>To be called about twice a second, and after each change.</summary>
    public void Step(TimeSpan now)
    {
        if (node.IsMaster)
        {
            LookAfterMembers(now);
            CarryOut(now);
        }
        else
        {
            _wishes.Clear();
            _silent.Clear();
        }
        if (node.Election.Master is not null)
            _masterAt = now;
        if (now >= _announceAt)
            Announce(now);
    }

    /// <summary>Takes part, or leaves (rtfmDomainParticipation).</summary>
    public void Participate(bool takesPart, TimeSpan now)
    {
        node.File.Save(node.File.Record with { HasLeft = !takesPart });
        if (takesPart)
            Begin(now);
        else
            node.Election.Dissolve(now);
        _announceAt = now;
        Step(now);
    }

    /// <summary>Takes another priority (rtfmDomainPriority); the others learn of it.</summary>
    public void SetPriority(int priority, TimeSpan now)
    {
        node.File.Save(node.File.Record with { Priority = priority });
        _announceAt = now;
        Step(now);
    }

    /// <summary>Somebody wants to be a member.</summary>
    /// <param name="objects">Of the inform, to be passed on.</param>
    /// <returns>False where this agent can do nothing for it.</returns>
    public bool TakeJoin(DomainMember member, IReadOnlyList<VarBind> objects, TimeSpan now)
    {
        if (!node.IsMaster)
            return PassOn(DomainNames.Join, member.Id, objects, now);
        var state = node.Election.State;
        if (state.Find(member.Id) is null && (state.Members.Length >= DomainJson.MostMembers || state.NextNumber > LastNumber))
            return false;
        return Wish(member.Id, member, now);
    }

    /// <summary>Somebody wants to be none any more.</summary>
    /// <inheritdoc cref="TakeJoin"/>
    public bool TakeLeave(EngineId member, IReadOnlyList<VarBind> objects, TimeSpan now) =>
        node.IsMaster ? Wish(member, null, now) : PassOn(DomainNames.Leave, member, objects, now);

    /// <summary>Takes a member out because somebody ordered it; false where that cannot be.</summary>
    public bool Remove(EngineId member, TimeSpan now)
    {
        if (!node.IsMaster || node.Election.State.Members.Length < 2 || node.Election.State.Find(member) is null)
            return false;
        if (member == node.Self)
            node.File.Save(node.File.Record with { HasLeft = true });
        return Wish(member, null, now);
    }

    private bool Wish(EngineId id, DomainMember? member, TimeSpan now)
    {
        if (_wishes.Count >= MostWishes)
            return false;
        _wishes[id] = member;
        CarryOut(now);
        return true;
    }

    /// <summary>One at a time: what is left waits until the state has settled.</summary>
    private void CarryOut(TimeSpan now)
    {
        while (_wishes.Count > 0 && node.IsMaster && node.Election.IsSettled)
        {
            var (id, member) = _wishes.GetAt(0);
            _wishes.RemoveAt(0);
            node.Election.TryPropose(state => Change(state, id, member), now, isFarewell: !_silent.Contains(id));
        }
    }

    private static DomainState? Change(DomainState state, EngineId id, DomainMember? member)
    {
        var known = state.Find(id);
        if (member is null)
            return known is null || state.Members.Length < 2 ? null : state.Without(id);
        return known is not null && known == member with { Number = known.Number } ? null : state.With(member);
    }

    private void LookAfterMembers(TimeSpan now)
    {
        foreach (var member in node.Election.State.Members)
        {
            if (member.Id == node.Self || node.Election.RecordOf(member.Id) is not { } record)
                continue;
            var silence = now - record.HeardAt;
            if (silence >= node.Setup.SilentAfter)
            {
                if (_silent.Add(member.Id))
                    node.Events.Silent(member);
                if (silence >= node.Setup.RemoveAfter && !_wishes.ContainsKey(member.Id))
                    Wish(member.Id, null, now);
            }
            else if (_silent.Remove(member.Id))
                node.Events.Back(member);
        }
        _silent.RemoveWhere(each => node.Election.State.Find(each) is null);
    }

    private void Announce(TimeSpan now)
    {
        _announceAt = now + Pause + TimeSpan.FromMilliseconds(500 * Random.Shared.NextDouble());
        var known = node.Election.State.Find(node.Self);
        if (HasLeft)
        {
            if (known is null)
                return;
            if (node.IsMaster)
                Wish(node.Self, null, now);
            else
                Tell(DomainNames.Leave, DomainNames.Self(1, SnmpValue.OctetString(node.Setup.Name)), AddressOf(Self));
            return;
        }
        var isKnown = known is not null && known == Self with { Number = known.Number };
        if (isKnown && now - _masterAt < LongWithoutMaster)
            return;
        if (node.IsMaster)
            Wish(node.Self, Self, now);
        else
            Tell(
                DomainNames.Join,
                DomainNames.Self(1, SnmpValue.OctetString(node.Setup.Name)),
                AddressOf(Self),
                DomainNames.Member(3, node.Self, SnmpValue.OctetString(node.Name)),
                DomainNames.Self(14, SnmpValue.Integer(node.Priority))
            );
    }

    private static VarBind AddressOf(DomainMember member) => DomainNames.Member(2, member.Id, SnmpValue.OctetString(member.Address));

    /// <summary>Tells the master, else one after another of those who may know him.</summary>
    private void Tell(uint notification, params VarBind[] objects)
    {
        if (_isAnnouncing || NextTarget() is not var (id, address))
            return;
        _isAnnouncing = true;
        node.Background(async () =>
        {
            try
            {
                await client.InformAsync(id, address, upTime(), notification, objects).ConfigureAwait(false);
            }
            catch (SnmpException fault)
            {
                node.Trouble(address, fault);
            }
            finally
            {
                node.Run(_ => _isAnnouncing = false);
            }
        });
    }

    private (EngineId Id, string Address)? NextTarget()
    {
        if (node.Election.Master is { } master)
            return (master.Master, master.Address);
        (EngineId Id, string Address)[] targets =
        [
            .. node.Election.State.Members.Where(each => each.Id != node.Self).Select(each => (each.Id, each.Address)),
            .. JoinAddresses.Select(each => (default(EngineId), each)),
        ];
        return targets.Length == 0 ? null : targets[_nextTarget++ % targets.Length];
    }

    /// <summary>Not more than one a second for each: two who take each other for the master would go on for ever.</summary>
    private bool PassOn(uint notification, EngineId from, IReadOnlyList<VarBind> objects, TimeSpan now)
    {
        if (node.Election.Master is not { } master)
            return false;
        if (_passedOnAt.Count >= MostWishes)
            _passedOnAt.Clear();
        if (_passedOnAt.TryGetValue(from, out var at) && now - at < PassOnPause)
            return true;
        _passedOnAt[from] = now;
        node.Background(async () =>
        {
            try
            {
                await client.InformAsync(master.Master, master.Address, upTime(), notification, objects).ConfigureAwait(false);
            }
            catch (SnmpException fault)
            {
                node.Trouble(master.Address, fault);
            }
        });
        return true;
    }
}
