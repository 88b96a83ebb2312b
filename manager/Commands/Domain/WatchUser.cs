using System.Security.Cryptography;
using System.Text;
using Rtfm.Control.Domain;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>The watch's user at a member: informs need his keys at our engine, which has authority over them (RFC 3414 §1.5.1, §5 usmUserTable).</summary>
/// <remarks>
/// Made as the standard says: cloned from the row by which the member knows us, then given other keys, of which none is sent. Each order is sent once: what
/// would not do twice is begun anew by who calls.
/// </remarks>
internal sealed class WatchUser(UserCredentials user, EngineId watch)
{
    /// <summary>How often somebody else may change a user between our look at the lock and our order.</summary>
    private const int MostTurns = 5;

    private static readonly ObjectIdentifier SpinLock = new(1, 3, 6, 1, 6, 3, 15, 1, 2, 1, 0);
    private static readonly ObjectIdentifier UserEntry = new(1, 3, 6, 1, 6, 3, 15, 1, 2, 2, 1);

    /// <summary>The order that removes him.</summary>
    public VarBind Destroyed => new(Cell(13, watch), SnmpValue.Integer((int)RowStatus.Destroy));

    /// <summary>Makes him anew, whatever there is.</summary>
    /// <exception cref="SnmpErrorException">The member refuses.</exception>
    public async Task MakeAsync(DomainAgent member, EngineId at, CancellationToken cancellationToken)
    {
        await WatchRegistration.SetOnceAsync(member, [Destroyed], cancellationToken).ConfigureAwait(false);
        await SetInTurnAsync(
                member,
                [
                    new(Cell(13, watch), SnmpValue.Integer((int)RowStatus.CreateAndWait)),
                    new(Cell(4, watch), SnmpValue.Oid(Cell(3, at))),
                    new(Cell(12, watch), SnmpValue.Integer((int)StorageType.Volatile)),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
        await SetInTurnAsync(member, [.. NewKeys(at), new(Cell(13, watch), SnmpValue.Integer((int)RowStatus.Active))], cancellationToken)
            .ConfigureAwait(false);
    }

    private IEnumerable<VarBind> NewKeys(EngineId at)
    {
        var (old, own) = (user.At(at), user.At(watch));
        if (own.Auth != AuthProtocol.None)
            yield return new(Cell(6, watch), Change(old.AuthKey, own.AuthKey));
        if (own.Priv != PrivProtocol.None)
            yield return new(Cell(9, watch), Change(old.PrivKey, own.PrivKey));
    }

    private SnmpValue Change(byte[] old, byte[] own) =>
        SnmpValue.OctetString(KeyChange.Make(user.Auth, old, own, RandomNumberGenerator.GetBytes(old.Length)));

    /// <summary>With usmUserSpinLock in front, so that an order that comes twice on its way is taken once (RFC 3414 §5).</summary>
    private static async Task SetInTurnAsync(DomainAgent member, VarBind[] order, CancellationToken cancellationToken)
    {
        for (var turn = 1; ; turn++)
        {
            var found = await member.Meter.Client.GetAsync(member.Meter.Target, [SpinLock], cancellationToken).ConfigureAwait(false);
            try
            {
                await WatchRegistration.SetOnceAsync(member, [new(SpinLock, found[0].Value), .. order], cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (SnmpErrorException error) when (error is { Status: ErrorStatus.InconsistentValue, ErrorIndex: 1 } && turn < MostTurns)
            {
                // Somebody else was faster.
            }
        }
    }

    private ObjectIdentifier Cell(uint column, EngineId engine)
    {
        var name = Encoding.UTF8.GetBytes(user.UserName);
        return new([.. UserEntry.Span, column, .. Counted(engine.Octets), .. Counted(name)]);
    }

    private static uint[] Counted(ReadOnlySpan<byte> octets)
    {
        var index = new uint[1 + octets.Length];
        index[0] = (uint)octets.Length;
        for (var i = 0; i < octets.Length; i++)
            index[1 + i] = octets[i];
        return index;
    }
}
