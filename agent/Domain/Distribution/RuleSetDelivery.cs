using System.Collections.Immutable;
using System.Linq;
using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Distribution;

/// <summary>Loads versions of the domain's rule sets into other members' meters, as a manager would, and reads them from there.</summary>
internal sealed class RuleSetDelivery(DomainNode node, DomainClient client, MeterRuleSets own, string domain) : IDistributionPeers, IDisposable
{
    /// <summary>As many at the same time.</summary>
    private readonly SemaphoreSlim _lanes = new(16);

    public ImmutableArray<LoadedVersion> OwnRuleSets => own.Loaded;

    public void Load(DomainMember member, string ruleSet, uint version) =>
        Begin(
            member.Id,
            ruleSet,
            version,
            async () =>
            {
                var rules = own.Find(ruleSet, version) ?? throw new MeterException("this meter has it no more");
                var meter = await MeterOfAsync(member).ConfigureAwait(false);
                var (name, owner) = (DomainMib.NameOf(ruleSet, version), DomainMib.OwnerOf(domain));
                var rows = await meter.RuleSetsAsync(CancellationToken.None).ConfigureAwait(false);
                if (rows.Any(row => row.Name == name && row.Owner == owner && row.Status == "active"))
                    return;
                var undo = new UndoList();
                try
                {
                    await new RuleSetDownload(meter, undo)
                        .LoadAsync(rules with { Name = name }, owner, null, _ => { }, CancellationToken.None)
                        .ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is SnmpException or MeterException)
                {
                    await undo.RunAsync().ConfigureAwait(false);
                    throw;
                }
            }
        );

    public void Obtain(DomainMember from, string ruleSet, uint version) =>
        Begin(
            node.Self,
            ruleSet,
            version,
            async () =>
            {
                var meter = await MeterOfAsync(from).ConfigureAwait(false);
                var (name, owner) = (DomainMib.NameOf(ruleSet, version), DomainMib.OwnerOf(domain));
                var rows = await meter.RuleSetsAsync(CancellationToken.None).ConfigureAwait(false);
                var row =
                    rows.FirstOrDefault(each => each.Name == name && each.Owner == owner && each.Status == "active")
                    ?? throw new MeterException($"{from.Address} has it no more");
                own.Add(ruleSet, version, await meter.ReadRulesAsync(row, CancellationToken.None).ConfigureAwait(false));
            }
        );

    public void Dispose() => _lanes.Dispose();

    private async Task<Meter> MeterOfAsync(DomainMember member) =>
        new(client.Snmp, await client.TargetAsync(member.Id, member.Address, isPatient: true).ConfigureAwait(false));

    private void Begin(EngineId member, string ruleSet, uint version, Func<Task> act) =>
        node.Background(async () =>
        {
            await _lanes.WaitAsync().ConfigureAwait(false);
            var (refusal, isReached) = ((string?)null, true);
            try
            {
                await act().ConfigureAwait(false);
            }
            catch (MeterException fault) when (fault.InnerException is not SnmpTimeoutException)
            {
                refusal = fault.Message;
            }
            catch (SnmpErrorException fault)
            {
                refusal = fault.Message;
            }
            catch (Exception fault) when (fault is SnmpException or MeterException)
            {
                (refusal, isReached) = (fault.Message, false);
            }
            finally
            {
                _lanes.Release();
            }
            node.Run(now => node.Distribution.Ended(member, ruleSet, version, refusal, isReached, now));
        });
}
