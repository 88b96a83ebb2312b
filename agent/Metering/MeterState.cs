using System.Collections.Immutable;
using System.Linq;
using System.Text.Json.Serialization;
using Rtfm.Agent.Delay;
using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Metering;

/// <summary>What outlives the meter's process: loaded rule sets, running tasks, settings, and who the engine is. One JSON file, replaced as a whole.</summary>
/// <remarks>Meter readers are not in it: their times are Uptimes of the process that is gone (READ-05), and they register again.</remarks>
public sealed record MeterState
{
    /// <summary>snmpEngineID, in hex; made once and kept.</summary>
    public string EngineId { get; init; } = "";

    /// <summary>snmpEngineBoots: how often the meter has been started with this state.</summary>
    public int EngineBoots { get; init; }

    public string? SysContact { get; init; }

    public string? SysName { get; init; }

    public string? SysLocation { get; init; }

    public int FloodMark { get; init; } = 95;

    public int InactivityTimeoutSeconds { get; init; } = 600;

    /// <summary>How packets are sampled, where a manager set it.</summary>
    public DelayControl? Delay { get; init; }

    /// <summary>Sample rates other than 1, by interface name: an ifIndex may change with a restart.</summary>
    public ImmutableSortedDictionary<string, int> SampleRates { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    public ImmutableArray<StoredRuleSet> RuleSets { get; init; } = [];

    /// <summary>Active tasks; null in the state of a meter that never had one stored, which starts with the built-in task.</summary>
    public ImmutableArray<StoredTask>? Tasks { get; init; }

    public sealed record StoredRuleSet(int Number, string Name, string Owner, ImmutableArray<StoredRule> Rules);

    /// <summary>A rule with its mask and value in hex, octet for octet as a manager wrote them.</summary>
    public sealed record StoredRule(FlowAttribute Selector, string Mask, string Value, Opcode Action, int Parameter);

    public sealed record StoredTask(uint Index, int Current, int Standby, int HighWaterMark, bool RunningStandby, string Owner);

    /// <summary>The state with the configuration's lasting parts in place of its own: active rule sets, active tasks, settings.</summary>
    public MeterState With(MeterConfiguration configuration) =>
        this with
        {
            FloodMark = configuration.FloodMark,
            InactivityTimeoutSeconds = configuration.InactivityTimeoutSeconds,
            Delay = configuration.Delay,
            // Rates of interfaces that are not there at the moment are kept for when they come back.
            SampleRates = SampleRates
                .RemoveRange(configuration.Interfaces.Select(each => each.Value.Name))
                .AddRange(
                    configuration
                        .Interfaces.Where(each => each.Value.SampleRate != 1)
                        .Select(each => KeyValuePair.Create(each.Value.Name, each.Value.SampleRate))
                ),
            RuleSets =
            [
                .. configuration
                    .RuleSets.Where(each => each.Key != RuleSet.BuiltInNumber && each.Value.Status == RowStatus.Active)
                    .Select(each => Store(each.Value)),
            ],
            Tasks =
            [
                .. configuration
                    .Tasks.Where(each => each.Value.Status == RowStatus.Active)
                    .Select(each => new StoredTask(
                        each.Key,
                        each.Value.CurrentRuleSet,
                        each.Value.StandbyRuleSet,
                        each.Value.HighWaterMark,
                        each.Value.RunningStandby,
                        each.Value.Owner
                    )),
            ],
        };

    /// <summary>True where the step from one configuration to the other changes something that outlives the process.</summary>
    public static bool IsAffected(MeterConfiguration before, MeterConfiguration after) =>
        before.FloodMark != after.FloodMark
        || before.InactivityTimeoutSeconds != after.InactivityTimeoutSeconds
        || before.Delay != after.Delay
        || !ReferenceEquals(before.Interfaces, after.Interfaces)
        || !ReferenceEquals(before.Tasks, after.Tasks)
        || (!ReferenceEquals(before.RuleSets, after.RuleSets) && !Active(before).SequenceEqual(Active(after), ReferenceEqualityComparer.Instance));

    /// <summary>The configuration the meter starts with.</summary>
    public MeterConfiguration ToConfiguration(IEnumerable<MeteringPoint> interfaces)
    {
        var configuration = MeterConfiguration.Initial;
        foreach (var point in interfaces)
        {
            var rate = SampleRates.GetValueOrDefault(point.Name, 1);
            configuration = configuration with { Interfaces = configuration.Interfaces.With(point.IfIndex, point with { SampleRate = rate }) };
        }
        foreach (var stored in RuleSets)
            configuration = configuration with { RuleSets = configuration.RuleSets.With((uint)stored.Number, Load(stored)) };
        if (Tasks is { } tasks)
        {
            configuration = configuration with { Tasks = SortedRows<MeterTask>.Empty };
            foreach (var task in tasks)
                configuration = configuration with { Tasks = configuration.Tasks.With(task.Index, Load(task)) };
        }
        return configuration with { FloodMark = FloodMark, InactivityTimeoutSeconds = InactivityTimeoutSeconds, Delay = Delay };
    }

    private static IEnumerable<object> Active(MeterConfiguration configuration) =>
        configuration.RuleSets.Select(each => each.Value).Where(ruleSet => ruleSet.Status == RowStatus.Active);

    private static StoredRuleSet Store(LoadedRuleSet ruleSet) =>
        new(
            ruleSet.Number,
            ruleSet.Name,
            ruleSet.Owner,
            [
                .. ruleSet
                    .ToRuleSet()
                    .Rules.Select(rule => new StoredRule(rule.Selector, rule.Mask.ToString(), rule.Value.ToString(), rule.Action, rule.Parameter)),
            ]
        );

    private static LoadedRuleSet Load(StoredRuleSet stored) =>
        LoadedRuleSet.From(
            stored.Number,
            new RuleSet(
                stored.Name,
                [
                    .. stored.Rules.Select(rule => new Rule(
                        rule.Selector,
                        new RuleAddress(Convert.FromHexString(rule.Mask)),
                        new RuleAddress(Convert.FromHexString(rule.Value)),
                        rule.Action,
                        rule.Parameter
                    )),
                ]
            ),
            stored.Owner
        );

    private static MeterTask Load(StoredTask stored) =>
        new()
        {
            Status = RowStatus.Active,
            CurrentRuleSet = stored.Current,
            StandbyRuleSet = stored.Standby,
            HighWaterMark = stored.HighWaterMark,
            RunningStandby = stored.RunningStandby,
            Owner = stored.Owner,
        };
}

[JsonSerializable(typeof(MeterState))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
internal sealed partial class MeterStateJson : JsonSerializerContext;
