using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Distribution;

/// <summary>The domain's rule sets in this agent's own meter: rows of flowRuleSetInfoTable and tasks that <see cref="DomainMib.OwnerOf"/> says are the domain's.</summary>
internal sealed class MeterRuleSets(TrafficMeter meter, string domain)
{
    /// <summary>A version that the state does not know may be one that a manager or the master is about to name.</summary>
    private const uint Grace = 10 * 60 * 100;

    private const uint FirstNumber = 2;

    private readonly string _owner = DomainMib.OwnerOf(domain);
    private DomainState _followed = new();

    /// <summary>Versions that are loaded and active; each once.</summary>
    public ImmutableArray<LoadedVersion> Loaded
    {
        get
        {
            var configuration = meter.Current;
            var running = configuration.RunningRuleSets();
            var loaded = ImmutableArray.CreateBuilder<LoadedVersion>();
            foreach (var each in Own(configuration).GroupBy(each => (each.Name, each.Version)))
                loaded.Add(new(each.Key.Name, each.Key.Version, each.Any(one => running.Contains(one.RuleSet.Number))));
            return loaded.ToImmutable();
        }
    }

    /// <summary>The rules of a version; null: it is not loaded.</summary>
    public RuleSet? Find(string name, uint version) =>
        Own(meter.Current).Where(each => each.Name == name && each.Version == version).Select(each => each.RuleSet.ToRuleSet()).FirstOrDefault();

    /// <summary>Has a manager loaded that version, under that number?</summary>
    public bool Has(string name, uint version, int number) =>
        Own(meter.Current).Any(each => each.Name == name && each.Version == version && each.RuleSet.Number == number);

    /// <summary>Takes a version that was read from another member.</summary>
    public void Add(string name, uint version, RuleSet rules) =>
        Change(configuration =>
        {
            if (Own(configuration).Any(each => each.Name == name && each.Version == version))
                return configuration;
            var number = FirstFree(configuration.RuleSets);
            var loaded = LoadedRuleSet.From((int)number, rules, _owner) with { Name = DomainMib.NameOf(name, version), TimeStamp = meter.Now };
            return configuration with { RuleSets = configuration.RuleSets.With(number, loaded) };
        });

    /// <summary>Has the meter run what the state says, as far as it is loaded, and forget what nobody needs any more.</summary>
    public void Follow(DomainState state)
    {
        Change(configuration => Sweep(Switch(configuration, state), state));
        _followed = state;
    }

    /// <summary>What a member says it has, as it stands in rtfmDomainReportRuleSets.</summary>
    public static string ToText(ImmutableArray<LoadedVersion> loaded) =>
        string.Join('\n', loaded.Select(each => DomainMib.NameOf(each.RuleSet, each.Version) + (each.IsActive ? " active" : "")));

    /// <returns>False where it is no such text.</returns>
    public static bool TryRead(string text, out ImmutableArray<LoadedVersion> loaded)
    {
        loaded = [];
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > DomainJson.MostRuleSets * (DomainRuleSet.MostKept + 2))
            return false;
        var versions = ImmutableArray.CreateBuilder<LoadedVersion>(lines.Length);
        foreach (var line in lines)
        {
            const string active = " active";
            var isActive = line.EndsWith(active, StringComparison.Ordinal);
            if (!TryReadName(isActive ? line[..^active.Length] : line, out var name, out var version))
                return false;
            versions.Add(new(name, version, isActive));
        }
        loaded = versions.ToImmutable();
        return true;
    }

    private IEnumerable<(string Name, uint Version, LoadedRuleSet RuleSet)> Own(MeterConfiguration configuration)
    {
        foreach (var (_, ruleSet) in configuration.RuleSets)
        {
            if (ruleSet.Status == RowStatus.Active && ruleSet.Owner == _owner && TryReadName(ruleSet.Name, out var name, out var version))
                yield return (name, version, ruleSet);
        }
    }

    private MeterConfiguration Switch(MeterConfiguration configuration, DomainState state)
    {
        var own = Own(configuration).ToList();
        foreach (var wanted in state.RuleSets)
        {
            // Until the active version is loaded the one before goes on.
            if (wanted.Active == 0 || own.Find(each => each.Name == wanted.Name && each.Version == wanted.Active).RuleSet is not { } active)
                continue;
            var numbers = own.Where(each => each.Name == wanted.Name).Select(each => each.RuleSet.Number).ToHashSet();
            var task = configuration.Tasks.FirstOrDefault(each => each.Value.Owner == _owner && numbers.Contains(each.Value.CurrentRuleSet));
            if (task.Value is null)
                task = new(FirstFree(configuration.Tasks), new MeterTask { Owner = _owner });
            if (task.Value is { Status: RowStatus.Active } && task.Value.CurrentRuleSet == active.Number)
                continue;
            var changed = task.Value with
            {
                Status = RowStatus.Active,
                CurrentRuleSet = active.Number,
                RunningStandby = false,
                TimeStamp = meter.Now,
            };
            configuration = configuration with { Tasks = configuration.Tasks.With(task.Key, changed) };
        }
        // Tasks of rule sets that the domain has no more.
        var removed = own.Where(each => state.FindRuleSet(each.Name) is null or { IsRemoved: true }).Select(each => each.RuleSet.Number).ToHashSet();
        return removed.Count == 0 || !configuration.Tasks.Any(each => IsOf(each.Value, removed))
            ? configuration
            : configuration with
            {
                Tasks = configuration.Tasks.Select((_, task) => IsOf(task, removed) ? null : task),
            };
    }

    private bool IsOf(MeterTask task, HashSet<int> ruleSets) => task.Owner == _owner && ruleSets.Contains(task.CurrentRuleSet);

    private MeterConfiguration Sweep(MeterConfiguration configuration, DomainState state)
    {
        var seen = new HashSet<(string, uint)>();
        foreach (var (name, version, ruleSet) in Own(configuration).OrderByDescending(each => configuration.IsNamedByTask((uint)each.RuleSet.Number)))
        {
            var isNeeded = state.FindRuleSet(name)?.Needs(version) == true && seen.Add((name, version));
            var isOutdated = state.FindRuleSet(name)?.IsObsolete(version) == true || _followed.FindRuleSet(name)?.Needs(version) == true;
            if (isNeeded || configuration.IsNamedByTask((uint)ruleSet.Number) || (!isOutdated && unchecked(meter.Now - ruleSet.TimeStamp) < Grace))
                continue;
            configuration = configuration with { RuleSets = configuration.RuleSets.Without((uint)ruleSet.Number) };
        }
        return configuration;
    }

    private void Change(Func<MeterConfiguration, MeterConfiguration> change)
    {
        while (true)
        {
            var before = meter.Current;
            var after = change(before);
            if (ReferenceEquals(before, after) || meter.TryReplace(before, after))
                return;
        }
    }

    private static uint FirstFree<TRow>(SortedRows<TRow> rows)
        where TRow : class
    {
        var number = FirstNumber;
        while (rows.Find(number) is not null)
            number++;
        return number;
    }

    private static bool TryReadName(string text, out string name, out uint version)
    {
        var hash = text.LastIndexOf('#');
        name = hash < 0 ? "" : text[..hash];
        version = 0;
        return DomainJson.IsRuleSetName(name)
            && uint.TryParse(text.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out version)
            && version > 0;
    }
}
