using System.Linq;
using System.Text;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Configuration;

/// <summary>What someone may do who is put into one of the standard groups.</summary>
public enum Permission
{
    Read,

    /// <summary>Reads, too.</summary>
    Write,
}

/// <summary>The groups and views that an agent begins with, after RFC 3415 appendix A.</summary>
/// <remarks>
/// One group for each permission and level, as <c>write-authPriv</c>: who has keys for encryption must use them. Readers, and all who are not authenticated, see
/// everything but who there is and what he may do; authenticated writers see and change all.
/// </remarks>
public static class StandardAccess
{
    public const string Everything = "everything";
    public const string Restricted = "restricted";

    /// <summary>Whom an agent's communities of its settings stand for.</summary>
    public const string Reader = "reader";
    public const string Writer = "writer";

    private static readonly SecurityLevel[] Levels = [SecurityLevel.NoAuthNoPriv, SecurityLevel.AuthNoPriv, SecurityLevel.AuthPriv];

    /// <summary>The configuration with views and groups added.</summary>
    /// <param name="contexts">Contexts in which everybody may do what he may in the one without a name.</param>
    public static SnmpConfiguration WithStandardAccess(this SnmpConfiguration configuration, params IEnumerable<string> contexts) =>
        configuration with
        {
            Views = configuration.Views.With(Views()),
            Access = configuration.Access.With(
                from context in contexts.Prepend("")
                from level in Levels
                from permission in (Permission[])[Permission.Read, Permission.Write]
                select Access(permission, level, context)
            ),
        };

    /// <summary>The configuration with a user who may do that, at the best level he has keys for.</summary>
    public static SnmpConfiguration WithUser(this SnmpConfiguration configuration, UsmUser user, Permission permission) =>
        configuration with
        {
            Users = configuration.Users.With(user),
            Groups = configuration.Groups.With(
                new GroupMember
                {
                    Model = SecurityModel.Usm,
                    SecurityName = user.Name,
                    Group = NameOf(permission, user.Level),
                    Storage = user.Storage,
                }
            ),
        };

    /// <summary>The configuration with a community that may do that, in SNMPv1 and v2c.</summary>
    /// <param name="name">The community; a secret.</param>
    /// <param name="securityName">Who is meant by it.</param>
    public static SnmpConfiguration WithCommunity(this SnmpConfiguration configuration, string name, string securityName, Permission permission)
    {
        return configuration with
        {
            Communities = configuration.Communities.With(
                new CommunityEntry
                {
                    Id = securityName,
                    Name = Encoding.UTF8.GetBytes(name),
                    SecurityName = securityName,
                    Storage = StorageType.ReadOnly,
                }
            ),
            Groups = configuration.Groups.With([Member(SecurityModel.V1), Member(SecurityModel.V2c)]),
        };

        GroupMember Member(SecurityModel model) =>
            new()
            {
                Model = model,
                SecurityName = securityName,
                Group = NameOf(permission, SecurityLevel.NoAuthNoPriv),
                Storage = StorageType.ReadOnly,
            };
    }

    public static string NameOf(Permission permission, SecurityLevel level) =>
        $"{(permission == Permission.Write ? "write" : "read")}-{level.Words()}";

    private static AccessEntry Access(Permission permission, SecurityLevel level, string context)
    {
        var own = permission == Permission.Write && level != SecurityLevel.NoAuthNoPriv ? Everything : Restricted;
        return new()
        {
            Group = NameOf(permission, level),
            ContextPrefix = context,
            Model = SecurityModel.Any,
            Level = level,
            ReadView = own,
            WriteView = permission == Permission.Write ? own : "",
            NotifyView = own,
            Storage = StorageType.Permanent,
        };
    }

    private static IEnumerable<ViewFamily> Views()
    {
        yield return Family(Everything, isIncluded: true, 1);
        yield return Family(Restricted, isIncluded: true, 1);
        // Communities, users, groups and views; the counters of the user-based security model are for all.
        yield return Family(Restricted, isIncluded: false, 1, 3, 6, 1, 6, 3, 15);
        yield return Family(Restricted, isIncluded: true, 1, 3, 6, 1, 6, 3, 15, 1, 1);
        yield return Family(Restricted, isIncluded: false, 1, 3, 6, 1, 6, 3, 16);
        yield return Family(Restricted, isIncluded: false, 1, 3, 6, 1, 6, 3, 18);
        // Whom certificates stand for.
        yield return Family(Restricted, isIncluded: false, 1, 3, 6, 1, 2, 1, 198, 2, 2);
    }

    private static ViewFamily Family(string view, bool isIncluded, params ReadOnlySpan<uint> subtree) =>
        new()
        {
            View = view,
            Subtree = new(subtree),
            IsIncluded = isIncluded,
            Storage = StorageType.Permanent,
        };
}
