using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Delay.Mib;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Collection;
using Rtfm.Agent.Domain.Mib;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib.Host;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Configuration.Mib;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Transport;
using Rtfm.Snmp.Transport.Tls;

namespace Rtfm.Agent.Mib;

/// <summary>Answers SNMP: puts the MIB together and listens.</summary>
internal sealed class SnmpService(
    TrafficMeter meter,
    AgentOptions options,
    MeterStateFile stateFile,
    SnmpConfigurationStore configuration,
    ManagementTraffic managementTraffic,
    EngineIdentity identity,
    SnmpCounters counters,
    NotificationOriginator notifications,
    HostMachine host,
    DomainService domain,
    CollectionService collection,
    DelayWatch delay,
    TimeProvider clock,
    ILogger<SnmpService> logger
) : IHostedService, IDisposable
{
    private static readonly string Version = typeof(SnmpService).Assembly.GetName().Version!.ToString(3);

    private static readonly string Description = $"Rtfm traffic flow meter {Version} on {Environment.OSVersion.VersionString}";

    private static readonly Snmpv2Mib.Module[] OwnModules =
    [
        new(new(FlowMeterMib.Root), "RFC 2720: FLOW-METER-MIB"),
        new(new(Oids.MeterExtMib), "RTFM-METER-EXT-MIB: packet path, rule sets and top flows"),
        new(new(DomainMib.Root), "RTFM-DOMAIN-MIB: meters that act as one"),
        new(new(DelayMib.Root), "RTFM-DELAY-MIB: samples of packets for delay and loss"),
    ];

    private readonly List<ITransportListener> _listeners = [];
    private readonly MeterExtMib _meterExt = new(meter, Version, options.Octets, clock);
    private AgentXSession? _agentX;
    private TlsServer? _tls;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Array.Exists(options.Listen, IsTls))
            _tls = TlsCertificates.Open(options.Tls, clock);
        var own = OwnProviders().ToList();
        var gate = new Lock();
        var engine = new SnmpEngine(
            new SnmpEngineOptions
            {
                Gate = gate,
                Identity = identity,
                Configuration = () => configuration.Current,
                Mib = MakeTree(own),
                Contexts = collection.Contexts,
                Counters = counters,
                MaxMessageSize = options.MaxMessageSize,
                MaxUnauthenticatedAnswer = options.MaxUnauthenticatedAnswer,
                RequestsPerSecond = options.RequestsPerSecond,
                Informs = domain.Name.Length > 0 ? domain : null,
                OnProviderFault = (fault, name) => Log.ProviderFailed(logger, fault, name.ToString()),
            }
        );
        for (var i = 0; i < options.Listen.Length; i++)
        {
            var listener = Listen(engine, i);
            _listeners.Add(listener);
            Log.Listening(logger, listener.Address.ToString());
        }
        domain.Addresses = [.. _listeners.Select(listener => listener.Address)];
        if (options.AgentX is not null)
        {
            _agentX = OpenAgentX(new MibTree(own), gate);
            notifications.Relay = RelayToMaster;
        }
        managementTraffic.Set(_listeners.SelectMany(listener => AddressesOf(listener.Address)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _agentX?.Dispose();
        foreach (var listener in _listeners)
            listener.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The meter is disposed after it.</summary>
    public void Dispose() => _meterExt.Dispose();

    private static bool IsTls(string listen) => TransportAddress.TryParse(listen, out var address, out _) && address.Kind == TransportKind.TlsTcp;

    private ITransportListener Listen(SnmpEngine engine, int setting)
    {
        if (!TransportAddress.TryParse(options.Listen[setting], out var address, out var complaint))
            throw new SettingsException($"{AgentOptions.Section}:Listen[{setting}] is '{options.Listen[setting]}': {complaint}");
        try
        {
            if (address.Kind == TransportKind.Udp)
                return new UdpListener(engine, address.EndPoint);
            var tls = address.Kind == TransportKind.TlsTcp ? _tls : null;
            return new StreamListener(engine, address, tls: tls, onTrouble: counters => Complain(address, counters));
        }
        catch (SocketException fault)
        {
            var remedy = fault.SocketErrorCode switch
            {
                SocketError.AccessDenied => "Ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; or choose another port.",
                SocketError.AddressAlreadyInUse => "Another agent listens there: stop it, or choose another port.",
                SocketError.AddressNotAvailable => "This machine has no such address.",
                _ => fault.Message,
            };
            throw new SettingsException($"{AgentOptions.Section}:Listen[{setting}] is '{options.Listen[setting]}': cannot listen there. {remedy}");
        }
    }

    /// <summary>Becomes a sub-agent of the machine's own SNMP agent, which has the system and snmp groups itself.</summary>
    private AgentXSession OpenAgentX(MibTree mib, Lock gate)
    {
        if (!AgentXAddress.TryParse(options.AgentX!, out var master, out var complaint))
            throw new SettingsException($"{AgentOptions.Section}:AgentX is '{options.AgentX}': {complaint}");
        return new AgentXSession(
            new AgentXOptions
            {
                Master = master,
                Mib = mib,
                Modules = OwnModules,
                Gate = gate,
                Id = new(Oids.Meter),
                Description = Description,
                OnOpened = () => Log.AgentXOpened(logger, options.AgentX!),
                OnLost = reason => Log.AgentXLost(logger, options.AgentX!, reason),
                OnProviderFault = (fault, name) => Log.ProviderFailed(logger, fault, name.ToString()),
            }
        );
    }

    /// <summary>The meter's own; starts, links and failed authentications are for the master to tell of.</summary>
    private void RelayToMaster(Notification notification)
    {
        if (notification.Id.Span.StartsWith(Oids.MeterExtNotifications) || notification.Id.Span.StartsWith(DomainMib.Notifications))
            _agentX!.TryNotify(notification.Id, notification.Objects);
    }

    private MibTree MakeTree(IEnumerable<IMibProvider> own)
    {
        var agent = new Snmpv2Mib.Agent
        {
            Description = Description,
            ObjectId = new(Oids.Meter),
            Services = HostMib.Services,
            Modules =
            [
                .. OwnModules,
                new(new(1, 3, 6, 1, 6, 3, 1), "RFC 3418: SNMPv2-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 10), "RFC 3411: SNMP-FRAMEWORK-MIB, snmpEngine group"),
                new(new(1, 3, 6, 1, 6, 3, 11), "RFC 3412: SNMP-MPD-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 12), "RFC 3413: SNMP-TARGET-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 13), "RFC 3413: SNMP-NOTIFICATION-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 15), "RFC 3414: SNMP-USER-BASED-SM-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 16), "RFC 3415: SNMP-VIEW-BASED-ACM-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 18), "RFC 3584: SNMP-COMMUNITY-MIB"),
                new(new(1, 3, 6, 1, 2, 1, 190), "RFC 5591: SNMP-TSM-MIB"),
                new(new(TlsMib.Root), "RFC 6353: SNMP-TLS-TM-MIB, read-only"),
                .. HostMib.Modules,
            ],
            Engine = identity,
            MaxMessageSize = options.MaxMessageSize,
        };
        return new MibTree([
            .. new Snmpv2Mib(agent, counters, new SystemState(stateFile, () => meter.Now)).Providers,
            .. AdministrationMib.Providers(configuration, counters, identity),
            .. TlsMib.Providers(_tls),
            .. own,
            .. HostMib.Providers(host),
        ]);
    }

    /// <summary>What a meter has and other agents have not: all of it lies under <see cref="OwnModules"/>.</summary>
    private IEnumerable<IMibProvider> OwnProviders() =>
        [
            .. new FlowMeterModule(meter).Providers,
            .. _meterExt.Providers,
            .. new DelayModule(meter, delay).Providers,
            .. NotificationMib.Providers(notifications.Counters, () => meter.Now),
            .. new DomainModule(domain, clock).Providers,
            .. collection.Providers,
        ];

    private void Complain(TransportAddress address, StreamCounters counters) =>
        Log.ConnectionTroubles(logger, address.ToString(), counters.Refused, counters.Broken, counters.TimedOut, counters.Unidentified);

    private static IEnumerable<TransportAddress> AddressesOf(TransportAddress address)
    {
        var endPoint = address.EndPoint;
        if (!endPoint.Address.Equals(IPAddress.Any) && !endPoint.Address.Equals(IPAddress.IPv6Any))
            return [address];
        return NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Where(each => each.Address.AddressFamily == endPoint.AddressFamily)
            .Select(each => address with { EndPoint = new IPEndPoint(each.Address, endPoint.Port) });
    }
}
