using Microsoft.Extensions.Logging.Abstractions;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Matching;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests.Mib;

/// <summary>A whole meter without sockets: packets in, SNMP messages in and out, the clock by hand.</summary>
internal sealed class MeterHarness : IDisposable
{
    private const string Info = "1.3.6.1.2.1.40.1.1.1";
    private const string Rules = "1.3.6.1.2.1.40.3.1.1";
    private const string Tasks = "1.3.6.1.2.1.40.1.4.1";

    private readonly FakeClock _clock = new();
    private readonly MeterExtMib _meterExt;
    private uint _now;

    public MeterHarness(int maxFlows = 10_000, bool runsBuiltIn = false, int threads = 1)
    {
        var configuration = MeterConfiguration.Initial with
        {
            Tasks = runsBuiltIn ? MeterConfiguration.Initial.Tasks : SortedRows<MeterTask>.Empty,
            Interfaces = SortedRows<MeteringPoint>.Empty.With(1, new MeteringPoint(1, "test")),
        };
        var processors = Enumerable.Range(0, threads).Select(_ => new PacketProcessor()).ToList();
        Meter = new TrafficMeter(new FlowTable(maxFlows, threads), processors, configuration, _clock, NullLogger<TrafficMeter>.Instance);
        _meterExt = new MeterExtMib(Meter, "test", OctetLayer.Network, _clock, patience: TimeSpan.FromSeconds(30));
        Snmp = new MibWalker(new MibTree([.. new FlowMeterModule(Meter).Providers, .. _meterExt.Providers]));
    }

    public TrafficMeter Meter { get; }

    public MibWalker Snmp { get; }

    /// <summary>Moves the clock to an Uptime.</summary>
    public uint Now
    {
        get => _now;
        set
        {
            _clock.Advance(TimeSpan.FromMilliseconds((value - _now) * 10.0));
            _now = value;
        }
    }

    public void Send(params string[] packets)
    {
        foreach (var packet in packets)
            Meter.Process([FlowHarness.Packet(packet)]);
    }

    /// <summary>Loads a rule set with SET and runs it as a task of the same number.</summary>
    public void Run(int ruleSet, string rules, int standby = 0, int highWaterMark = 0)
    {
        Load(ruleSet, rules);
        Good(
            Set($"{Tasks}.8.{ruleSet}", 4),
            Set($"{Tasks}.2.{ruleSet}", ruleSet),
            Set($"{Tasks}.3.{ruleSet}", standby),
            Set($"{Tasks}.4.{ruleSet}", highWaterMark)
        );
    }

    public void Load(int ruleSet, string rules)
    {
        var parsed = RuleNotation.Parse(rules);
        Good(Set($"{Info}.5.{ruleSet}", 5), Set($"{Info}.2.{ruleSet}", parsed.Rules.Length));
        for (var i = 0; i < parsed.Rules.Length; i++)
        {
            var rule = parsed.Rules[i];
            Good(
                Set($"{Rules}.3.{ruleSet}.{i + 1}", (int)rule.Selector),
                new(ObjectIdentifier.Parse($"{Rules}.4.{ruleSet}.{i + 1}"), SnmpValue.OctetString(rule.Mask.Octets)),
                new(ObjectIdentifier.Parse($"{Rules}.5.{ruleSet}.{i + 1}"), SnmpValue.OctetString(rule.Value.Octets)),
                Set($"{Rules}.6.{ruleSet}.{i + 1}", (int)rule.Action),
                Set($"{Rules}.7.{ruleSet}.{i + 1}", rule.Parameter)
            );
        }
        Good(Set($"{Info}.5.{ruleSet}", 1));
    }

    public static VarBind Set(string name, int value) => new(ObjectIdentifier.Parse(name), SnmpValue.Integer(value));

    public void Good(params VarBind[] varBinds) => Assert.That(Snmp.Set(varBinds), Is.EqualTo((ErrorStatus.NoError, 0)));

    public long Number(string name) => Snmp.Get(name).Value.Signed;

    public void Dispose()
    {
        _meterExt.Dispose();
        Meter.Dispose();
    }
}
