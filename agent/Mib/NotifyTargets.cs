using System.Linq;
using System.Net;
using System.Text;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Mib;

/// <summary>Those whom the settings want to be told of what happens, as rows that SNMP shows and cannot change.</summary>
internal static class NotifyTargets
{
    /// <summary>The group of those who are told, but may not ask.</summary>
    private const string Group = "notify";

    /// <exception cref="SettingsException">An entry makes no sense by itself.</exception>
    public static void Check(IReadOnlyList<NotifyOptions> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var (entry, place) = (entries[i], $"{AgentOptions.Section}:Notify[{i}]");
            _ = EndPointOf(entry, place);
            switch (entry.Version)
            {
                case "v1" or "v2c" when entry.User is not null:
                    throw new SettingsException(
                        $"{place}:User is '{entry.User}', but {entry.Version} has no users. Set Community instead, or Version v3."
                    );
                case "v1" or "v2c" when string.IsNullOrEmpty(entry.Community):
                    throw new SettingsException(
                        $"{place} has no Community, which {entry.Version} needs: there is no default. Set {place}:Community."
                    );
                case "v1" when entry.Inform:
                    throw new SettingsException($"{place}:Inform is true, but SNMPv1 has no informs. Use Version v2c or v3.");
                case "v3" when entry.Community is not null:
                    throw new SettingsException($"{place} has a Community, which v3 does not use. Set User instead.");
                case "v3" when string.IsNullOrEmpty(entry.User):
                    throw new SettingsException(
                        $"{place} has no User, which v3 needs. Set {place}:User to a name that 'rtfm-agent user list' shows."
                    );
                case "v1" or "v2c" or "v3":
                    break;
                default:
                    throw new SettingsException($"{place}:Version is '{entry.Version}'. Write v1, v2c or v3.");
            }
        }
    }

    /// <summary>Adds the rows.</summary>
    /// <param name="engine">The agent's own.</param>
    /// <exception cref="SettingsException">An entry names a user who is not there, or has no place to be told.</exception>
    public static SnmpConfiguration Add(SnmpConfiguration configuration, IReadOnlyList<NotifyOptions> entries, EngineId engine)
    {
        for (var i = 0; i < entries.Count; i++)
            configuration = Add(configuration, entries[i], $"{AgentOptions.Section}:Notify[{i}]", $"notify-{i + 1}", engine);
        return configuration;
    }

    private static SnmpConfiguration Add(SnmpConfiguration configuration, NotifyOptions entry, string place, string name, EngineId engine)
    {
        var made =
            entry.Version == "v3"
                ? ForUser(ref configuration, entry, place, name, engine)
                : ForCommunity(ref configuration, entry.Version == "v1" ? SecurityModel.V1 : SecurityModel.V2c, entry.Community!, name);
        var (domain, address) = UdpDomain.Write(EndPointOf(entry, place));
        return configuration with
        {
            Notify = configuration.Notify.With(
                new NotifyEntry
                {
                    Name = name,
                    Tag = name,
                    IsInform = entry.Inform,
                    Storage = StorageType.ReadOnly,
                }
            ),
            TargetParams = configuration.TargetParams.With(made with { Storage = StorageType.ReadOnly }),
            TargetAddresses = configuration.TargetAddresses.With(
                new TargetAddress
                {
                    Name = name,
                    Domain = domain,
                    Address = address,
                    TagList = name,
                    Params = name,
                    Storage = StorageType.ReadOnly,
                }
            ),
        };
    }

    private static TargetParams ForCommunity(ref SnmpConfiguration configuration, SecurityModel model, string community, string name)
    {
        var octets = Encoding.UTF8.GetBytes(community);
        // One that is known already means whom it has meant, or requests with it would mean someone else now.
        var known = configuration.Communities.FirstOrDefault(each => each.Name.AsSpan().SequenceEqual(octets));
        if (known is null)
        {
            known = new()
            {
                Id = name,
                Name = octets,
                SecurityName = name,
                // Nobody else can ask with it; whoever sits there may do nothing but be told.
                TransportTag = name,
                Storage = StorageType.ReadOnly,
            };
            configuration = configuration with { Communities = configuration.Communities.With(known) };
        }
        return new()
        {
            Name = name,
            MessageModel = model == SecurityModel.V1 ? 0 : 1,
            Model = model,
            SecurityName = Member(ref configuration, model, known.SecurityName),
            Level = SecurityLevel.NoAuthNoPriv,
        };
    }

    private static TargetParams ForUser(ref SnmpConfiguration configuration, NotifyOptions entry, string place, string name, EngineId engine)
    {
        // An inform is under the authority of who receives it, a trap under ours (RFC 3412 §6.2).
        var users = configuration.Users.Where(user => user.Name == entry.User && user.EngineId == engine != entry.Inform).ToList();
        if (users.Count == 0)
        {
            throw new SettingsException(
                entry.Inform
                    ? $"{place}:User is '{entry.User}', whom no receiver's engine has. Add him with 'rtfm-agent user add {entry.User} --engine-id HEX', the receiver's engine ID."
                    : $"{place}:User is '{entry.User}', whom this agent does not have. Add him with 'rtfm-agent user add {entry.User}'."
            );
        }
        return new()
        {
            Name = name,
            MessageModel = 3,
            Model = SecurityModel.Usm,
            SecurityName = Member(ref configuration, SecurityModel.Usm, entry.User!),
            Level = users.Min(user => user.Level),
        };
    }

    /// <summary>Puts him into the group of those who are told, where he is in none.</summary>
    private static string Member(ref SnmpConfiguration configuration, SecurityModel model, string securityName)
    {
        var member = new GroupMember
        {
            Model = model,
            SecurityName = securityName,
            Group = Group,
            Storage = StorageType.ReadOnly,
        };
        if (configuration.Groups.Find(member.Index.Span) is null)
        {
            configuration = configuration with
            {
                Groups = configuration.Groups.With(member),
                Access = configuration.Access.With(
                    new AccessEntry
                    {
                        Group = Group,
                        Model = SecurityModel.Any,
                        Level = SecurityLevel.NoAuthNoPriv,
                        NotifyView = StandardAccess.Restricted,
                        Storage = StorageType.ReadOnly,
                    }
                ),
            };
        }
        return securityName;
    }

    private static IPEndPoint EndPointOf(NotifyOptions entry, string place)
    {
        var complaint = "";
        if (entry.To.StartsWith("udp:", StringComparison.OrdinalIgnoreCase) && TransportAddress.TryParse(entry.To, out var address, out complaint))
        {
            var isSomewhere = !address.EndPoint.Address.Equals(IPAddress.Any) && !address.EndPoint.Address.Equals(IPAddress.IPv6Any);
            if (isSomewhere && address.EndPoint.Port != 0)
                return address.EndPoint;
            complaint = "nobody is there";
        }
        var why = complaint.Length > 0 ? complaint : "not a UDP address";
        throw new SettingsException($"{place}:To is '{entry.To}': {why}. Write udp:ADDRESS:PORT, for example udp:192.0.2.1:162.");
    }
}
