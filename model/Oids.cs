namespace Rtfm.Model;

/// <summary>Object identifiers that no standard gives us: all under one private-use arc until the project has an enterprise number.</summary>
public static class Oids
{
    /// <summary>The arc everything private hangs under.</summary>
    public static ReadOnlySpan<uint> Rtfm => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722];

    /// <summary>sysObjectID of the meter: rtfmMeter, the first of rtfmProducts.</summary>
    public static ReadOnlySpan<uint> Meter => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 1, 1];

    /// <summary>The root of RTFM-METER-EXT-MIB.</summary>
    public static ReadOnlySpan<uint> MeterExtMib => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 2];

    /// <summary>rtfmFlowPackageEntry of RTFM-METER-EXT-MIB: flow data packages whose selectors also hold attributes beyond 255.</summary>
    public static ReadOnlySpan<uint> ExtendedPackageEntry => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 2, 1, 7, 1];

    /// <summary>rtfmMeterExtNotifications: notifications hang under it.</summary>
    public static ReadOnlySpan<uint> MeterExtNotifications => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 2, 0];

    /// <summary>rtfmNotifying of RTFM-METER-EXT-MIB: what became of notifications, and objects that they alone have.</summary>
    public static ReadOnlySpan<uint> Notifying => [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2722, 2, 1, 20];
}
