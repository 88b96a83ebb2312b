using Rtfm.Model;
using Rtfm.Snmp.Client;

namespace Rtfm.Control;

/// <summary>Brings a rule set into a meter, runs it, and takes out the one it replaces: all of it or nothing (MGR-01, MGR-02, MGR-05).</summary>
public sealed class RuleSetInstallation
{
    private readonly Meter _meter;
    private readonly UndoList _undo = new();
    private readonly RuleSetDownload _download;
    private readonly Tasks _tasks;

    public RuleSetInstallation(Meter meter)
    {
        _meter = meter;
        _download = new RuleSetDownload(meter, _undo);
        _tasks = new Tasks(meter);
    }

    /// <param name="progress">Told how many rules, of both sets, are loaded.</param>
    /// <exception cref="MeterException">It was not done; the message says why, and what of it is left behind.</exception>
    public async Task<InstalledRuleSet> InstallAsync(InstallationRequest request, Action<int> progress, CancellationToken cancellationToken)
    {
        try
        {
            var loaded = await _meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
            var old = FindOld(loaded, request, request.RuleSet);
            var oldStandby = FindOld(loaded, request, request.Standby);

            // The standby set first: a task can name only what is there (MGR-02).
            uint? standby = null;
            if (request.Standby is { } rules)
                standby = await _download.LoadAsync(rules, request.Owner, null, progress, cancellationToken).ConfigureAwait(false);
            var before = request.Standby?.Rules.Length ?? 0;
            var number = await _download
                .LoadAsync(request.RuleSet, request.Owner, request.Index, done => progress(before + done), cancellationToken)
                .ConfigureAwait(false);

            // A running set is never edited: tasks are switched to the new one, then the old one goes (MGR-05).
            await ReplaceInTasksAsync(old, number, cancellationToken).ConfigureAwait(false);
            await ReplaceInTasksAsync(oldStandby, standby ?? 0, cancellationToken).ConfigureAwait(false);
            if (request.IsRun)
                await RunAsync(request, number, standby, cancellationToken).ConfigureAwait(false);
            var tasks = await _meter.TasksAsync(cancellationToken).ConfigureAwait(false);
            return new InstalledRuleSet(
                _meter.ToString(),
                number,
                request.RuleSet.Name,
                request.RuleSet.Rules.Length,
                standby,
                [.. tasks.Where(task => task.Current == number && task.Status == "active").Select(task => task.Index)],
                old?.Index,
                [.. await RemoveAsync(old).ConfigureAwait(false), .. await RemoveAsync(oldStandby).ConfigureAwait(false)]
            );
        }
        catch (Exception fault) when (fault is SnmpException or MeterException or OperationCanceledException)
        {
            throw new MeterException(await GiveUpAsync(request, fault).ConfigureAwait(false), fault);
        }
    }

    private static RuleSetRow? FindOld(IReadOnlyList<RuleSetRow> loaded, InstallationRequest request, RuleSet? ruleSet)
    {
        var same = ruleSet is null ? null : loaded.FirstOrDefault(each => each.Name == ruleSet.Name && each.Owner == request.Owner);
        return same is null || request.IsReplacing
            ? same
            : throw new MeterException(
                $"'{same.Name}' of owner '{same.Owner}' is there already, as rule set {same.Index}. Give --replace, or another --name"
            );
    }

    private async Task ReplaceInTasksAsync(RuleSetRow? old, uint number, CancellationToken cancellationToken)
    {
        if (old is null)
            return;
        foreach (var task in (await _meter.TasksAsync(cancellationToken).ConfigureAwait(false)).Where(task => task.Names(old.Index)))
        {
            var current = task.Current == old.Index ? number : (uint)task.Current;
            var standby = task.Standby == old.Index ? number : (uint)task.Standby;
            await ChangeAsync(task, new TaskRequest(current, standby, task.HighWaterMark, task.Owner), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(InstallationRequest request, uint number, uint? standby, CancellationToken cancellationToken)
    {
        var wanted = new TaskRequest(number, standby, request.HighWaterMark, request.Owner);
        var running = (await _meter.TasksAsync(cancellationToken).ConfigureAwait(false))
            .Where(task => task.Current == number && task.Status == "active")
            .ToList();
        if (running.Count == 0)
        {
            var index = await _tasks.CreateAsync(wanted, cancellationToken).ConfigureAwait(false);
            _undo.Add($"task {index}", () => _tasks.DestroyAsync(index, CancellationToken.None));
        }
        else
        {
            // It took the place of a set that ran: those tasks get the standby set and the mark, where they are given.
            foreach (var task in running)
                await ChangeAsync(task, wanted, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ChangeAsync(TaskRow task, TaskRequest wanted, CancellationToken cancellationToken)
    {
        var before = new TaskRequest((uint)task.Current, (uint)task.Standby, task.HighWaterMark, task.Owner);
        // Noted first: setting back what was not changed does no harm, and a lost answer leaves us not knowing.
        _undo.Add($"task {task.Index} as changed", () => _tasks.ChangeAsync(task.Index, before, CancellationToken.None));
        await _tasks.ChangeAsync(task.Index, wanted, cancellationToken).ConfigureAwait(false);
    }

    // The new set runs: an old one that cannot be removed is no reason to go back.
    private async Task<string[]> RemoveAsync(RuleSetRow? old)
    {
        if (old is null)
            return [];
        try
        {
            await _meter.DestroyRuleSetAsync(old.Index, CancellationToken.None).ConfigureAwait(false);
            return [];
        }
        catch (SnmpException fault)
        {
            return [$"{_meter}: the rule set that was replaced, {old.Index} '{old.Name}', is still there: {fault.Message}"];
        }
    }

    private async Task<string> GiveUpAsync(InstallationRequest request, Exception fault)
    {
        var reason = fault switch
        {
            OperationCanceledException => "stopped",
            _ => _meter.ReasonOf(fault),
        };
        var message = $"{_meter}: rule set '{request.RuleSet.Name}' was not loaded: {reason}.";
        if (_undo.IsEmpty)
            return message;
        var left = await _undo.RunAsync().ConfigureAwait(false);
        if (left.Count > 0)
            return $"{message} Taking it back failed, too; left behind: {string.Join(", ", left)}.";
        return _download.RulesSent > 0
            ? $"{message} The {_download.RulesSent} rules sent before it are removed again."
            : $"{message} What was made is removed again.";
    }
}
