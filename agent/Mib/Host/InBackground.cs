namespace Rtfm.Agent.Mib.Host;

/// <summary>
/// A value that takes long to make, or hangs, as a file server that is gone does: when somebody asks and it is older than <paramref name="freshness"/>,
/// another thread makes it, and the one who asked waits a moment at most. Until it is made the one before is shown.
/// </summary>
/// <param name="make">The next value, from the one before.</param>
/// <param name="patience">How long the one who asked waits; a quarter of a second unless told, since requests wait behind it.</param>
internal sealed class InBackground<T>(TimeProvider clock, TimeSpan freshness, T first, Func<T, T> make, TimeSpan? patience = null)
    where T : class
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private volatile T _value = first;
    private Task? _making;
    private long _madeAt;

    public T Value
    {
        get
        {
            Task? started = null;
            lock (_gate)
            {
                if (_making is null || (_making.IsCompleted && clock.GetElapsedTime(_madeAt) >= freshness))
                {
                    _madeAt = clock.GetTimestamp();
                    started = _making = Task.Factory.StartNew(Make, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                }
            }
            // Others find it being made, and do not wait. A fault is told to the one who started it.
            if (started?.Wait(_patience) == true)
                started.GetAwaiter().GetResult();
            return _value;
        }
    }

    /// <summary>On a thread of its own: one that hangs takes none from the pool, and none there keeps it waiting.</summary>
    private void Make() => _value = make(_value);
}
