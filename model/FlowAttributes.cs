using static Rtfm.Model.AttributeRoles;

namespace Rtfm.Model;

/// <summary>The one table of attributes: number, name, syntax, size, roles, reversal (RFC 2720 §4, RFC 2722 appendix C, RFC 2724 §4).</summary>
/// <remarks>Feeds the packet matching engine, the rule assembler, the MIB, CSV headers and store columns.</remarks>
public static class FlowAttributes
{
    private const AttributeRoles Address = Testable | Package | Column | Masked;
    private const AttributeRoles Tested = Testable | Package | Column;
    private const AttributeRoles Variable = Testable | Package | Column | Computed;
    private const AttributeRoles Reported = Package | Column;
    private const AttributeRoles Extended = Testable | Package;

    /// <summary>Parameters of a distribution in each of mask and value (RFC 2724 §3.2).</summary>
    private const int ParameterOctets = 6;

    private static readonly AttributeInfo[] Table =
    [
        One(FlowAttribute.Null, "null", AttributeSyntax.None, 0, Testable),
        One(FlowAttribute.FlowIndex, "flowIndex", AttributeSyntax.Integer, 0, Package),
        // Attributes 2 and 3 are columns 3 and 2 of flowDataTable (AMB-45); only the status is accessible there.
        One(FlowAttribute.FlowStatus, "flowStatus", AttributeSyntax.Integer, 0, Package),
        One(FlowAttribute.FlowTimeMark, "flowTimeMark", AttributeSyntax.TimeTicks, 0, Package),
        .. Pair(4, 14, "Interface", AttributeSyntax.Integer, 1, Tested),
        .. Pair(5, 15, "AdjacentType", AttributeSyntax.Integer, 1, Tested),
        .. Pair(6, 16, "AdjacentAddress", AttributeSyntax.AdjacentAddress, 6, Address, maskOffset: 1),
        .. Pair(7, 17, "AdjacentMask", AttributeSyntax.AdjacentAddress, 0, Reported),
        .. Pair(8, 18, "PeerType", AttributeSyntax.Integer, 1, Tested),
        .. Pair(9, 19, "PeerAddress", AttributeSyntax.PeerAddress, 20, Address, maskOffset: 1),
        .. Pair(10, 20, "PeerMask", AttributeSyntax.PeerAddress, 0, Reported),
        .. Pair(11, 21, "TransType", AttributeSyntax.Integer, 1, Tested),
        .. Pair(12, 22, "TransAddress", AttributeSyntax.TransportAddress, 2, Address, maskOffset: 1),
        .. Pair(13, 23, "TransMask", AttributeSyntax.TransportAddress, 0, Reported),
        One(FlowAttribute.PduScale, "pduScale", AttributeSyntax.Integer, 0, Reported),
        One(FlowAttribute.OctetScale, "octetScale", AttributeSyntax.Integer, 0, Reported),
        One(FlowAttribute.RuleSet, "ruleSet", AttributeSyntax.Integer, 0, Package),
        One(FlowAttribute.ToOctets, "toOctets", AttributeSyntax.Counter64, 0, Reported),
        One(FlowAttribute.ToPdus, "toPDUs", AttributeSyntax.Counter64, 0, Reported),
        One(FlowAttribute.FromOctets, "fromOctets", AttributeSyntax.Counter64, 0, Reported),
        One(FlowAttribute.FromPdus, "fromPDUs", AttributeSyntax.Counter64, 0, Reported),
        One(FlowAttribute.FirstTime, "firstTime", AttributeSyntax.TimeTicks, 0, Reported),
        One(FlowAttribute.LastActiveTime, "lastActiveTime", AttributeSyntax.TimeTicks, 0, Reported),
        .. Pair(33, 34, "SubscriberID", AttributeSyntax.Octets, 20, Tested),
        One(FlowAttribute.SessionId, "sessionID", AttributeSyntax.Octets, 10, Tested),
        .. Pair(36, 37, "Class", AttributeSyntax.Integer, 1, Variable),
        One(FlowAttribute.FlowClass, "flowClass", AttributeSyntax.Integer, 1, Variable),
        .. Pair(39, 40, "Kind", AttributeSyntax.Integer, 1, Variable),
        One(FlowAttribute.FlowKind, "flowKind", AttributeSyntax.Integer, 1, Variable),
        One(FlowAttribute.MatchingStoD, "matchingStoD", AttributeSyntax.None, 1, Testable),
        One(FlowAttribute.V1, "v1", AttributeSyntax.None, 1, Testable),
        One(FlowAttribute.V2, "v2", AttributeSyntax.None, 1, Testable),
        One(FlowAttribute.V3, "v3", AttributeSyntax.None, 1, Testable),
        One(FlowAttribute.V4, "v4", AttributeSyntax.None, 1, Testable),
        One(FlowAttribute.V5, "v5", AttributeSyntax.None, 1, Testable),
        One(FlowAttribute.Distributions, "distributions", AttributeSyntax.Unsigned32, 0, Package),
        .. ToFrom(66, "PacketSize", AttributeSyntax.Distribution),
        .. ToFrom(68, "InterarrivalTime", AttributeSyntax.Distribution),
        .. ToFrom(70, "TurnaroundTime", AttributeSyntax.Distribution),
        .. ToFrom(72, "BitRate", AttributeSyntax.Distribution),
        .. ToFrom(74, "PDURate", AttributeSyntax.Distribution),
        One(FlowAttribute.DSCodePoint, "dsCodePoint", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.VlanId, "vlanId", AttributeSyntax.Integer, 2, Extended),
        One(FlowAttribute.MplsLabel, "mplsLabel", AttributeSyntax.Integer, 3, Extended),
        One(FlowAttribute.Ecn, "ecn", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.TimeToLive, "timeToLive", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.FlowLabel, "flowLabel", AttributeSyntax.Integer, 3, Extended),
        One(FlowAttribute.TcpFlags, "tcpFlags", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.IcmpType, "icmpType", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.IcmpCode, "icmpCode", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.Fragment, "fragment", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.TunnelType, "tunnelType", AttributeSyntax.Integer, 1, Extended),
        One(FlowAttribute.TunnelId, "tunnelId", AttributeSyntax.Unsigned32, 4, Extended),
        One(FlowAttribute.InnerPeerType, "innerPeerType", AttributeSyntax.Integer, 1, Extended),
        .. Pair(1036, 1037, "InnerAddress", AttributeSyntax.PeerAddress, 16, Extended | Masked, maskOffset: 2),
        .. Pair(1038, 1039, "InnerMask", AttributeSyntax.PeerAddress, 0, Package),
        // Of both directions.
        One(FlowAttribute.DelaySamples, "delaySamples", AttributeSyntax.Samples, ParameterOctets, Extended | Statistic),
        One(FlowAttribute.ToTcpFlags, "toTcpFlags", AttributeSyntax.Integer, 0, Package),
        One(FlowAttribute.FromTcpFlags, "fromTcpFlags", AttributeSyntax.Integer, 0, Package),
        .. ToFrom(1060, "TcpOctets", AttributeSyntax.Counter64),
        .. ToFrom(1062, "ActiveIntervals", AttributeSyntax.Counter64),
        .. ToFrom(1064, "PacketPairRate", AttributeSyntax.Distribution),
        .. ToFrom(1066, "Streams", AttributeSyntax.Distribution),
        // Members of a domain by their numbers; 0, as at every single meter: not known.
        One(FlowAttribute.EntryPoint, "entryPoint", AttributeSyntax.Integer, 0, Package),
        One(FlowAttribute.ExitPoint, "exitPoint", AttributeSyntax.Integer, 0, Package),
        One(FlowAttribute.ExitToOctets, "exitToOctets", AttributeSyntax.Counter64, 0, Package),
        One(FlowAttribute.ExitToPdus, "exitToPDUs", AttributeSyntax.Counter64, 0, Package),
        One(FlowAttribute.ExitFromOctets, "exitFromOctets", AttributeSyntax.Counter64, 0, Package),
        One(FlowAttribute.ExitFromPdus, "exitFromPDUs", AttributeSyntax.Counter64, 0, Package),
        One(FlowAttribute.Observations, "observations", AttributeSyntax.Observations, 0, Package),
        // What became of samples, and nanoseconds; 0 at every single meter.
        .. Result(1100, "DelayPaired", AttributeSyntax.Counter64),
        .. Result(1102, "DelayExpected", AttributeSyntax.Counter64),
        .. Result(1104, "DelayLost", AttributeSyntax.Counter64),
        .. Result(1106, "DelayUnknown", AttributeSyntax.Counter64),
        .. Result(1108, "DelayRepeated", AttributeSyntax.Counter64),
        .. Result(1110, "DelayNegative", AttributeSyntax.Counter64),
        .. Result(1112, "DelayUnpaired", AttributeSyntax.Counter64),
        .. Result(1114, "DelayMean", AttributeSyntax.Nanoseconds),
        .. Result(1116, "DelayMinimum", AttributeSyntax.Nanoseconds),
        .. Result(1118, "DelayMaximum", AttributeSyntax.Nanoseconds),
        .. Result(1120, "DelayMedian", AttributeSyntax.Nanoseconds),
        .. Result(1122, "DelayPercentile95", AttributeSyntax.Nanoseconds),
        .. Result(1124, "DelayPercentile99", AttributeSyntax.Nanoseconds),
        .. Result(1126, "DelayVariation", AttributeSyntax.Nanoseconds),
        .. Result(1128, "DelayClockError", AttributeSyntax.Nanoseconds),
    ];

