using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Mib;

/// <summary>SNMPv2-MIB: the system and snmp groups and snmpSetSerialNo (RFC 3418); SNMP-FRAMEWORK-MIB: the snmpEngine group (RFC 3411 §5).</summary>
public sealed class Snmpv2Mib
{
    /// <summary>A MIB module the agent implements: a row of sysORTable.</summary>
    public sealed record Module(ObjectIdentifier Id, string Description);

    /// <summary>What the agent is.</summary>
    public sealed record Agent
    {
        public required string Description { get; init; }

        public required ObjectIdentifier ObjectId { get; init; }

        /// <summary>sysServices: the sum of 2^(layer - 1) over the layers it serves.</summary>
        public required int Services { get; init; }

        public required IReadOnlyList<Module> Modules { get; init; }

        public required EngineIdentity Engine { get; init; }

        public required int MaxMessageSize { get; init; }
    }

    private readonly ControlPlane<SystemIdentity> _identity;
    private readonly ControlPlane<EngineState> _engine;

    public Snmpv2Mib(Agent agent, SnmpCounters counters, IControlState<SystemIdentity> identity)
    {
        _identity = new(identity);
        _engine = new(new EngineStateHolder(() => identity.Now));
        DeclareSystem(agent, identity);
        DeclareOrTable(agent);
        DeclareSnmp(counters);
        DeclareEngine(agent);
    }

    public IEnumerable<IMibProvider> Providers => [.. _identity.Objects, .. _engine.Objects];

    private static readonly Smi<string> DisplayString255 = Smi.Utf8(255);

    private void DeclareSystem(Agent agent, IControlState<SystemIdentity> identity)
    {
        _identity.ReadOnly([1, 3, 6, 1, 2, 1, 1, 1, 0], DisplayString255, _ => agent.Description);
        _identity.ReadOnly([1, 3, 6, 1, 2, 1, 1, 2, 0], Smi.Oid, _ => agent.ObjectId);
        _identity.ReadOnly([1, 3, 6, 1, 2, 1, 1, 3, 0], Smi.TimeTicks, _ => identity.Now);
        _identity.ReadWrite([1, 3, 6, 1, 2, 1, 1, 4, 0], DisplayString255, s => s.Contact, (s, contact) => s with { Contact = contact });
        _identity.ReadWrite([1, 3, 6, 1, 2, 1, 1, 5, 0], DisplayString255, s => s.Name, (s, name) => s with { Name = name });
        _identity.ReadWrite([1, 3, 6, 1, 2, 1, 1, 6, 0], DisplayString255, s => s.Location, (s, location) => s with { Location = location });
        _identity.ReadOnly([1, 3, 6, 1, 2, 1, 1, 7, 0], Smi.Integer32, _ => agent.Services);
        _identity.ReadOnly([1, 3, 6, 1, 2, 1, 1, 8, 0], Smi.TimeTicks, _ => 0u);
    }

    private void DeclareOrTable(Agent agent)
    {
        var modules = SortedRows<Module>.Empty;
        for (var i = 0; i < agent.Modules.Count; i++)
            modules = modules.With((uint)i + 1, agent.Modules[i]);
        _identity
            .Table([1, 3, 6, 1, 2, 1, 1, 9, 1], new SingleIndexRows<SystemIdentity, Module>(_ => modules))
            .ReadOnly(2, "sysORID", Smi.Oid, row => row.Id)
            .ReadOnly(3, "sysORDescr", DisplayString255, row => row.Description)
            .ReadOnly(4, "sysORUpTime", Smi.TimeTicks, _ => 0u);
    }

    private void DeclareSnmp(SnmpCounters counters)
    {
        Counter(1, () => counters.InPackets);
        Counter(2, () => counters.OutPackets + counters.OutNotificationPackets);
        Counter(3, () => counters.InBadVersions);
        Counter(4, () => counters.InBadCommunityNames);
        Counter(5, () => counters.InBadCommunityUses);
        Counter(6, () => counters.InAsnParseErrors);
        Counter(8, () => counters.InTooBigs);
        Counter(9, () => counters.InNoSuchNames);
        Counter(10, () => counters.InBadValues);
        Counter(11, () => counters.InReadOnlys);
        Counter(12, () => counters.InGenErrors);
        Counter(13, () => counters.InTotalRequestVariables);
        Counter(14, () => counters.InTotalSetVariables);
        Counter(15, () => counters.InGetRequests);
        Counter(16, () => counters.InGetNexts);
        Counter(17, () => counters.InSetRequests);
        Counter(18, () => counters.InGetResponses);
        Counter(19, () => counters.InTraps);
        Counter(20, () => counters.OutTooBigs);
        Counter(21, () => counters.OutNoSuchNames);
        Counter(22, () => counters.OutBadValues);
        Counter(24, () => counters.OutGenErrors);
        Counter(25, () => counters.OutGetRequests);
        Counter(26, () => counters.OutGetNexts);
        Counter(27, () => counters.OutSetRequests);
        Counter(28, () => counters.OutGetResponses);
        Counter(29, () => counters.OutTraps);
        Counter(31, () => counters.SilentDrops);
        Counter(32, () => counters.ProxyDrops);
    }

    private void Counter(uint number, Func<uint> value) => _engine.ReadOnly([1, 3, 6, 1, 2, 1, 11, number, 0], Smi.Counter32, _ => value());

    private void DeclareEngine(Agent agent)
    {
        _engine.ReadWrite(
            [1, 3, 6, 1, 6, 3, 1, 1, 6, 1, 0],
            TestAndIncrement,
            state => state.SerialNumber,
            (state, _) => state with { SerialNumber = state.SerialNumber == int.MaxValue ? 0 : state.SerialNumber + 1 },
            (state, expected) => state.SerialNumber == expected ? ErrorStatus.NoError : ErrorStatus.InconsistentValue
        );
        _engine.ReadOnly([1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0], Smi.Octets(5, 32), _ => agent.Engine.Id.Octets.ToArray());
        _engine.ReadOnly([1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0], Smi.Integer32, _ => agent.Engine.Boots);
        _engine.ReadOnly([1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0], Smi.Integer32, _ => agent.Engine.Time);
        _engine.ReadOnly([1, 3, 6, 1, 6, 3, 10, 2, 1, 4, 0], Smi.Integer32, _ => agent.MaxMessageSize);
    }

    private static readonly Smi<int> TestAndIncrement = Smi.Range(0, int.MaxValue);

    private sealed record EngineState(int SerialNumber);

    /// <summary>What SNMP may set of the engine and nobody else reads: it lives as long as the process.</summary>
    private sealed class EngineStateHolder(Func<uint> now) : IControlState<EngineState>
    {
        public EngineState Current { get; private set; } = new(SerialNumber: 0);

        public uint Now => now();

        public bool TryReplace(EngineState expected, EngineState next)
        {
            if (!ReferenceEquals(expected, Current))
                return false;
            Current = next;
            return true;
        }
    }
}
