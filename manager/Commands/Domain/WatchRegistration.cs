using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Rtfm.Control.Domain;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>
/// Has members send their notifications here for as long as somebody watches, as informs: rows of SNMP-TARGET-MIB, SNMP-NOTIFICATION-MIB and usmUserTable that
/// no restart keeps.
/// </summary>
/// <param name="credentials">As whom members are asked, and tell: a user, or a community.</param>
internal sealed class WatchRegistration(IPEndPoint listening, SnmpCredentials credentials, EngineId engine)
{
    private const int MessageModelV2c = 1;
    private const int MessageModelV3 = 3;
    private const int Trap = 1;
    private const int Inform = 2;

    /// <summary>How long a member waits for us, in hundredths of a second, and how often it tells again.</summary>
    private const int Timeout = 200;
    private const int Retries = 4;

    /// <summary>The engine's own part: the next watch of this engine removes what a dead one left.</summary>
    private readonly string _name = $"watch-{Convert.ToHexString(engine.Octets[^6..])}";
    private readonly WatchUser? _user = credentials is UserCredentials user ? new WatchUser(user, engine) : null;
    private readonly ConcurrentDictionary<string, Registered> _registered = [];

    /// <param name="Boots">The member's start in which it was told: after another it has forgotten.</param>
    private sealed record Registered(DomainAgent Member, uint Boots, bool HasUser);

    private static ReadOnlySpan<uint> TargetAddressEntry => [1, 3, 6, 1, 6, 3, 12, 1, 2, 1];

    private static ReadOnlySpan<uint> TargetParamsEntry => [1, 3, 6, 1, 6, 3, 12, 1, 3, 1];

    private static ReadOnlySpan<uint> NotifyEntry => [1, 3, 6, 1, 6, 3, 13, 1, 1, 1];

    /// <summary>It was asked since its last start, and has said yes or no.</summary>
    public bool Has(MemberStatus member) => _registered.TryGetValue(member.Id, out var known) && known.Boots == member.Boots;

    /// <summary>Asks a member.</summary>
    /// <returns>Null: it sends informs here; else what it does instead, and why.</returns>
    /// <exception cref="SnmpException">It did not answer: to be asked again.</exception>
    public async Task<string?> AddAsync(MemberStatus status, DomainAgent member, CancellationToken cancellationToken)
    {
        // Noted first: a lost answer leaves us not knowing, and removing what is not there does no harm.
        _registered[status.Id] = new Registered(member, 0, HasUser: _user is not null);
        string? complaint = null;
        try
        {
            await SetOnceAsync(member, Destroyed, cancellationToken).ConfigureAwait(false);
            complaint = await RefusalOfUserAsync(member, status.Id, cancellationToken).ConfigureAwait(false);
            await SetOnceAsync(member, Rows(complaint is null ? Inform : Trap), cancellationToken).ConfigureAwait(false);
        }
        catch (SnmpErrorException error)
        {
            complaint = $"does not send its notifications here: {error.Status.Words()}";
        }
        _registered[status.Id] = new Registered(member, status.Boots, HasUser: _user is not null && complaint is null);
        return complaint;
    }

    /// <summary>Takes back what was asked for.</summary>
    public async Task RemoveAllAsync()
    {
        await Task.WhenAll(
                _registered.Values.Select(async each =>
                {
                    try
                    {
                        var target = each.Member.Meter.Target with { Retries = 1 };
                        VarBind[] order = each.HasUser ? [.. Destroyed, _user!.Destroyed] : Destroyed;
                        await each.Member.Meter.Client.SetAsync(target, order, CancellationToken.None).ConfigureAwait(false);
                    }
                    catch (SnmpException)
                    {
                        // A member that is away forgets them when it starts anew.
                    }
                })
            )
            .ConfigureAwait(false);
        _registered.Clear();
    }

    /// <summary>An order that must not be taken twice: what is not answered is begun anew.</summary>
    internal static Task SetOnceAsync(DomainAgent member, VarBind[] order, CancellationToken cancellationToken) =>
        member.Meter.Client.SetAsync(member.Meter.Target with { Retries = 0 }, order, cancellationToken);

    private async Task<string?> RefusalOfUserAsync(DomainAgent member, string id, CancellationToken cancellationToken)
    {
        if (_user is null || !EngineId.TryParse(id, out var at))
            return null;
        try
        {
            await _user.MakeAsync(member, at, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (SnmpErrorException error)
        {
            return $"sends traps, not informs: it does not take our user's keys: {error.Status.Words()}";
        }
    }

    private VarBind[] Destroyed =>
        [
            Status(Row(NotifyEntry, 5), RowStatus.Destroy),
            Status(Row(TargetAddressEntry, 9), RowStatus.Destroy),
            Status(Row(TargetParamsEntry, 7), RowStatus.Destroy),
        ];

    private VarBind[] Rows(int notifyType)
    {
        var (domain, address) = UdpDomain.Write(listening);
        var user = credentials as UserCredentials;
        return
        [
            Status(Row(TargetParamsEntry, 7), RowStatus.CreateAndGo),
            new(Row(TargetParamsEntry, 2), SnmpValue.Integer(user is null ? MessageModelV2c : MessageModelV3)),
            new(Row(TargetParamsEntry, 3), SnmpValue.Integer((int)(user is null ? SecurityModel.V2c : SecurityModel.Usm))),
            new(Row(TargetParamsEntry, 4), SnmpValue.OctetString(user?.UserName ?? StandardAccess.Writer)),
            new(Row(TargetParamsEntry, 5), SnmpValue.Integer((int)(user?.Level ?? SecurityLevel.NoAuthNoPriv))),
            new(Row(TargetParamsEntry, 6), SnmpValue.Integer((int)StorageType.Volatile)),
            Status(Row(TargetAddressEntry, 9), RowStatus.CreateAndGo),
            new(Row(TargetAddressEntry, 2), SnmpValue.Oid(domain)),
            new(Row(TargetAddressEntry, 3), SnmpValue.OctetString(address)),
            new(Row(TargetAddressEntry, 4), SnmpValue.Integer(Timeout)),
            new(Row(TargetAddressEntry, 5), SnmpValue.Integer(Retries)),
            new(Row(TargetAddressEntry, 6), SnmpValue.OctetString(_name)),
            new(Row(TargetAddressEntry, 7), SnmpValue.OctetString(_name)),
            new(Row(TargetAddressEntry, 8), SnmpValue.Integer((int)StorageType.Volatile)),
            Status(Row(NotifyEntry, 5), RowStatus.CreateAndGo),
            new(Row(NotifyEntry, 2), SnmpValue.OctetString(_name)),
            new(Row(NotifyEntry, 3), SnmpValue.Integer(notifyType)),
            new(Row(NotifyEntry, 4), SnmpValue.Integer((int)StorageType.Volatile)),
        ];
    }

    private static VarBind Status(ObjectIdentifier row, RowStatus command) => new(row, SnmpValue.Integer((int)command));

    /// <summary>The index is the name, without its length (IMPLIED).</summary>
    private ObjectIdentifier Row(ReadOnlySpan<uint> entry, uint column) =>
        new([.. entry, column, .. Encoding.UTF8.GetBytes(_name).Select(each => (uint)each)]);
}
