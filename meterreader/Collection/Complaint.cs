namespace Rtfm.MeterReader.Collection;

/// <summary>Something that may go wrong again and again: it is said once, then once a minute with its count.</summary>
internal sealed class Complaint(TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private DateTimeOffset? _lastSaid;

    /// <summary>How often it has happened since it was last all right.</summary>
    public int Count { get; private set; }

    /// <returns>True where it is to be said now.</returns>
    public bool Add()
    {
        Count++;
        var now = clock.GetUtcNow();
        if (_lastSaid is { } last && now - last < Interval)
            return false;
        _lastSaid = now;
        return true;
    }

    /// <summary>It is all right again.</summary>
    public void Clear() => (Count, _lastSaid) = (0, null);
}
