using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Configuration.Mib;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Fuzz;

/// <summary>The agent that gets the inputs: every version, users of every kind of protection, and the administration's tables to read and to write.</summary>
internal sealed class Agent : IControlState<SnmpConfiguration>
{
    public const int MaxMessageSize = 16_384;
    public const int MaxUnauthenticatedAnswer = 1_472;
    public const string ReadCommunity = "public";
    public const string WriteCommunity = "private";

    /// <summary>Every user's.</summary>
    public const string Password = "maplesyrup";

    /// <summary>Who is at the other end of a connection.</summary>
    public const string ConnectedUser = "connected";

    public static readonly EngineId Id = new([0x80, 0, 0x1F, 0x88, 5, 1, 2, 3, 4]);

    public static readonly IReadOnlyList<UsmUser> Users =
    [
        MakeUser("clear", AuthProtocol.None, PrivProtocol.None),
        MakeUser("md5", AuthProtocol.HmacMd5, PrivProtocol.None),
        MakeUser("sha512", AuthProtocol.HmacSha512, PrivProtocol.None),
        MakeUser("des", AuthProtocol.HmacSha1, PrivProtocol.Des),
        MakeUser("aes", AuthProtocol.HmacSha256, PrivProtocol.Aes128),
        MakeUser("aes256", AuthProtocol.HmacSha224, PrivProtocol.Aes256),
    ];

    private static readonly SnmpConfiguration Initial = MakeConfiguration();

    public Agent()
    {
        var identity = new EngineIdentity(Id, Boots, new StandingClock());
        var agent = new Snmpv2Mib.Agent
        {
            Description = "An agent that is fuzzed",
            ObjectId = new(1, 3, 6, 1, 4, 1, 8072, 9999, 9999),
            Services = 72,
            Modules = [new(new(1, 3, 6, 1, 6, 3, 1), "SNMPv2-MIB")],
            Engine = identity,
            MaxMessageSize = MaxMessageSize,
        };
        var mib = new MibTree([.. new Snmpv2Mib(agent, Counters, System).Providers, .. AdministrationMib.Providers(this, Counters, identity)]);
        var gate = new Lock();
        Engine = new(
            new()
            {
                Identity = identity,
                Configuration = () => Current,
                Mib = mib,
                Gate = gate,
                Counters = Counters,
                MaxMessageSize = MaxMessageSize,
                MaxUnauthenticatedAnswer = MaxUnauthenticatedAnswer,
                OnProviderFault = (fault, _) => Fault ??= fault,
            }
        );
        SubAgent = new(mib, gate, (fault, _) => Fault ??= fault);
    }

    public const int Boots = 7;

    /// <summary>The same objects for a master agent.</summary>
    public AgentXResponder SubAgent { get; }

    public SnmpEngine Engine { get; }

    public SnmpCounters Counters { get; } = new();

    /// <summary>What a provider threw since it was last taken.</summary>
    public Exception? Fault { get; set; }

    public SnmpConfiguration Current { get; private set; } = Initial;

    public uint Now => 0;

    private SystemState System { get; } = new();

    /// <summary>As it was at the start: users and communities that inputs removed or made are not there for the next.</summary>
    public void Reset()
    {
        SubAgent.EndSession();
        Current = Initial;
        System.Reset();
    }

    public bool TryReplace(SnmpConfiguration expected, SnmpConfiguration next)
    {
        Current = next;
        return true;
    }

    private static SnmpConfiguration MakeConfiguration()
    {
        var configuration = new SnmpConfiguration()
            .WithStandardAccess()
            .WithCommunity(ReadCommunity, "reader", Permission.Read)
            .WithCommunity(WriteCommunity, "writer", Permission.Write);
        foreach (var user in Users)
            configuration = configuration.WithUser(user, Permission.Write);
        return configuration with
        {
            Groups = configuration.Groups.With(
                new GroupMember
                {
                    Model = SecurityModel.Transport,
                    SecurityName = ConnectedUser,
                    Group = StandardAccess.NameOf(Permission.Write, SecurityLevel.AuthPriv),
                }
            ),
        };
    }

    private static UsmUser MakeUser(string name, AuthProtocol auth, PrivProtocol priv)
    {
        var key = auth == AuthProtocol.None ? [] : KeyLocalization.PasswordToKey(auth, Encoding.ASCII.GetBytes(Password));
        return new()
        {
            EngineId = Id,
            Name = name,
            Auth = auth,
            AuthKey = auth == AuthProtocol.None ? [] : KeyLocalization.Localize(auth, key, Id.Octets),
            Priv = priv,
            PrivKey = priv == PrivProtocol.None ? [] : KeyLocalization.LocalizePrivacy(auth, priv, key, Id.Octets),
        };
    }

    private sealed class SystemState : IControlState<SystemIdentity>
    {
        public SystemIdentity Current { get; private set; } = new();

        public uint Now => 0;

        public bool TryReplace(SystemIdentity expected, SystemIdentity next)
        {
            Current = next;
            return true;
        }

        public void Reset() => Current = new();
    }
}
