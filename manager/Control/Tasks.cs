using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Manager.Control;

/// <summary>What runs on a meter: rows of flowManagerInfoTable (RFC 2720 §4, MGR-02, MGR-05).</summary>
public sealed class Tasks(Meter meter)
{
    /// <summary>Makes a task that runs the rule set.</summary>
    /// <param name="standby">The rule set to run while the table is too full; 0: none.</param>
    /// <param name="highWaterMark">How full, in percent; 0: never.</param>
    /// <returns>The task's index.</returns>
    public async Task<uint> StartAsync(uint ruleSet, uint standby, int highWaterMark, string owner, CancellationToken cancellationToken)
    {
        var taken = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Select(each => each.Index).ToHashSet();
        for (uint index = 2, attempts = 0; attempts < 20; index++)
        {
            if (taken.Contains(index))
                continue;
            attempts++;
            try
            {
                await meter
                    .SetAsync(
                        cancellationToken,
                        new(Meter.Task(8, index), SnmpValue.Integer((int)RowStatus.CreateAndGo)),
                        new(Meter.Task(2, index), SnmpValue.Integer((int)ruleSet)),
                        new(Meter.Task(3, index), SnmpValue.Integer((int)standby)),
                        new(Meter.Task(4, index), SnmpValue.Integer(highWaterMark)),
                        new(Meter.Task(6, index), SnmpValue.OctetString(owner))
                    )
                    .ConfigureAwait(false);
                return index;
            }
            catch (SnmpErrorException error) when (error.Status is ErrorStatus.InconsistentValue or ErrorStatus.BadValue && error.ErrorIndex == 1)
            {
                // Somebody took the index in the meantime.
            }
        }
        throw new MeterException($"{meter}: rule set {ruleSet} was not started: no free task was found");
    }

    /// <summary>Ends every task that runs the rule set; a task that only has it as standby loses its standby.</summary>
    /// <returns>How many tasks were changed.</returns>
    public async Task<int> StopAsync(uint ruleSet, CancellationToken cancellationToken)
    {
        var naming = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Where(each => each.Names(ruleSet)).ToList();
        foreach (var task in naming)
        {
            var change =
                task.Current == ruleSet
                    ? new VarBind(Meter.Task(8, task.Index), SnmpValue.Integer((int)RowStatus.Destroy))
                    : new VarBind(Meter.Task(3, task.Index), SnmpValue.Integer(0));
            await meter.SetAsync(cancellationToken, change).ConfigureAwait(false);
        }
        return naming.Count;
    }
}
