using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Control;

/// <summary>Downloads a rule set with SNMP SET, in the order that RFC 2720 §3.2 gives (MIB-34). What it makes it notes down, to be taken back.</summary>
public sealed class RuleSetDownload(Meter meter, UndoList undo)
{
    /// <summary>Numbers that others may take between our look and our request.</summary>
    private const int MaxAttempts = 20;

    private static readonly string[] InfoObjects = ["flowRuleInfoSize", "flowRuleInfoOwner", "flowRuleInfoName"];

    /// <summary>Rules that were sent before the one that was refused.</summary>
    public int RulesSent { get; private set; }

    /// <summary>Loads the rules and makes the set active.</summary>
    /// <param name="index">Its number; null: the first free one from 2 on.</param>
    /// <param name="progress">Told how many rules are loaded.</param>
    /// <returns>The number it has.</returns>
    /// <exception cref="MeterException">The meter refused something; the message is the reason alone.</exception>
    public async Task<uint> LoadAsync(RuleSet ruleSet, string owner, uint? index, Action<int> progress, CancellationToken cancellationToken)
    {
        RulesSent = 0;
        var number = await CreateAsync(index, cancellationToken).ConfigureAwait(false);
        undo.Add($"rule set {number}", () => meter.DestroyRuleSetAsync(number, CancellationToken.None));
        await DescribeAsync(ruleSet, number, owner, cancellationToken).ConfigureAwait(false);
        await SendRulesAsync(new DownloadPlan(ruleSet, number), progress, cancellationToken).ConfigureAwait(false);
        await ActivateAsync(number, cancellationToken).ConfigureAwait(false);
        return number;
    }

    private async Task<uint> CreateAsync(uint? index, CancellationToken cancellationToken)
    {
        if (index is { } wanted)
            return await TryCreateAsync(wanted).ConfigureAwait(false) ? wanted : throw new MeterException($"number {wanted} is taken");
        var taken = (await meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false)).Select(each => each.Index).ToHashSet();
        var attempts = 0;
        for (var number = 2u; attempts < MaxAttempts; number++)
        {
            if (taken.Contains(number))
                continue;
            attempts++;
            if (await TryCreateAsync(number).ConfigureAwait(false))
                return number;
        }
        throw new MeterException("no free number was found");
    }

    // Not cancelled half-way: whether there is a row to be taken back must be known.
    private async Task<bool> TryCreateAsync(uint number)
    {
        // RFC 2720: the owner is set when the row is made. Ours for the moment says which of all rows is the one we made.
        var mark = $"rtfm-manager {Guid.NewGuid():N}";
        try
        {
            await meter
                .SetAsync(
                    CancellationToken.None,
                    Meter.SetStatus(Meter.RuleSetInfo(5, number), RowStatus.CreateAndWait),
                    new(Meter.RuleSetInfo(3, number), SnmpValue.OctetString(mark))
                )
                .ConfigureAwait(false);
            return true;
        }
        catch (SnmpErrorException error) when (error.Status is ErrorStatus.InconsistentValue or ErrorStatus.BadValue)
        {
            // Somebody took the number in the meantime: we ourselves, where the answer to our first request was lost.
            var rows = await meter.RuleSetsAsync(CancellationToken.None).ConfigureAwait(false);
            return rows.Any(row => row.Index == number && row.Owner == mark);
        }
        catch (SnmpErrorException error) when (error.Status is ErrorStatus.NoAccess or ErrorStatus.NoSuchName or ErrorStatus.AuthorizationError)
        {
            throw new MeterException(
                meter.Target.Credentials switch
                {
                    UserCredentials user => $"user '{user.UserName}' may not write. Give the credentials of one who may with --credentials",
                    CertificateCredentials owner => $"the {owner} may not write. Give the credentials of one who may with --credentials",
                    _ => "the community may not write. Give the meter's write community with -c",
                },
                error
            );
        }
    }

    private async Task DescribeAsync(RuleSet ruleSet, uint number, string owner, CancellationToken cancellationToken)
    {
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
        }
        catch (SnmpErrorException error) when (error.ErrorIndex >= 1 && error.ErrorIndex <= InfoObjects.Length)
        {
            throw new MeterException($"{InfoObjects[error.ErrorIndex - 1]}.{number} was refused, {error.Status.Words()}", error);
        }
    }

    private async Task SendRulesAsync(DownloadPlan plan, Action<int> progress, CancellationToken cancellationToken)
    {
        var octets = DownloadPlan.UsualRequest;
        while (RulesSent < plan.RuleCount)
        {
            var count = plan.CountFrom(RulesSent, octets);
            try
            {
                await meter.SetAsync(cancellationToken, plan.VarBinds(RulesSent, count)).ConfigureAwait(false);
                RulesSent += count;
                progress(RulesSent);
            }
            catch (SnmpErrorException error) when (error.Status == ErrorStatus.TooBig && count > 1)
            {
                octets /= 2;
            }
            catch (SnmpTimeoutException) when (RulesSent == 0 && octets > DownloadPlan.SmallestRequest && count > 1)
            {
                // It answered what was shorter: an engine drops a request that is longer than it takes.
                octets = DownloadPlan.SmallestRequest;
            }
            catch (SnmpErrorException error) when (error.ErrorIndex >= 1)
            {
                var (rule, name) = plan.Locate(RulesSent, error.ErrorIndex);
                RulesSent = rule - 1;
                throw new MeterException($"rule {rule} ({name}) was refused, {error.Status.Words()}", error);
            }
        }
    }

    private async Task ActivateAsync(uint number, CancellationToken cancellationToken)
    {
        try
        {
            await meter.SetAsync(cancellationToken, Meter.SetStatus(Meter.RuleSetInfo(5, number), RowStatus.Active)).ConfigureAwait(false);
        }
        catch (SnmpErrorException error)
        {
            throw new MeterException($"the meter does not make it active, {error.Status.Words()}", error);
        }
    }
}
