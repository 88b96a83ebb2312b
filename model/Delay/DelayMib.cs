namespace Rtfm.Model.Delay;

/// <summary>The object identifiers of RTFM-DELAY-MIB. Columns hang under <c>entry.column</c>; the scalars of a group are <c>group.number.0</c>.</summary>
public static class DelayMib
{
    public static ReadOnlySpan<uint> Root => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4];
    public static ReadOnlySpan<uint> Notifications => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 0];
    public static ReadOnlySpan<uint> Control => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 1];
    public static ReadOnlySpan<uint> Clock => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 2];

    /// <summary>Index: number.</summary>
    public static ReadOnlySpan<uint> GapEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 3, 1];

    /// <summary>Index: rule set, flow index, number of the sample.</summary>
    public static ReadOnlySpan<uint> SampleEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 4, 1];

    /// <summary>Index: rule set, since (TimeFilter), flow index.</summary>
    public static ReadOnlySpan<uint> PackageEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 5, 1];

    public static ReadOnlySpan<uint> Work => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 6];

    /// <summary>Index: since (TimeFilter), number.</summary>
    public static ReadOnlySpan<uint> ResultEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 7, 1];

    /// <summary>What notifications tell.</summary>
    public static ReadOnlySpan<uint> Event => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 4, 1, 9];

    /// <summary>Under <see cref="Notifications"/>.</summary>
    public static class Notification
    {
        public const uint TooLong = 1;
        public const uint ShortAgain = 2;
        public const uint LossTooHigh = 3;
        public const uint LossLowAgain = 4;
    }

    /// <summary>Scalars of <see cref="DelayMib.Event"/>, there for notifications only.</summary>
    public static class EventObject
    {
        public const uint RuleSet = 1;
        public const uint Flow = 2;
        public const uint Source = 3;
        public const uint Dest = 4;
        public const uint Entry = 5;
        public const uint Exit = 6;
        public const uint Value = 7;
        public const uint Limit = 8;
        public const uint ClockError = 9;
    }

    /// <summary>Scalars of <see cref="DelayMib.Control"/>.</summary>
    public static class ControlObject
    {
        /// <summary>Milliseconds, Unsigned32: each flow is to give one sample in each direction in so long.</summary>
        public const uint Interval = 1;

        /// <summary>Milliseconds, Unsigned32: how long a packet may take before it is lost.</summary>
        public const uint Window = 2;

        /// <summary>bob(1), ipsx(2), crc(3): the function that selects.</summary>
        public const uint HashFunction = 3;

        /// <summary>Unsigned32.</summary>
        public const uint Seed = 4;

        /// <summary>Unsigned32.</summary>
        public const uint PayloadOctets = 5;

        /// <summary>Samples for each flow, Unsigned32.</summary>
        public const uint RingLength = 6;

        /// <summary>Nanoseconds, signed, as decimal text; read-only.</summary>
        public const uint ClockOffset = 7;
    }

    /// <summary>Scalars of <see cref="DelayMib.Clock"/>; times and errors are nanoseconds, Counter64 as CounterBasedGauge64 (RFC 2856).</summary>
    public static class ClockObject
    {
        /// <summary>TruthValue.</summary>
        public const uint IsSynchronized = 1;

        /// <summary>none(1), ntpd(2), chrony(3), ptp(4), timesyncd(5), other(6).</summary>
        public const uint SynchronizedBy = 2;
        public const uint EstimatedError = 3;
        public const uint MaximumError = 4;

        /// <summary>When the clock was last seen to have stepped, since 1970; 0: never.</summary>
        public const uint LastStepTime = 5;

        /// <summary>How far it went, signed, as decimal text.</summary>
        public const uint LastStep = 6;

        /// <summary>Counter32.</summary>
        public const uint Steps = 7;

        /// <summary>Since 1970, with the clock's offset: what a packet that came now would have.</summary>
        public const uint Now = 8;
    }

    /// <summary>Columns of <see cref="GapEntry"/>; times are nanoseconds since 1970, Counter64 as CounterBasedGauge64.</summary>
    public static class GapColumn
    {
        public const uint From = 2;
        public const uint To = 3;

        /// <summary>A <see cref="GapReason"/>.</summary>
        public const uint Reason = 4;
    }

    /// <summary>Columns of <see cref="SampleEntry"/>.</summary>
    public static class SampleColumn
    {
        /// <summary>Nanoseconds since 1970, Counter64.</summary>
        public const uint Time = 2;
        public const uint Selection = 3;
        public const uint Identity = 4;
        public const uint Level = 5;

        /// <summary>to(1), from(2).</summary>
        public const uint Direction = 6;
    }

    /// <summary>Columns of <see cref="PackageEntry"/>.</summary>
    public static class PackageColumn
    {
        /// <summary>A <see cref="SamplePackage"/>.</summary>
        public const uint Data = 2;
    }

    /// <summary>Scalars of <see cref="DelayMib.Work"/>.</summary>
    public static class WorkObject
    {
        /// <summary>Of the master whose work it is, Unsigned32.</summary>
        public const uint Term = 1;

        /// <summary>Unsigned32; 1: all that was known is forgotten.</summary>
        public const uint Part = 2;

        /// <summary>OCTET STRING.</summary>
        public const uint Data = 3;

        /// <summary>Unsigned32: setting it begins a round.</summary>
        public const uint Round = 4;

        /// <summary>The round that has ended, Unsigned32.</summary>
        public const uint Done = 5;

        /// <summary>Gauge32.</summary>
        public const uint Flows = 6;

        /// <summary>Counter32.</summary>
        public const uint Refused = 7;

        /// <summary>Counter32.</summary>
        public const uint Unread = 8;
    }

    /// <summary>Columns of <see cref="ResultEntry"/>.</summary>
    public static class ResultColumn
    {
        /// <summary>A <see cref="DelayResult"/>.</summary>
        public const uint Data = 2;
    }
}

/// <summary>Why a meter may have missed packets for a time.</summary>
public enum GapReason
{
    /// <summary>The meter, or a rule set that takes samples, began; before that it saw nothing.</summary>
    Started = 1,

    /// <summary>The capture lost packets, or an interface was away.</summary>
    CaptureLoss = 2,

    /// <summary>The clock was set: times around it cannot be compared.</summary>
    ClockStep = 3,

    /// <summary>The flow table, or the memory for statistics, had no room for a flow.</summary>
    NoRoom = 4,
}
