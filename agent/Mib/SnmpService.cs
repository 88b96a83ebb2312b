using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib.Host;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration.Mib;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Mib;

/// <summary>Answers SNMP: puts the MIB together and listens.</summary>
internal sealed class SnmpService(
    TrafficMeter meter,
    AgentOptions options,
    MeterStateFile stateFile,
    SnmpConfigurationStore configuration,
    ManagementTraffic managementTraffic,
    HostMachine host,
    TimeProvider clock,
    ILogger<SnmpService> logger
) : IHostedService, IDisposable
{
    private readonly List<UdpListener> _listeners = [];
    private MeterExtMib? _meterExt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var counters = new SnmpCounters();
        var identity = new EngineIdentity(new(Convert.FromHexString(stateFile.State.EngineId)), stateFile.State.EngineBoots, clock);
        var engine = new SnmpEngine(
            new SnmpEngineOptions
            {
                Identity = identity,
                Configuration = () => configuration.Current,
                Mib = MakeTree(counters, identity),
                Counters = counters,
                MaxMessageSize = options.MaxMessageSize,
                MaxUnauthenticatedAnswer = options.MaxUnauthenticatedAnswer,
                RequestsPerSecond = options.RequestsPerSecond,
                OnProviderFault = (fault, name) => Log.ProviderFailed(logger, fault, name.ToString()),
            }
        );
        for (var i = 0; i < options.Listen.Length; i++)
        {
            var listener = Listen(engine, i);
            _listeners.Add(listener);
            Log.Listening(logger, listener.EndPoint.ToString());
        }
        managementTraffic.Set(_listeners.SelectMany(listener => AddressesOf(listener.EndPoint)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners)
            listener.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The meter is disposed after it.</summary>
    public void Dispose() => _meterExt?.Dispose();

    private UdpListener Listen(SnmpEngine engine, int setting)
    {
        if (!TransportAddress.TryParse(options.Listen[setting], out var address, out var complaint))
            throw new SettingsException($"{AgentOptions.Section}:Listen[{setting}] is '{options.Listen[setting]}': {complaint}");
        try
        {
            return new UdpListener(engine, address.EndPoint);
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

    private MibTree MakeTree(SnmpCounters counters, EngineIdentity identity)
    {
        var version = typeof(SnmpService).Assembly.GetName().Version!.ToString(3);
        var agent = new Snmpv2Mib.Agent
        {
            Description = $"Rtfm traffic flow meter {version} on {Environment.OSVersion.VersionString}",
            ObjectId = new(Oids.Meter),
            Services = HostMib.Services,
            Modules =
            [
                new(new(FlowMeterMib.Root), "RFC 2720: FLOW-METER-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 1), "RFC 3418: SNMPv2-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 10), "RFC 3411: SNMP-FRAMEWORK-MIB, snmpEngine group"),
                new(new(1, 3, 6, 1, 6, 3, 11), "RFC 3412: SNMP-MPD-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 12), "RFC 3413: SNMP-TARGET-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 13), "RFC 3413: SNMP-NOTIFICATION-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 15), "RFC 3414: SNMP-USER-BASED-SM-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 16), "RFC 3415: SNMP-VIEW-BASED-ACM-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 18), "RFC 3584: SNMP-COMMUNITY-MIB"),
                new(new(Oids.MeterExtMib), "RTFM-METER-EXT-MIB: packet path, rule sets and top flows"),
                .. HostMib.Modules,
            ],
            Engine = identity,
            MaxMessageSize = options.MaxMessageSize,
        };
        _meterExt = new MeterExtMib(meter, version, options.Octets, clock);
        return new MibTree([
            .. new Snmpv2Mib(agent, counters, new SystemState(stateFile, () => meter.Now)).Providers,
            .. AdministrationMib.Providers(configuration, counters, identity),
            .. new FlowMeterModule(meter).Providers,
            .. _meterExt.Providers,
            .. HostMib.Providers(host),
        ]);
    }

    private static IEnumerable<IPEndPoint> AddressesOf(IPEndPoint endPoint)
    {
        if (!endPoint.Address.Equals(IPAddress.Any) && !endPoint.Address.Equals(IPAddress.IPv6Any))
            return [endPoint];
        return NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Where(each => each.Address.AddressFamily == endPoint.AddressFamily)
            .Select(each => new IPEndPoint(each.Address, endPoint.Port));
    }
}