    /// <summary>Other names under which people know an attribute.</summary>
    private static readonly (string Name, FlowAttribute Attribute)[] Synonyms =
    [
        ("dscp", FlowAttribute.DSCodePoint),
        ("vlan", FlowAttribute.VlanId),
        ("ttl", FlowAttribute.TimeToLive),
    ];

    private static readonly AttributeInfo?[] ByNumber = IndexByNumber();
    private static readonly Dictionary<string, AttributeInfo> ByName = IndexByName();

    /// <summary>Every attribute, in the order of its number.</summary>
    public static IReadOnlyList<AttributeInfo> All { get; } = [.. Table.OrderBy(a => a.Number)];

    /// <summary>The attribute's row, or null where the number is not assigned.</summary>
    public static AttributeInfo? Find(FlowAttribute attribute) => (int)attribute < ByNumber.Length ? ByNumber[(int)attribute] : null;

    /// <summary>The attribute of that name (RFC 2720 or SRL spelling, any case) or number, or null.</summary>
    public static AttributeInfo? Find(ReadOnlySpan<char> nameOrNumber)
    {
        if (ushort.TryParse(nameOrNumber, out var number))
            return Find((FlowAttribute)number);
        return ByName.GetValueOrDefault(nameOrNumber.ToString());
    }

