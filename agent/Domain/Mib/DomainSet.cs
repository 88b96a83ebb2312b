using System.Linq;
using Rtfm.Agent.Domain.Distribution;
using Rtfm.Agent.Domain.Election;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Mib;

/// <summary>What a SET of RTFM-DOMAIN-MIB says: one message, whose objects come all together and with nothing else.</summary>
/// <remarks>
/// So it can be decided and done in the test already, where a refusal has the error that the asker understands; there is nothing else that could fail after it.
/// Only what is authenticated is heard, whatever views there are.
/// </remarks>
internal sealed class DomainSet
{
    private static readonly Smi<byte[]> EngineIdOrNone = Smi.Octets(0, EngineId.Longest) with
    {
        Check = value => value.Octets.Length is 0 or (>= EngineId.Shortest and <= EngineId.Longest) ? ErrorStatus.NoError : ErrorStatus.WrongLength,
    };

    private readonly DomainService _domain;
    private readonly List<Message> _messages;

    /// <summary>Objects that come together, in their order, and what is done with their values.</summary>
    private sealed record Message(
        ObjectIdentifier[] Objects,
        Func<SnmpValue, ErrorStatus>[] Syntaxes,
        Func<DomainNode, SnmpValue[], TimeSpan, bool> Act
    );

    public DomainSet(DomainService domain)
    {
        _domain = domain;
        var (engine, number) = (Of(EngineIdOrNone), Of(Smi.Gauge32));
        var (name, address) = (Of(Smi.Utf8(DomainJson.LongestRuleSetName)), Of(Smi.Utf8(DomainJson.LongestText)));
        _messages =
        [
            Scalars(DomainMib.Self, 13, Participate, Of(Smi.Range(1, 2))),
            Scalars(DomainMib.Self, 14, SetPriority, Of(Smi.Range(0, 255))),
            Scalars(DomainMib.Self, 15, HandOver, engine),
            Scalars(DomainMib.Order, 1, Apply, name, number, Of(Smi.Range(0, int.MaxValue)), Of(Smi.TruthValue)),
            Scalars(DomainMib.Order, 5, Activate, name, number),
            Scalars(DomainMib.Protocol, 1, Vote, number, engine, number, number, Of(Smi.Range(1, 3))),
            Scalars(DomainMib.Protocol, 6, Claim, number, engine, address, number, number, number),
            Scalars(DomainMib.Protocol, 12, Report, engine, number, number, number, Of(Smi.Utf8(60_000))),
            Scalars(DomainMib.Protocol, 17, Stand, number),
        ];
    }

    public ErrorStatus Test(SetTransaction transaction, int index) => transaction.Staged(this, () => Decide(transaction))[index];

    private ErrorStatus[] Decide(SetTransaction transaction)
    {
        var varBinds = transaction.VarBinds;
        var errors = new ErrorStatus[varBinds.Count];
        if (transaction.Request.Level < SecurityLevel.AuthNoPriv)
            return Refuse(ErrorStatus.NoAccess);
        for (var i = 0; i < varBinds.Count; i++)
            errors[i] = SyntaxErrorOf(varBinds[i]);
        if (Array.Exists(errors, error => error != ErrorStatus.NoError))
            return errors;
        return _domain.Node is { } node && node.Run(now => IsDone(node, varBinds, now)) ? errors : Refuse(ErrorStatus.InconsistentValue);

        ErrorStatus[] Refuse(ErrorStatus status)
        {
            Array.Fill(errors, status);
            return errors;
        }
    }

    private ErrorStatus SyntaxErrorOf(in VarBind varBind)
    {
        foreach (var message in _messages)
        {
            var at = Array.IndexOf(message.Objects, varBind.Name);
            if (at >= 0)
                return message.Syntaxes[at](varBind.Value);
            foreach (var each in message.Objects)
            {
                if (varBind.Name.Length >= each.Length && each.Span[..^1].SequenceEqual(varBind.Name.Span[..(each.Length - 1)]))
                    return ErrorStatus.NoCreation;
            }
        }
        if (IsRemoval(varBind, out _))
            return Of(Smi.Range(1, 2))(varBind.Value);
        // What other modules have is for them to test; together with a message it is refused.
        return varBind.Name.Span.StartsWith(DomainMib.Root) ? ErrorStatus.NotWritable : ErrorStatus.NoError;
    }

