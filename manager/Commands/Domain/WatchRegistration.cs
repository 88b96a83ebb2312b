using System.Net;
using System.Security.Cryptography;
using System.Text;
using Rtfm.Control.Domain;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>Has members send their notifications here for as long as somebody watches: rows of SNMP-TARGET-MIB and SNMP-NOTIFICATION-MIB that no restart keeps.</summary>
/// <remarks>
/// Traps, not informs: the user by whose name they come is the one we ask as, whom each member has; informs would need him at our engine, too (RFC 3413
/// §3.2, RFC 3414 §1.5.1).
/// </remarks>
internal sealed class WatchRegistration(IPEndPoint listening, UserCredentials user)
{
    private const int Volatile = 2;
    private const int UserSecurityModel = 3;
    private const int MessageModelV3 = 3;
    private const int Trap = 1;

    private readonly string _name = $"watch-{Convert.ToHexString(RandomNumberGenerator.GetBytes(6))}";
    private readonly Dictionary<string, DomainAgent> _registered = [];

    private static ReadOnlySpan<uint> TargetAddressEntry => [1, 3, 6, 1, 6, 3, 12, 1, 2, 1];

    private static ReadOnlySpan<uint> TargetParamsEntry => [1, 3, 6, 1, 6, 3, 12, 1, 3, 1];

    private static ReadOnlySpan<uint> NotifyEntry => [1, 3, 6, 1, 6, 3, 13, 1, 1, 1];

    /// <summary>Members that send their notifications here.</summary>
    public int Count => _registered.Count;

    /// <summary>Asks members that were not asked yet.</summary>
    /// <param name="id">The member's snmpEngineID.</param>
    /// <returns>Null: it does, or did already; else why not.</returns>
    public async Task<string?> AddAsync(string id, DomainAgent member, CancellationToken cancellationToken)
    {
        if (_registered.ContainsKey(id))
            return null;
        try
        {
            // Noted first: a lost answer leaves us not knowing, and removing what is not there does no harm.
            _registered[id] = member;
            await member.Meter.SetAsync(cancellationToken, Rows()).ConfigureAwait(false);
            return null;
        }
        catch (SnmpErrorException error)
        {
            _registered.Remove(id);
            return $"{member}: its notifications are not sent here: {error.Status.Words()}";
        }
        catch (SnmpException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Takes back what was asked for.</summary>
    public async Task RemoveAllAsync()
    {
        var destroyed = new[] { Row(NotifyEntry, 5), Row(TargetAddressEntry, 9), Row(TargetParamsEntry, 7) };
        await Task.WhenAll(
                _registered.Values.Select(async member =>
                {
                    try
                    {
                        var target = member.Meter.Target with { Retries = 1 };
                        VarBind[] order = [.. destroyed.Select(row => new VarBind(row, SnmpValue.Integer((int)RowStatus.Destroy)))];
                        await member.Meter.Client.SetAsync(target, order, CancellationToken.None).ConfigureAwait(false);
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

    private VarBind[] Rows()
    {
        var (domain, address) = UdpDomain.Write(listening);
        return
        [
            new(Row(TargetParamsEntry, 7), SnmpValue.Integer((int)RowStatus.CreateAndGo)),
            new(Row(TargetParamsEntry, 2), SnmpValue.Integer(MessageModelV3)),
            new(Row(TargetParamsEntry, 3), SnmpValue.Integer(UserSecurityModel)),
            new(Row(TargetParamsEntry, 4), SnmpValue.OctetString(user.UserName)),
            new(Row(TargetParamsEntry, 5), SnmpValue.Integer((int)user.Level)),
            new(Row(TargetParamsEntry, 6), SnmpValue.Integer(Volatile)),
            new(Row(TargetAddressEntry, 9), SnmpValue.Integer((int)RowStatus.CreateAndGo)),
            new(Row(TargetAddressEntry, 2), SnmpValue.Oid(domain)),
            new(Row(TargetAddressEntry, 3), SnmpValue.OctetString(address)),
            new(Row(TargetAddressEntry, 6), SnmpValue.OctetString(_name)),
            new(Row(TargetAddressEntry, 7), SnmpValue.OctetString(_name)),
            new(Row(TargetAddressEntry, 8), SnmpValue.Integer(Volatile)),
            new(Row(NotifyEntry, 5), SnmpValue.Integer((int)RowStatus.CreateAndGo)),
            new(Row(NotifyEntry, 2), SnmpValue.OctetString(_name)),
            new(Row(NotifyEntry, 3), SnmpValue.Integer(Trap)),
            new(Row(NotifyEntry, 4), SnmpValue.Integer(Volatile)),
        ];
    }

    /// <summary>The index is the name, without its length (IMPLIED).</summary>
    private ObjectIdentifier Row(ReadOnlySpan<uint> entry, uint column) =>
        new([.. entry, column, .. Encoding.UTF8.GetBytes(_name).Select(each => (uint)each)]);
}
