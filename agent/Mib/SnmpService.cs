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
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Mib;

/// <summary>Answers SNMP: puts the MIB together and listens.</summary>
internal sealed class SnmpService(
    TrafficMeter meter,
    AgentOptions options,
    MeterStateFile stateFile,
    ManagementTraffic managementTraffic,
    HostMachine host,
    ILogger<SnmpService> logger
) : IHostedService, IDisposable
{
    /// <summary>sysServices: end to end (8) and applications (64), as any host; internet (4) where it routes (RFC 3418 §2).</summary>
    private static int Services => 8 + 64 + (IpMib.Forwards ? 4 : 0);

    private readonly List<UdpListener> _listeners = [];
    private MeterExtMib? _meterExt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var counters = new SnmpCounters();
        var engine = new SnmpEngine(
            new SnmpEngineOptions
            {
                SecurityModels = [new CommunitySecurity(SnmpVersion.V1, Communities()), new CommunitySecurity(SnmpVersion.V2c, Communities())],
                Mib = MakeTree(counters),
                Counters = counters,
                MaxMessageSize = options.MaxMessageSize,
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

    private MibTree MakeTree(SnmpCounters counters)
    {
        var version = typeof(SnmpService).Assembly.GetName().Version!.ToString(3);
        var agent = new Snmpv2Mib.Agent
        {
            Description = $"Rtfm traffic flow meter {version} on {Environment.OSVersion.VersionString}",
            ObjectId = new(Oids.Meter),
            Services = Services,
            Modules =
            [
                new(new(FlowMeterMib.Root), "RFC 2720: FLOW-METER-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 1), "RFC 3418: SNMPv2-MIB"),
                new(new(1, 3, 6, 1, 6, 3, 10), "RFC 3411: SNMP-FRAMEWORK-MIB, snmpEngine group"),
                new(new(Oids.MeterExtMib), "RTFM-METER-EXT-MIB: packet path, rule sets and top flows"),
                new(new(1, 3, 6, 1, 2, 1, 31), "RFC 2863: IF-MIB, without counters that Linux does not have"),
                new(new(1, 3, 6, 1, 2, 1, 48), "RFC 4293: IP-MIB, addresses and default settings"),
                new(new(1, 3, 6, 1, 2, 1, 25, 7, 1), "RFC 2790: HOST-RESOURCES-MIB, of running software the agent alone"),
                new(new(1, 3, 6, 1, 2, 1, 47), "RFC 4133: ENTITY-MIB, entityPhysical group"),
                new(new(1, 3, 6, 1, 4, 1, 2021), "UCD-SNMP-MIB: memory, laTable, systemStats"),
            ],
            EngineId = Convert.FromHexString(stateFile.State.EngineId),
            EngineBoots = stateFile.State.EngineBoots,
            MaxMessageSize = options.MaxMessageSize,
        };
        _meterExt = new MeterExtMib(meter, version, options.Octets, host.Clock);
        return new MibTree([
            .. new Snmpv2Mib(agent, counters, new SystemState(stateFile, () => meter.Now)).Providers,
            .. new FlowMeterModule(meter).Providers,
            .. _meterExt.Providers,
            .. HostProviders(),
        ]);
    }

    private IEnumerable<IMibProvider> HostProviders() =>
        [
            .. new IfMib(host.Links).Providers,
            .. new IpMib(host.Clock, host.Uptime).Providers,
            .. new HostResourcesMib(host).Providers,
            .. new UcdMib(host).Providers,
            .. new EntityMib(host.Hardware).Providers,
        ];

    /// <summary>No default secret: without settings, <c>public</c> may read, and the settings see to it that only loopback is listened at then.</summary>
    private List<Community> Communities()
    {
        var communities = new List<Community> { new(options.ReadCommunity ?? "public", MayWrite: false) };
        if (options.WriteCommunity is { } write)
            communities.Add(new(write, MayWrite: true));
        return communities;
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
