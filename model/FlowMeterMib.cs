namespace Rtfm.Model;

/// <summary>The object identifiers of FLOW-METER-MIB (RFC 2720). Columns hang under <c>entry.column</c>, scalars end in <c>.0</c>.</summary>
public static class FlowMeterMib
{
    public static ReadOnlySpan<uint> Root => [1, 3, 6, 1, 2, 1, 40];
    public static ReadOnlySpan<uint> RuleSetInfoEntry => [1, 3, 6, 1, 2, 1, 40, 1, 1, 1];
    public static ReadOnlySpan<uint> InterfaceEntry => [1, 3, 6, 1, 2, 1, 40, 1, 2, 1];
    public static ReadOnlySpan<uint> ReaderInfoEntry => [1, 3, 6, 1, 2, 1, 40, 1, 3, 1];
    public static ReadOnlySpan<uint> ManagerInfoEntry => [1, 3, 6, 1, 2, 1, 40, 1, 4, 1];
    public static ReadOnlySpan<uint> FloodMark => [1, 3, 6, 1, 2, 1, 40, 1, 5, 0];
    public static ReadOnlySpan<uint> InactivityTimeout => [1, 3, 6, 1, 2, 1, 40, 1, 6, 0];
    public static ReadOnlySpan<uint> ActiveFlows => [1, 3, 6, 1, 2, 1, 40, 1, 7, 0];
    public static ReadOnlySpan<uint> MaxFlows => [1, 3, 6, 1, 2, 1, 40, 1, 8, 0];
    public static ReadOnlySpan<uint> FloodMode => [1, 3, 6, 1, 2, 1, 40, 1, 9, 0];
    public static ReadOnlySpan<uint> DataEntry => [1, 3, 6, 1, 2, 1, 40, 2, 1, 1];
    public static ReadOnlySpan<uint> ColumnActivityEntry => [1, 3, 6, 1, 2, 1, 40, 2, 2, 1];
    public static ReadOnlySpan<uint> DataPackageEntry => [1, 3, 6, 1, 2, 1, 40, 2, 3, 1];
    public static ReadOnlySpan<uint> RuleEntry => [1, 3, 6, 1, 2, 1, 40, 3, 1, 1];

    /// <summary>flowPackageData, the column of flowDataPackageTable with the packages.</summary>
    public const uint PackageData = 5;

    /// <summary>
    /// The table to read packages of these attributes from: flowDataPackageTable where it can name them all, else the one of RTFM-METER-EXT-MIB, whose packages
    /// are the same.
    /// </summary>
    public static ReadOnlySpan<uint> PackageEntryFor(ReadOnlySpan<FlowAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            if (!FlowAttributes.FitsStandardPackage(attribute))
                return Oids.ExtendedPackageEntry;
        }
        return DataPackageEntry;
    }

    /// <summary>The most attributes a selector in that table may name: column, their number, rule set, time mark and flow index stand beside them (MIB-101).</summary>
    public static int MostPackageAttributes(ReadOnlySpan<uint> entry) => 128 - entry.Length - 5;
}
