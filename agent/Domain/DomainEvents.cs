using System.Linq;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Domain;

/// <summary>Tells people what happens in the domain: in the log, and as notifications of RTFM-DOMAIN-MIB, which the master sends.</summary>
internal sealed class DomainEvents(DomainNode node, Action<Notification> raise, ILogger logger)
{
    private DomainState _state = node.Election.State;
    private EngineId _master;
    private uint _term;

    /// <summary>At the start nobody has missed a master yet.</summary>
    private bool _isAbsenceTold = true;

    /// <summary>When the master, or the absence of one, last changed.</summary>
    public TimeSpan ChangedAt { get; private set; }

    private string Domain => node.Setup.Name;

    /// <summary>Looks what has changed.</summary>
    public void Look(TimeSpan now)
    {
        LookAtMaster(now);
        var state = node.Election.State;
        if (ReferenceEquals(state, _state))
            return;
        var before = _state;
        _state = state;
        foreach (var member in state.Members.Where(each => before.Find(each.Id) is null))
        {
            Log.MemberJoined(logger, Domain, member.Address, member.Name);
            Tell(DomainNames.MemberJoined, member);
        }
        foreach (var member in before.Members.Where(each => state.Find(each.Id) is null))
        {
            Log.MemberLeft(logger, Domain, member.Address, member.Name);
            Tell(DomainNames.MemberLeft, member);
        }
    }

    public void Silent(DomainMember member)
    {
        Log.MemberSilent(logger, Domain, member.Address, member.Name);
        Tell(DomainNames.MemberSilent, member);
    }

    public void Back(DomainMember member)
    {
        Log.MemberBack(logger, Domain, member.Address, member.Name);
        Tell(DomainNames.MemberBack, member);
    }

    /// <summary>A rule set's wanted version runs now, or was given up.</summary>
    public void Decided(DomainRuleSet ruleSet)
    {
        var isGivenUp = ruleSet.Refused != 0;
        var version = isGivenUp ? ruleSet.Refused : ruleSet.Active;
        if (isGivenUp)
            Log.RuleSetGivenUp(logger, Domain, ruleSet.Name, version);
        else
            Log.RuleSetActivated(logger, Domain, ruleSet.Name, version);
        raise(
            new Notification(
                DomainNames.Notification(isGivenUp ? DomainNames.RuleSetGivenUp : DomainNames.RuleSetActivated),
                Name,
                DomainNames.RuleSet(2, ruleSet.Number, SnmpValue.OctetString(ruleSet.Name)),
                DomainNames.RuleSet(isGivenUp ? 6u : 3u, ruleSet.Number, SnmpValue.Unsigned32(version))
            )
        );
        foreach (var member in node.Election.State.Members)
        {
            var status = node.Distribution.StatusOf(member.Id, ruleSet with { Wanted = version }, node.Now);
            if (status.State is not (DeliveryState.Refused or DeliveryState.Unreachable))
                continue;
            var reason = status.Reason.Length > 0 ? status.Reason : "it does not answer";
            Log.NotDelivered(logger, Domain, member.Address, version, ruleSet.Name, reason);
            raise(
                new Notification(
                    DomainNames.Notification(DomainNames.NotDelivered),
                    Name,
                    DomainNames.RuleSet(2, ruleSet.Number, SnmpValue.OctetString(ruleSet.Name)),
                    DomainNames.Delivery(2, ruleSet.Number, member.Id, SnmpValue.Integer((int)status.State)),
                    DomainNames.Delivery(3, ruleSet.Number, member.Id, SnmpValue.OctetString(status.Reason))
                )
            );
        }
    }

    private VarBind Name => DomainNames.Self(1, SnmpValue.OctetString(Domain));

    private void LookAtMaster(TimeSpan now)
    {
        var master = node.Election.Master;
        var (id, term) = (master?.Master ?? default, master?.Term ?? 0);
        if (id == _master && term == _term)
        {
            // A master that hands over is missed for some milliseconds: that is nothing to tell.
            if (master is null && !_isAbsenceTold && now - ChangedAt >= node.Setup.Times.Lease / 2)
            {
                _isAbsenceTold = true;
                Log.HasNoMaster(logger, Domain);
            }
            return;
        }
        (_master, _term, ChangedAt, _isAbsenceTold) = (id, term, now, false);
        if (master is null)
            return;
        if (!node.IsMaster)
            Log.FollowsMaster(logger, Domain, master.Value.Address, term);
        else
        {
            Log.IsMaster(logger, Domain, term);
            raise(
                new Notification(
                    DomainNames.Notification(DomainNames.Elected),
                    Name,
                    DomainNames.Self(3, SnmpValue.Unsigned32(term)),
                    DomainNames.Self(5, SnmpValue.OctetString(node.Address))
                )
            );
        }
    }

    /// <summary>Of members the master alone tells.</summary>
    private void Tell(uint notification, DomainMember member)
    {
        if (!node.IsMaster)
            return;
        raise(
            new Notification(
                DomainNames.Notification(notification),
                Name,
                DomainNames.Member(2, member.Id, SnmpValue.OctetString(member.Address)),
                DomainNames.Member(3, member.Id, SnmpValue.OctetString(member.Name))
            )
        );
    }
}
