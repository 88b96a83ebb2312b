using System.Net;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Transport;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>Our agent with one user, a clock and a number of starts of the test's.</summary>
internal sealed class UserAgent : IDisposable
{
    private readonly UdpListener _listener;

    public UserAgent(
        UserCredentials user,
        EngineId engineId,
        int boots,
        TimeProvider clock,
        IInformReceiver? informs = null,
        Permission permission = Permission.Write
    )
    {
        var counters = new SnmpCounters();
        var identity = new EngineIdentity(engineId, boots, clock);
        var agent = new Snmpv2Mib.Agent
        {
            Description = "test",
            ObjectId = new(1, 3, 6, 1, 4, 1, 1),
            Services = 4,
            Modules = [],
            Engine = identity,
            MaxMessageSize = 65_507,
        };
        var configuration = new SnmpConfiguration().WithStandardAccess().WithUser(user.At(engineId), permission);
        var engine = new SnmpEngine(
            new SnmpEngineOptions
            {
                Identity = identity,
                Configuration = () => configuration,
                Mib = new MibTree(new Snmpv2Mib(agent, counters, new Names()).Providers),
                Counters = counters,
                Informs = informs,
            }
        );
        _listener = new UdpListener(engine, new IPEndPoint(IPAddress.Loopback, 0));
    }

    public IPEndPoint EndPoint => _listener.EndPoint;

    public void Dispose() => _listener.Dispose();

    private sealed class Names : IControlState<SystemIdentity>
    {
        public SystemIdentity Current { get; private set; } = new();

        public uint Now => 1;

        public bool TryReplace(SystemIdentity expected, SystemIdentity next)
        {
            Current = next;
            return true;
        }
    }
}
