using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Control;

/// <summary>What runs on a meter: rows of flowManagerInfoTable (RFC 2720 §4, MGR-02, MGR-05).</summary>
public sealed class Tasks(Meter meter)
{
    /// <summary>Indexes that others may take between our look and our request.</summary>
    private const int MaxAttempts = 20;

    /// <summary>Runs a rule set: in the task that runs it already, in one of the owner's that runs nothing, else in a new one.</summary>
    /// <returns>The task's index.</returns>
    public async Task<uint> RunAsync(TaskRequest wanted, CancellationToken cancellationToken)
    {
        var active = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Where(task => task.Status == "active").ToList();
        var running = active.Find(task => task.Current == wanted.Current);
        if (running is not null && wanted is { Standby: null, HighWaterMark: null })
            return running.Index;
        var used = running ?? active.Find(task => task.Owner == wanted.Owner && task.Current == 0 && task.Standby == 0);
        if (used is null)
            return await CreateAsync(wanted, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(used.Index, wanted, cancellationToken).ConfigureAwait(false);
        return used.Index;
    }

    /// <summary>Switches a task to another rule set at once; flows of the one before stay until they are recovered (MIB-62).</summary>
    /// <exception cref="MeterException">There is no such task, or it is someone else's.</exception>
    public async Task<uint> SwitchAsync(uint index, TaskRequest wanted, CancellationToken cancellationToken)
    {
        var tasks = await meter.TasksAsync(cancellationToken).ConfigureAwait(false);
        if (tasks.FirstOrDefault(each => each.Index == index) is not { } task)
            throw new MeterException($"{meter}: there is no task {index}. List them with: rtfm-manager status {meter}");
        if (task.Owner != wanted.Owner)
            throw new MeterException($"{meter}: task {index} is '{task.Owner}'s. Give --owner '{task.Owner}' to switch it all the same.");
        if (task.Status != "active")
            throw new MeterException($"{meter}: task {index} is {task.Status}: it runs nothing");
        await ChangeAsync(index, wanted, cancellationToken).ConfigureAwait(false);
        return index;
    }

    /// <summary>Makes a task.</summary>
    /// <returns>Its index.</returns>
    public async Task<uint> CreateAsync(TaskRequest wanted, CancellationToken cancellationToken)
    {
        var taken = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Select(each => each.Index).ToHashSet();
        for (uint index = 2, attempts = 0; attempts < MaxAttempts; index++)
        {
            if (taken.Contains(index))
                continue;
            attempts++;
            if (await TryCreateAsync(index, wanted).ConfigureAwait(false))
                return index;
        }
        throw new MeterException($"{meter}: rule set {wanted.Current} was not started: no free task was found");
    }

    /// <summary>Gives an active task other rule sets and another mark. Its owner stays.</summary>
    public Task ChangeAsync(uint index, TaskRequest wanted, CancellationToken cancellationToken)
    {
        var changes = new List<VarBind> { new(Meter.Task(2, index), SnmpValue.Integer((int)wanted.Current)) };
        if (wanted.Standby is { } standby)
            changes.Add(new(Meter.Task(3, index), SnmpValue.Integer((int)standby)));
        if (wanted.HighWaterMark is { } mark)
            changes.Add(new(Meter.Task(4, index), SnmpValue.Integer(mark)));
        return meter.SetAsync(cancellationToken, [.. changes]);
    }

    public Task DestroyAsync(uint index, CancellationToken cancellationToken) =>
        meter.SetAsync(cancellationToken, Meter.SetStatus(Meter.Task(8, index), RowStatus.Destroy));

    /// <summary>Ends every task that runs the rule set, whoever owns it (MIB-65); a task that only has it as standby loses its standby.</summary>
    /// <returns>The tasks that were changed.</returns>
    public async Task<IReadOnlyList<uint>> StopAsync(uint ruleSet, CancellationToken cancellationToken)
    {
        var naming = (await meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Where(each => each.Names(ruleSet)).ToList();
        foreach (var task in naming)
        {
            if (task.Current == ruleSet)
                await DestroyAsync(task.Index, cancellationToken).ConfigureAwait(false);
            else
                await meter.SetAsync(cancellationToken, new VarBind(Meter.Task(3, task.Index), SnmpValue.Integer(0))).ConfigureAwait(false);
        }
        return [.. naming.Select(task => task.Index)];
    }

    // Not cancelled half-way: whether there is a task to be taken back must be known.
    private async Task<bool> TryCreateAsync(uint index, TaskRequest wanted)
    {
        try
        {
            await meter
                .SetAsync(
                    CancellationToken.None,
                    Meter.SetStatus(Meter.Task(8, index), RowStatus.CreateAndGo),
                    new(Meter.Task(2, index), SnmpValue.Integer((int)wanted.Current)),
                    new(Meter.Task(3, index), SnmpValue.Integer((int)(wanted.Standby ?? 0))),
                    new(Meter.Task(4, index), SnmpValue.Integer(wanted.HighWaterMark ?? 0)),
                    new(Meter.Task(6, index), SnmpValue.OctetString(wanted.Owner))
                )
                .ConfigureAwait(false);
            return true;
        }
        catch (SnmpErrorException error) when (error is { Status: ErrorStatus.InconsistentValue or ErrorStatus.BadValue, ErrorIndex: 1 })
        {
            // Somebody took the index in the meantime: we ourselves, where the answer to our first request was lost.
            var tasks = await meter.TasksAsync(CancellationToken.None).ConfigureAwait(false);
            return tasks.Any(task => task.Index == index && task.Owner == wanted.Owner && task.Current == wanted.Current);
        }
    }
}
