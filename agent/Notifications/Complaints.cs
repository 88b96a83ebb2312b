namespace Rtfm.Agent.Notifications;

/// <summary>Passes a complaint on once, then once a minute with how many there were: a target that is away must not fill the log.</summary>
internal sealed class Complaints(TimeProvider clock, Action<string, string, int> tell)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Targets come from tables that managers can write: they are not remembered without end.</summary>
    private const int MostTargets = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long ToldAt, int Since)> _targets = [];

    public void Add(string target, string reason)
    {
        int since;
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (_targets.TryGetValue(target, out var known) && clock.GetElapsedTime(known.ToldAt, now) < Pause)
            {
                _targets[target] = known with { Since = known.Since + 1 };
                return;
            }
            since = known.Since;
            if (_targets.Count >= MostTargets)
                _targets.Clear();
            _targets[target] = (now, 0);
        }
        tell(target, reason, since);
    }
}
