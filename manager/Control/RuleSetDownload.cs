using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Manager.Control;

/// <summary>Downloads a rule set with SNMP SET, in the order that RFC 2720 §3.2 gives (MIB-34): all of it or nothing.</summary>
public sealed class RuleSetDownload(Meter meter)
{
    /// <summary>Rules in one request: five varbinds of at most 50 octets each, so that it fits a frame.</summary>
    private const int RulesPerRequest = 6;

    /// <summary>Indexes that others may take between our look and our request.</summary>
    private const int MaxAttempts = 20;

    /// <summary>Loads the rules and makes the set active.</summary>
    /// <param name="index">Its number; null: the first free one from 2 on.</param>
    /// <param name="progress">Told how many rules are loaded.</param>
    /// <returns>The number it has.</returns>
    /// <exception cref="MeterException">The meter refused something; what was made is removed again.</exception>
    public async Task<uint> LoadAsync(RuleSet ruleSet, string owner, uint? index, Action<int> progress, CancellationToken cancellationToken)
    {
        var number = await CreateAsync(ruleSet, index, cancellationToken).ConfigureAwait(false);
        var loaded = 0;
        try
        {
            await meter
                .SetAsync(
                    cancellationToken,
                    new(Meter.RuleSetInfo(2, number), SnmpValue.Integer(ruleSet.Rules.Length)),
                    new(Meter.RuleSetInfo(3, number), SnmpValue.OctetString(owner)),
                    new(Meter.RuleSetInfo(6, number), SnmpValue.OctetString(ruleSet.Name))
                )
                .ConfigureAwait(false);
            while (loaded < ruleSet.Rules.Length)
            {
                var count = Math.Min(RulesPerRequest, ruleSet.Rules.Length - loaded);
                await meter.SetAsync(cancellationToken, RuleVarBinds(ruleSet, number, loaded, count)).ConfigureAwait(false);
                loaded += count;
                progress(loaded);
            }
            await meter
                .SetAsync(cancellationToken, new VarBind(Meter.RuleSetInfo(5, number), SnmpValue.Integer((int)RowStatus.Active)))
                .ConfigureAwait(false);
            return number;
        }
        catch (Exception fault) when (fault is SnmpException or OperationCanceledException)
        {
            var isRemoved = await TryRemoveAsync(number).ConfigureAwait(false);
            throw new MeterException(Describe(fault, ruleSet, number, loaded, isRemoved), fault);
        }
    }

    /// <summary>The varbinds of some rules, the first counted from 0: selector, mask, value, action, parameter each.</summary>
    public static VarBind[] RuleVarBinds(RuleSet ruleSet, uint number, int first, int count)
    {
        var varBinds = new List<VarBind>();
        for (var i = first; i < first + count; i++)
        {
            var rule = ruleSet.Rules[i];
            varBinds.Add(new(Meter.Rule(3, number, i + 1), SnmpValue.Integer((int)rule.Selector)));
            varBinds.Add(new(Meter.Rule(4, number, i + 1), SnmpValue.OctetString(rule.Mask.Octets)));
            varBinds.Add(new(Meter.Rule(5, number, i + 1), SnmpValue.OctetString(rule.Value.Octets)));
            varBinds.Add(new(Meter.Rule(6, number, i + 1), SnmpValue.Integer((int)rule.Action)));
            varBinds.Add(new(Meter.Rule(7, number, i + 1), SnmpValue.Integer(rule.Parameter)));
        }
        return [.. varBinds];
    }

    private async Task<uint> CreateAsync(RuleSet ruleSet, uint? index, CancellationToken cancellationToken)
    {
        if (index is { } wanted)
        {
            if (await TryCreateAsync(wanted, cancellationToken).ConfigureAwait(false))
                return wanted;
            throw new MeterException($"{meter}: rule set '{ruleSet.Name}' was not loaded: number {wanted} is taken");
        }
        var taken = (await meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false)).Select(each => each.Index).ToHashSet();
        var attempts = 0;
        for (var number = 2u; attempts < MaxAttempts; number++)
        {
            if (taken.Contains(number))
                continue;
            attempts++;
            if (await TryCreateAsync(number, cancellationToken).ConfigureAwait(false))
                return number;
        }
        throw new MeterException($"{meter}: rule set '{ruleSet.Name}' was not loaded: no free number was found");
    }

    private async Task<bool> TryCreateAsync(uint number, CancellationToken cancellationToken)
    {
        try
        {
            await meter
                .SetAsync(cancellationToken, new VarBind(Meter.RuleSetInfo(5, number), SnmpValue.Integer((int)RowStatus.CreateAndWait)))
                .ConfigureAwait(false);
            return true;
        }
        catch (SnmpErrorException error) when (error.Status is ErrorStatus.InconsistentValue or ErrorStatus.BadValue)
        {
            return false;
        }
        catch (SnmpErrorException error) when (error.Status is ErrorStatus.NoAccess or ErrorStatus.NoSuchName)
        {
            throw new MeterException($"{meter}: the community may not write. Give the meter's write community with -c.", error);
        }
    }

    private async Task<bool> TryRemoveAsync(uint number)
    {
        try
        {
            // Also after Ctrl-C: what was made is taken away before the program ends.
            await meter
                .SetAsync(CancellationToken.None, new VarBind(Meter.RuleSetInfo(5, number), SnmpValue.Integer((int)RowStatus.Destroy)))
                .ConfigureAwait(false);
            return true;
        }
        catch (SnmpException)
        {
            return false;
        }
    }

    private string Describe(Exception fault, RuleSet ruleSet, uint number, int loaded, bool isRemoved)
    {
        var reason = fault switch
        {
            SnmpErrorException error when loaded < ruleSet.Rules.Length && error.ErrorIndex > 0 => Refused(error, number, loaded),
            OperationCanceledException => "stopped",
            _ => fault.Message,
        };
        var rest = isRemoved
            ? loaded > 0
                ? $" The {loaded} rules sent before it are removed again."
                : " What was made is removed again."
            : $" It could not be removed: rule set {number} is left unfinished and will be removed by the meter after about five minutes.";
        return $"{meter}: rule set '{ruleSet.Name}' was not loaded: {reason}.{rest}";
    }

    private static string Refused(SnmpErrorException error, uint number, int loaded)
    {
        string[] columns = ["flowRuleSelector", "flowRuleMask", "flowRuleMatchedValue", "flowRuleAction", "flowRuleParameter"];
        var rule = loaded + (error.ErrorIndex - 1) / columns.Length + 1;
        var column = columns[(error.ErrorIndex - 1) % columns.Length];
        return $"rule {rule} ({column}.{number}.{rule}) was refused, {char.ToLowerInvariant(error.Status.ToString()[0])}{error.Status.ToString()[1..]}";
    }
}
