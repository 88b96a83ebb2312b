using System.Net;
using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Notifications;

/// <summary>A notification originator with sockets, told where to send to.</summary>
internal sealed class Originator : IAsyncDisposable
{
    public const string UserName = "anna";
    public const string AuthPassword = "correct horse";
    public const string PrivPassword = "battery staple";

    public static readonly EngineId EngineId = new([0x80, 0, 0x1F, 0x88, 5, 1, 2, 3, 4, 5, 6, 7, 8]);
    public static readonly ObjectIdentifier Type = ObjectIdentifier.Parse("1.3.6.1.4.1.8072.9999.9999.1.0.7");
    public static readonly ObjectIdentifier SysName = ObjectIdentifier.Parse("1.3.6.1.2.1.1.5.0");

    private readonly List<string> _troubles = [];
    private readonly NotificationOriginator _originator;

    public Originator(SnmpConfiguration configuration, NotificationLimits? limits = null, int boots = 7)
    {
        Configuration = configuration;
        _originator = new NotificationOriginator(
            new NotificationOriginatorOptions
            {
                Identity = new EngineIdentity(EngineId, boots, TimeProvider.System),
                Configuration = () => Configuration,
                UpTime = () => 4_711,
                Limits = limits ?? new(),
                Counters = Snmp,
                OnTrouble = (target, reason) =>
                {
                    lock (_troubles)
                        _troubles.Add($"{target}: {reason}");
                },
            }
        );
    }

    public SnmpConfiguration Configuration { get; set; }

    public SnmpCounters Snmp { get; } = new();

    public NotificationCounters Counters => _originator.Counters;

    public string Troubles
    {
        get
        {
            lock (_troubles)
                return string.Join('\n', _troubles);
        }
    }

    /// <summary>Everybody may know all; there is the community of <see cref="TrapReceiver"/>.</summary>
    public static SnmpConfiguration Open =>
        new SnmpConfiguration().WithStandardAccess().WithCommunity(TrapReceiver.Community, "reader", Permission.Read);

    /// <summary>A target of SNMPv1 or v2c.</summary>
    public static SnmpConfiguration To(IPEndPoint endPoint, SnmpVersion version, bool isInform = false) =>
        With(
            Open,
            endPoint,
            isInform,
            new()
            {
                Name = "params",
                MessageModel = (int)version,
                Model = version == SnmpVersion.V1 ? SecurityModel.V1 : SecurityModel.V2c,
                SecurityName = "reader",
                Level = SecurityLevel.NoAuthNoPriv,
            }
        );

    /// <summary>A target of SNMPv3.</summary>
    /// <param name="at">The engine at which the user has keys.</param>
    public static SnmpConfiguration To(
        IPEndPoint endPoint,
        SecurityLevel level,
        bool isInform,
        EngineId at,
        AuthProtocol auth = AuthProtocol.HmacSha256,
        PrivProtocol priv = PrivProtocol.Aes128,
        string authPassword = AuthPassword,
        string privPassword = PrivPassword
    ) =>
        With(
            Open.WithUser(User(at, level, auth, priv, authPassword, privPassword), Permission.Read),
            endPoint,
            isInform,
            new()
            {
                Name = "params",
                MessageModel = 3,
                Model = SecurityModel.Usm,
                SecurityName = UserName,
                Level = level,
            }
        );

    public static Notification Sample(string text = "told") => new(Type, new VarBind(SysName, SnmpValue.OctetString(text)));

    public void Raise(Notification? notification = null) => _originator.Raise(notification ?? Sample());

    public void WaitFor(Func<NotificationCounters, bool> condition)
    {
        // Nothing is told of most of what is counted, so it is looked at.
        var isMet = SpinWait.SpinUntil(() => condition(Counters), TimeSpan.FromSeconds(20));
        Assert.That(isMet, $"waited in vain\n{Troubles}");
    }

    public ValueTask DisposeAsync() => _originator.DisposeAsync();

    private static SnmpConfiguration With(SnmpConfiguration configuration, IPEndPoint endPoint, bool isInform, TargetParams made)
    {
        var (domain, address) = UdpDomain.Write(endPoint);
        return configuration with
        {
            Notify = configuration.Notify.With(
                new NotifyEntry
                {
                    Name = "notify",
                    Tag = "tag",
                    IsInform = isInform,
                }
            ),
            TargetParams = configuration.TargetParams.With(made),
            TargetAddresses = configuration.TargetAddresses.With(
                new TargetAddress
                {
                    Name = "target",
                    Domain = domain,
                    Address = address,
                    TagList = "other tag",
                    Params = made.Name,
                    Timeout = 200,
                    RetryCount = 1,
                }
            ),
        };
    }

    private static UsmUser User(EngineId at, SecurityLevel level, AuthProtocol auth, PrivProtocol priv, string authPassword, string privPassword)
    {
        if (level == SecurityLevel.NoAuthNoPriv)
            return new() { EngineId = at, Name = UserName };
        var user = new UsmUser
        {
            EngineId = at,
            Name = UserName,
            Auth = auth,
            AuthKey = KeyLocalization.Localize(auth, KeyLocalization.PasswordToKey(auth, Encoding.UTF8.GetBytes(authPassword)), at.Octets),
        };
        return level == SecurityLevel.AuthNoPriv
            ? user
            : user with
            {
                Priv = priv,
                PrivKey = KeyLocalization.LocalizePrivacy(
                    auth,
                    priv,
                    KeyLocalization.PasswordToKey(auth, Encoding.UTF8.GetBytes(privPassword)),
                    at.Octets
                ),
            };
    }
}
