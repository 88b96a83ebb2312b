namespace Rtfm.Model;

/// <summary>Meter time: hundredths of a second since the meter started. Wraps after 497 days (RFC 2579 TimeStamp, RFC 2720 §3.2).</summary>
public readonly record struct Uptime(uint Hundredths) : IComparable<Uptime>
{
    public static Uptime FromTimeSpan(TimeSpan sinceStart) => new(unchecked((uint)(sinceStart.Ticks / (TimeSpan.TicksPerMillisecond * 10))));

    public TimeSpan ToTimeSpan() => TimeSpan.FromMilliseconds(Hundredths * 10.0);

    public int CompareTo(Uptime other) => Hundredths.CompareTo(other.Hundredths);

    public static bool operator <(Uptime left, Uptime right) => left.Hundredths < right.Hundredths;

    public static bool operator >(Uptime left, Uptime right) => left.Hundredths > right.Hundredths;

    public static bool operator <=(Uptime left, Uptime right) => left.Hundredths <= right.Hundredths;

    public static bool operator >=(Uptime left, Uptime right) => left.Hundredths >= right.Hundredths;
}
