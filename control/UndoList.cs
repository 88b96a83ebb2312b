using Rtfm.Snmp.Client;

namespace Rtfm.Control;

/// <summary>How to take back what was done so far. Things are taken back last first: a task goes before the rule set that it names.</summary>
public sealed class UndoList
{
    private readonly Stack<(string What, Func<Task> Undo)> _steps = new();

    public bool IsEmpty => _steps.Count == 0;

    /// <param name="what">What is left behind where it cannot be taken back.</param>
    public void Add(string what, Func<Task> undo) => _steps.Push((what, undo));

    /// <summary>Takes everything back, also after something that could not be.</summary>
    /// <returns>What is left behind.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var left = new List<string>();
        while (_steps.TryPop(out var step))
        {
            try
            {
                await step.Undo().ConfigureAwait(false);
            }
            catch (SnmpException)
            {
                left.Add(step.What);
            }
        }
        return left;
    }
}
