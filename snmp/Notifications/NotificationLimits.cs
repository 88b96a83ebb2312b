namespace Rtfm.Snmp.Notifications;

/// <summary>How many notifications there may be: a fault that repeats must not flood the network or fill the memory.</summary>
public sealed record NotificationLimits
{
    /// <summary>Of one type, at once.</summary>
    public int TypeBurst { get; init; } = 20;

    /// <summary>Of one type a second, in the long run.</summary>
    public double TypePerSecond { get; init; } = 1;

    /// <summary>Of all types, at once.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Of all types a second, in the long run.</summary>
    public double PerSecond { get; init; } = 10;

    /// <summary>Notifications that wait to be sent; the oldest makes room.</summary>
    public int Queue { get; init; } = 1_000;

    /// <summary>Informs, over all targets, that wait to be acknowledged.</summary>
    public int Informs { get; init; } = 1_000;
}