    /// <summary>The attribute's row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not assigned.</exception>
    public static AttributeInfo Get(FlowAttribute attribute) =>
        Find(attribute) ?? throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "no such flow attribute");

    /// <summary>True for v1 to v5, the meter variables that hold an attribute number.</summary>
    public static bool IsMeterVariable(FlowAttribute attribute) => attribute is >= FlowAttribute.V1 and <= FlowAttribute.V5;

    /// <summary>True where a rule may select the attribute (RuleAttributeNumber).</summary>
    public static bool IsRuleSelector(int number) => number >= 0 && number < ByNumber.Length && ByNumber[number] is { } info && info.Is(Testable);

    /// <summary>True where a flow data package may name the attribute.</summary>
    public static bool IsPackageSelector(uint number) => number < (uint)ByNumber.Length && ByNumber[number] is { } info && info.Is(Package);

    /// <summary>True where the attribute fits a selector of flowDataPackageTable, which has one octet for each (RFC 2720 §4; RFC 2722 §8.2).</summary>
    public static bool FitsStandardPackage(FlowAttribute attribute) => (int)attribute <= byte.MaxValue;

    private static AttributeInfo One(FlowAttribute number, string name, AttributeSyntax syntax, int size, AttributeRoles roles) =>
        new(number, name, syntax, size, roles, number);

    private static AttributeInfo[] Pair(
        int source,
        int dest,
        string name,
        AttributeSyntax syntax,
        int size,
        AttributeRoles roles,
        int maskOffset = 0
    ) =>
        [
            new((FlowAttribute)source, "source" + name, syntax, size, roles, (FlowAttribute)dest, MaskOf(source, maskOffset)),
            new((FlowAttribute)dest, "dest" + name, syntax, size, roles, (FlowAttribute)source, MaskOf(dest, maskOffset)),
        ];

    /// <summary>A quantity of each direction that the meter builds where a rule pushes it (RFC 2724 §3.2).</summary>
    private static AttributeInfo[] ToFrom(int to, string name, AttributeSyntax syntax) =>
        [
            new((FlowAttribute)to, "to" + name, syntax, ParameterOctets, Testable | Package | Statistic, (FlowAttribute)(to + 1)),
            new((FlowAttribute)(to + 1), "from" + name, syntax, ParameterOctets, Testable | Package | Statistic, (FlowAttribute)to),
        ];

    /// <summary>A quantity of each direction that is reckoned from what several meters saw.</summary>
    private static AttributeInfo[] Result(int to, string name, AttributeSyntax syntax) =>
        [
            new((FlowAttribute)to, "to" + name, syntax, 0, Package, (FlowAttribute)(to + 1)),
            new((FlowAttribute)(to + 1), "from" + name, syntax, 0, Package, (FlowAttribute)to),
        ];

    private static FlowAttribute MaskOf(int address, int maskOffset) => maskOffset == 0 ? FlowAttribute.Null : (FlowAttribute)(address + maskOffset);

    private static Dictionary<string, AttributeInfo> IndexByName()
    {
        var byName = new Dictionary<string, AttributeInfo>(StringComparer.OrdinalIgnoreCase);
        foreach (var info in Table)
            byName.Add(info.Name, info);
        foreach (var (name, attribute) in Synonyms)
            byName.Add(name, ByNumber[(int)attribute]!);
        return byName;
    }

    private static AttributeInfo?[] IndexByNumber()
    {
        var byNumber = new AttributeInfo?[Table.Max(a => (int)a.Number) + 1];
        foreach (var info in Table)
            byNumber[(int)info.Number] = info;
        return byNumber;
    }
}
