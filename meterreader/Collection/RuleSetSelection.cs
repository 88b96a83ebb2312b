using System.Globalization;
using Rtfm.Control.Reading;
using Rtfm.Snmp.Ber;

namespace Rtfm.MeterReader.Collection;

/// <summary>A rule set that a meter has.</summary>
internal sealed record LoadedRuleSet(int Number, string Name);

/// <summary>Which of a meter's rule sets are to be collected.</summary>
internal static class RuleSetSelection
{
    private const int Active = 1;

    /// <param name="wanted">Names or numbers; empty: all that run or have flows.</param>
    /// <param name="missing">Receives those of <paramref name="wanted"/> that the meter does not have.</param>
    /// <exception cref="CollectionException">It has no rule sets at all: every meter has number 1.</exception>
    public static async Task<IReadOnlyList<LoadedRuleSet>> FindAsync(
        IMeterSession meter,
        IReadOnlyList<string> wanted,
        ICollection<string> missing,
        CancellationToken cancellationToken
    )
    {
        var names = await ColumnWalk.ReadAsync(meter, MeterMib.RuleInfo(MeterMib.RuleInfoName), cancellationToken).ConfigureAwait(false);
        var loaded = names.Select(each => new LoadedRuleSet((int)each.Key, each.Value.Text)).ToList();
        if (loaded.Count == 0)
            throw new CollectionException($"{meter.Name}: it shows no rule sets. Is it a meter, and may we see FLOW-METER-MIB?");
        if (wanted.Count == 0)
        {
            var running = await RunningAsync(meter, cancellationToken).ConfigureAwait(false);
            var flows = await ColumnWalk.ReadAsync(meter, MeterMib.RuleInfo(MeterMib.RuleInfoFlowRecords), cancellationToken).ConfigureAwait(false);
            return
            [
                .. loaded.Where(each => running.Contains(each.Number) || (flows.TryGetValue((uint)each.Number, out var count) && count.Signed > 0)),
            ];
        }
        var chosen = new List<LoadedRuleSet>();
        foreach (var each in wanted)
        {
            var found = loaded.Where(ruleSet => ruleSet.Name == each || ruleSet.Number.ToString(CultureInfo.InvariantCulture) == each).ToList();
            chosen.AddRange(found.Except(chosen));
            if (found.Count == 0)
                missing.Add(each);
        }
        return chosen;
    }

    private static async Task<HashSet<long>> RunningAsync(IMeterSession meter, CancellationToken cancellationToken)
    {
        var running = new HashSet<long>();
        var status = await ColumnWalk.ReadAsync(meter, MeterMib.Task(MeterMib.ManagerStatus), cancellationToken).ConfigureAwait(false);
        foreach (var column in new[] { MeterMib.ManagerCurrentRuleSet, MeterMib.ManagerStandbyRuleSet })
        {
            var ruleSets = await ColumnWalk.ReadAsync(meter, MeterMib.Task(column), cancellationToken).ConfigureAwait(false);
            foreach (var (task, ruleSet) in ruleSets)
            {
                if (ruleSet.Tag == BerTag.Integer && status.TryGetValue(task, out var state) && state.Signed == Active)
                    running.Add(ruleSet.Signed);
            }
        }
        return running;
    }
}