    private bool IsDone(DomainNode node, IReadOnlyList<VarBind> varBinds, TimeSpan now)
    {
        if (varBinds.Count == 1 && IsRemoval(varBinds[0], out var member))
            return varBinds[0].Value.Signed == 1 ? node.IsMaster : node.Membership.Remove(member, now);
        foreach (var message in _messages)
        {
            if (message.Objects.Length != varBinds.Count || !message.Objects.All(each => varBinds.Any(one => one.Name == each)))
                continue;
            var values = message.Objects.Select(each => varBinds.First(one => one.Name == each).Value).ToArray();
            return message.Act(node, values, now);
        }
        return false;
    }

    private static bool IsRemoval(in VarBind varBind, out EngineId member)
    {
        var name = varBind.Name.Span;
        var entry = DomainMib.MemberEntry;
        member = default;
        return name.Length > entry.Length
            && name.StartsWith(entry)
            && name[entry.Length] == 10
            && DomainNames.TryMember(name[(entry.Length + 1)..], out member);
    }

    private static bool Participate(DomainNode node, SnmpValue[] values, TimeSpan now)
    {
        node.Membership.Participate(values[0].Signed == 1, now);
        return true;
    }

    private static bool SetPriority(DomainNode node, SnmpValue[] values, TimeSpan now)
    {
        node.Membership.SetPriority((int)values[0].Signed, now);
        return true;
    }

    private static bool HandOver(DomainNode node, SnmpValue[] values, TimeSpan now) => node.HandOver(new(values[0].Octets), now);

    private static bool Vote(DomainNode node, SnmpValue[] values, TimeSpan now) =>
        values[1].Octets.Length > 0
        && node.Election.Receive(
            new VoteRequest(Number(values[0]), new(values[1].Octets), new(Number(values[2]), Number(values[3])), (VoteKind)values[4].Signed),
            now
        ).IsGranted;

    private static bool Claim(DomainNode node, SnmpValue[] values, TimeSpan now)
    {
        var flags = Number(values[5]);
        var claim = new MasterClaim(
            Number(values[0]),
            new(values[1].Octets),
            values[2].Text,
            new(Number(values[3]), Number(values[4])),
            IsSettled: (flags & 1) != 0,
            WantsReport: (flags & 2) != 0
        );
        return !claim.Master.IsEmpty && claim.Address.Length > 0 && !claim.Address.Any(char.IsControl) && node.Election.Receive(claim, now).IsGranted;
    }

    private static bool Report(DomainNode node, SnmpValue[] values, TimeSpan now)
    {
        var member = new EngineId(values[0].Octets);
        if (
            !MeterRuleSets.TryRead(values[4].Text, out var loaded)
            || !node.Election.ReceiveReport(member, Number(values[1]), new(Number(values[2]), Number(values[3])), now)
        )
            return false;
        if (node.Election.State.Find(member) is not null)
            node.Distribution.Reported(member, loaded, now);
        return true;
    }

    private static bool Stand(DomainNode node, SnmpValue[] values, TimeSpan now) => node.Election.Stand(Number(values[0]), now);

    private static bool Apply(DomainNode node, SnmpValue[] values, TimeSpan now) =>
        node.Apply(values[0].Text, Number(values[1]), (int)values[2].Signed, values[3].Signed == 1, now);

    private static bool Activate(DomainNode node, SnmpValue[] values, TimeSpan now) => node.Activate(values[0].Text, Number(values[1]), now);

    private static uint Number(SnmpValue value) => (uint)value.Number;

    private static Func<SnmpValue, ErrorStatus> Of<T>(Smi<T> syntax) => value => syntax.Test(value);

    private static Message Scalars(
        ReadOnlySpan<uint> group,
        uint first,
        Func<DomainNode, SnmpValue[], TimeSpan, bool> act,
        params Func<SnmpValue, ErrorStatus>[] syntaxes
    )
    {
        var names = new ObjectIdentifier[syntaxes.Length];
        for (var i = 0; i < names.Length; i++)
            names[i] = DomainNames.Scalar(group, first + (uint)i);
        return new(names, syntaxes, act);
    }
}
