namespace Rtfm.Agent.Mib.Host;

/// <summary>A value that is made anew when somebody asks for it and it is older than <paramref name="freshness"/>; all who ask before share it.</summary>
internal sealed class Aged<T>(TimeProvider clock, TimeSpan freshness, Func<T> make)
    where T : class
{
    private readonly Lock _gate = new();
    private T? _value;
    private long _madeAt;

    public T Value
    {
        get
        {
            lock (_gate)
            {
                if (_value is null || clock.GetElapsedTime(_madeAt) >= freshness)
                {
                    _value = make();
                    _madeAt = clock.GetTimestamp();
                }
                return _value;
            }
        }
    }
}
