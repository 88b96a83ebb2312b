namespace Rtfm.Model;

/// <summary>When a packet was captured: nanoseconds since 1970, UTC.</summary>
public readonly record struct CaptureTime(long Nanoseconds)
{
    public static CaptureTime FromDateTimeOffset(DateTimeOffset time) => new((time - DateTimeOffset.UnixEpoch).Ticks * 100);

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks(Nanoseconds / 100);
}
