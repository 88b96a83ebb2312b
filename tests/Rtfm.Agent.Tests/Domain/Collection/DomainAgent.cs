using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Delay.Mib;
using Rtfm.Agent.Domain.Collection;
using Rtfm.Agent.Domain.Collection.Delay;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Agent.Packets;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Tests.Domain.Collection;

/// <summary>A member of a domain at a socket of this machine: meter, agent and collection are real, packets come from the test.</summary>
internal sealed class DomainAgent : IDisposable
{
    public const string User = "member";

    private static readonly UserCredentials Credentials = new(User);

    private readonly TestDomain _domain;
    private readonly UdpListener _listener;
    private readonly MeterExtMib _meterExt;
    private bool _isDisposed;

    /// <param name="life">The engine and the number of its starts; by default a new one.</param>
    public DomainAgent(
        TestDomain domain,
        SnmpClient client,
        int number,
        TimeProvider clock,
        (EngineId Id, int Boots)? life = null,
        Func<IMemberSessions, IMemberSessions>? sessions = null,
        int maxFlows = 10_000
    )
    {
        _domain = domain;
        var local = 2 + number % 3;
        var configuration = MeterConfiguration.Initial with
        {
            RuleSets = MeterConfiguration.Initial.RuleSets.With((uint)local, LoadedRuleSet.From(local, domain.Rules, DomainMib.OwnerOf(domain.Name))),
            Tasks = SortedRows<MeterTask>.Empty.With(1, new MeterTask { Status = RowStatus.Active, CurrentRuleSet = local }),
        };
        Local = local;
        Meter = new TrafficMeter(
            new FlowTable(maxFlows),
            [new PacketProcessor()],
            configuration,
            clock,
            NullLogger<TrafficMeter>.Instance,
            delay: new DelaySetup(new DelayControl { IntervalMs = 1_000, RingLength = SamplePackage.MostSamples }, 0)
        );
        Identity = new EngineIdentity(life?.Id ?? EngineId.Make(), life?.Boots ?? 1, clock);
        var view = domain.ViewOf(number);
        var members = new MemberSessions(client, Credentials, Credentials.InContext(DomainMib.Context));
        Sessions = sessions is null ? members : sessions(members);
        Flows = new AggregatedFlows(() => Meter.Now);
        Readings = new MemberReadings(Flows);
        Readers = new DomainReaders(() => Meter.Now);
        var push = new FlowPush(
            client,
            Credentials.InContext(DomainMib.Context),
            Flows,
            Readings,
            Readers,
            view,
            Identity,
            TimeSpan.FromMilliseconds(200)
        );
        Collection = new DomainCollection(
            Sessions,
            Flows,
            Readings,
            Readers,
            view,
            push,
            clock,
            (member, fault) => Missing.Add((member.Number, fault))
        );
        Chain = new ChainService(Sessions, Flows, Readings, view, (member, fault) => Missing.Add((member.Number, fault)));
        Worker = new DelayWorker(Sessions, () => Meter.Now, view, clock, (member, fault) => Unread.Add((member.Number, fault)));
        Delay = new DelayWatch(new AgentOptions(), Meter, clock, NullLogger<DelayWatch>.Instance);
        _meterExt = new MeterExtMib(Meter, "test", OctetLayer.Network, clock);
        _listener = new UdpListener(Engine(view), new IPEndPoint(IPAddress.Loopback, 0));
        domain.Join(number, Identity.Id, _listener.EndPoint.ToString());
    }

    public TrafficMeter Meter { get; }

    /// <summary>The number that the domain's rule set has here.</summary>
    public int Local { get; }

    public EngineIdentity Identity { get; }

    public DelayWatch Delay { get; }

    public IMemberSessions Sessions { get; }

    public AggregatedFlows Flows { get; }

    public MemberReadings Readings { get; }

    public DomainReaders Readers { get; }

    public DomainCollection Collection { get; }

    public ChainService Chain { get; }

    public DelayWorker Worker { get; }

    /// <summary>Members that could not be read for distributed work.</summary>
    public System.Collections.Concurrent.ConcurrentBag<(int Member, Exception Fault)> Unread { get; } = [];

    public System.Collections.Concurrent.ConcurrentBag<(int Member, Exception Fault)> Missing { get; } = [];

    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>What a reader asks for the domain's flows with.</summary>
    public SnmpTarget ContextTarget => new(EndPoint, Credentials.InContext(DomainMib.Context));

    public SnmpTarget Target => new(EndPoint, Credentials);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _listener.Dispose();
        Chain.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Worker.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _meterExt.Dispose();
        Delay.Dispose();
        Meter.Dispose();
    }

    private SnmpEngine Engine(ICollectedDomain view)
    {
        var counters = new SnmpCounters();
        var agent = new Snmpv2Mib.Agent
        {
            Description = "test",
            ObjectId = new(Oids.Meter),
            Services = 4,
            Modules = [],
            Engine = Identity,
            MaxMessageSize = SnmpEngineOptions.LargestUdpMessage,
        };
        var configuration = new SnmpConfiguration()
            .WithStandardAccess(DomainMib.Context)
            .WithUser(new UsmUser { EngineId = Identity.Id, Name = User }, Permission.Write);
        var own = new MibTree([
            .. new Snmpv2Mib(agent, counters, new Names(() => Meter.Now)).Providers,
            .. new FlowMeterModule(Meter).Providers,
            .. _meterExt.Providers,
            .. Chain.Providers(),
            .. Worker.Providers(),
            .. new DelayModule(Meter, Delay).Providers,
            .. CollectionMib.Providers(_domain, view, Flows, () => Collection.Figures),
        ]);
        return new SnmpEngine(
            new SnmpEngineOptions
            {
                Identity = Identity,
                Configuration = () => configuration,
                Mib = own,
                Contexts = new Dictionary<string, MibTree> { [DomainMib.Context] = DomainContext.Make(Flows, Readings, Readers, Identity, view) },
                Counters = counters,
            }
        );
    }

    private sealed class Names(Func<uint> now) : IControlState<SystemIdentity>
    {
        public SystemIdentity Current { get; private set; } = new();

        public uint Now => now();

        public bool TryReplace(SystemIdentity expected, SystemIdentity next)
        {
            Current = next;
            return true;
        }
    }
}
