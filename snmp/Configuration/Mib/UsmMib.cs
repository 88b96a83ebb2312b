using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Configuration.Mib;

/// <summary>SNMP-USER-BASED-SM-MIB (RFC 3414 §5): users are made by cloning and get new keys without a key being sent.</summary>
internal static class UsmMib
{
    private static readonly ObjectIdentifier UserEntry = new(1, 3, 6, 1, 6, 3, 15, 1, 2, 2, 1);
    private static readonly ObjectIdentifier ZeroDotZero = new(0, 0);

    public static void Declare(ControlPlane<SnmpConfiguration> plane, SnmpCounters counters)
    {
        Counter(1, () => counters.UnsupportedSecurityLevels);
        Counter(2, () => counters.NotInTimeWindows);
        Counter(3, () => counters.UnknownUserNames);
        Counter(4, () => counters.UnknownEngineIds);
        Counter(5, () => counters.WrongDigests);
        Counter(6, () => counters.DecryptionErrors);
        SpinLock.Declare(plane, 1, 3, 6, 1, 6, 3, 15, 1, 2, 1, 0);
        var keyChange = Smi.Octets(0, 2 * AuthProtocols.LongestDigest);
        plane
            .Table(UserEntry.Span, "usmUser", 12, state => state.Users, (state, rows) => state with { Users = rows }, Make, user => user.IsCloned)
            .ReadOnly(3, "usmUserSecurityName", ConfigurationTables.AdminString, user => user.Name)
            .Assigns(4, "usmUserCloneFrom", Smi.Oid, _ => ZeroDotZero, Clone)
            .Assigns(5, "usmUserAuthProtocol", Smi.Oid, user => user.Auth.ToOid(), SetAuth)
            .Assigns(6, "usmUserAuthKeyChange", keyChange, _ => [], (user, change, _) => ChangeAuthKey(user, change))
            .Assigns(
                7,
                "usmUserOwnAuthKeyChange",
                keyChange,
                _ => [],
                (user, change, at) => IsOwn(user, at) ? ChangeAuthKey(user, change) : ErrorStatus.NoAccess
            )
            .Assigns(8, "usmUserPrivProtocol", Smi.Oid, user => user.Priv.ToOid(), SetPriv)
            .Assigns(9, "usmUserPrivKeyChange", keyChange, _ => [], (user, change, _) => ChangePrivKey(user, change))
            .Assigns(
                10,
                "usmUserOwnPrivKeyChange",
                keyChange,
                _ => [],
                (user, change, at) => IsOwn(user, at) ? ChangePrivKey(user, change) : ErrorStatus.NoAccess
            )
            .ReadCreate(11, "usmUserPublic", Smi.Octets(0, 32), user => user.Public, (user, octets) => user with { Public = octets });

        void Counter(uint number, Func<uint> value) => plane.ReadOnly([1, 3, 6, 1, 6, 3, 15, 1, 1, number, 0], Smi.Counter32, _ => value());
    }

    private static UsmUser Make(ReadOnlySpan<uint> index)
    {
        var reader = new RowIndexReader(index);
        var engineId = reader.Octets(EngineId.Shortest, EngineId.Longest);
        var name = reader.Text(1, UsmUser.LongestName);
        return reader.IsWhole
            ? new()
            {
                EngineId = new(engineId),
                Name = name,
                IsCloned = false,
            }
            : null!;
    }

    private static bool IsOwn(UsmUser user, Assignment<SnmpConfiguration> at) =>
        at.Request.Version == SnmpVersion.V3 && at.Request.SecurityName == user.Name;

    private static Assigned<UsmUser> Clone(UsmUser user, ObjectIdentifier from, Assignment<SnmpConfiguration> at)
    {
        // Only the first time has an effect; later ones are no error.
        if (user.IsCloned)
            return user;
        if (!UserEntry.IsPrefixOf(from.Span) || from.Length <= UserEntry.Length + 1)
            return ErrorStatus.InconsistentName;
        if (at.State.Users.Find(from.Span[(UserEntry.Length + 1)..]) is not { Status: RowStatus.Active } other)
            return ErrorStatus.InconsistentName;
        return user with { Auth = other.Auth, AuthKey = other.AuthKey, Priv = other.Priv, PrivKey = other.PrivKey, IsCloned = true };
    }

    // A protocol comes with its key from the row that was cloned; all that can be set is to do without.
    private static Assigned<UsmUser> SetAuth(UsmUser user, ObjectIdentifier oid, Assignment<SnmpConfiguration> at)
    {
        if (!ProtocolNames.TryFind(oid, out AuthProtocol protocol))
            return ErrorStatus.WrongValue;
        if (protocol == user.Auth)
            return user;
        return protocol == AuthProtocol.None && user.Priv == PrivProtocol.None
            ? user with
            {
                Auth = AuthProtocol.None,
                AuthKey = [],
            }
            : ErrorStatus.InconsistentValue;
    }

    private static Assigned<UsmUser> SetPriv(UsmUser user, ObjectIdentifier oid, Assignment<SnmpConfiguration> at)
    {
        if (!ProtocolNames.TryFind(oid, out PrivProtocol protocol))
            return ErrorStatus.WrongValue;
        if (protocol == user.Priv)
            return user;
        return protocol == PrivProtocol.None ? user with { Priv = PrivProtocol.None, PrivKey = [] } : ErrorStatus.InconsistentValue;
    }

    private static Assigned<UsmUser> ChangeAuthKey(UsmUser user, byte[] change) =>
        user.Auth == AuthProtocol.None ? ErrorStatus.InconsistentValue
        : KeyChange.TryApply(user.Auth, user.AuthKey, change, out var key) ? user with { AuthKey = key }
        : ErrorStatus.WrongLength;

    private static Assigned<UsmUser> ChangePrivKey(UsmUser user, byte[] change) =>
        user.Priv == PrivProtocol.None ? ErrorStatus.InconsistentValue
        : KeyChange.TryApply(user.Auth, user.PrivKey, change, out var key) ? user with { PrivKey = key }
        : ErrorStatus.WrongLength;
}
