namespace Rtfm.Model.Delay;

/// <summary>One-way delay and loss of a flow in one direction, from the samples that its edges took (RFC 7679, 7680, 3393; decision 0013).</summary>
/// <remarks>
/// Counts are of samples, since the flow began. Times are nanoseconds, of the pairs of the latest round that had any; percentiles are by nearest rank (RFC 7679 §5.1 with RFC 2330 §11.3).
/// A delay may be below zero by as much as the clocks' error.
/// </remarks>
public readonly record struct DelayStatistics
{
    /// <summary>Seen where they came in and where they went out: the delays are theirs.</summary>
    public ulong Paired { get; init; }

    /// <summary>Came in, and the exit was sure to take them as samples if they went out: those that are <see cref="Lost"/>, and those that arrived.</summary>
    public ulong Expected { get; init; }

    /// <summary>Expected, and did not go out within the window.</summary>
    public ulong Lost { get; init; }

    /// <summary>Came in and was not found where it goes out, which may have missed it: a restart, an overwritten ring, lost by the capture, not read in time.</summary>
    public ulong Unknown { get; init; }

    /// <summary>Came in several times with the same key: which one went out cannot be told.</summary>
    public ulong Repeated { get; init; }

    /// <summary>Went out before it came in, by more than the clocks' error; in no statistic of times.</summary>
    public ulong Negative { get; init; }

    /// <summary>Went out, and an entry that misses nothing did not see it come in: other packets, or another hash there.</summary>
    public ulong Unpaired { get; init; }

    public long MeanNs { get; init; }

    public long MinimumNs { get; init; }

    public long MaximumNs { get; init; }

    public long MedianNs { get; init; }

    public long Percentile95Ns { get; init; }

    public long Percentile99Ns { get; init; }

    /// <summary>Mean of how far delays of consecutive samples differ (RFC 3393 §1.1, absolute values); 0 where there is one pair only.</summary>
    public long VariationNs { get; init; }

    /// <summary>Delays are right within this: the errors of both clocks together.</summary>
    public long ClockErrorNs { get; init; }

    /// <summary>What part of the expected samples was lost, 0 to 1; null where none was expected.</summary>
    public double? LossRatio => Expected == 0 ? null : (double)Lost / Expected;

    /// <summary>With what was counted before, elsewhere. Times are those of the latest pairs.</summary>
    public DelayStatistics After(in DelayStatistics before) =>
        (Paired > 0 ? this : before) with
        {
            Paired = before.Paired + Paired,
            Expected = before.Expected + Expected,
            Lost = before.Lost + Lost,
            Unknown = before.Unknown + Unknown,
            Repeated = before.Repeated + Repeated,
            Negative = before.Negative + Negative,
            Unpaired = before.Unpaired + Unpaired,
        };

    /// <summary>A value under the attribute of either direction; times below zero as two's complement (<see cref="AttributeSyntax.Nanoseconds"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none of these.</exception>
    public ulong this[FlowAttribute attribute] =>
        Quantity(attribute) switch
        {
            FlowAttribute.ToDelayPaired => Paired,
            FlowAttribute.ToDelayExpected => Expected,
            FlowAttribute.ToDelayLost => Lost,
            FlowAttribute.ToDelayUnknown => Unknown,
            FlowAttribute.ToDelayRepeated => Repeated,
            FlowAttribute.ToDelayNegative => Negative,
            FlowAttribute.ToDelayUnpaired => Unpaired,
            FlowAttribute.ToDelayMean => (ulong)MeanNs,
            FlowAttribute.ToDelayMinimum => (ulong)MinimumNs,
            FlowAttribute.ToDelayMaximum => (ulong)MaximumNs,
            FlowAttribute.ToDelayMedian => (ulong)MedianNs,
            FlowAttribute.ToDelayPercentile95 => (ulong)Percentile95Ns,
            FlowAttribute.ToDelayPercentile99 => (ulong)Percentile99Ns,
            FlowAttribute.ToDelayVariation => (ulong)VariationNs,
            FlowAttribute.ToDelayClockError => (ulong)ClockErrorNs,
            _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "no result of pairing samples"),
        };

    /// <summary>All attributes of a direction, in the order of their numbers.</summary>
    public static IReadOnlyList<FlowAttribute> Attributes(bool isFrom) => isFrom ? FromAttributes : ToAttributes;

    /// <summary>Those of both directions, in the order of their numbers.</summary>
    public static IReadOnlyList<FlowAttribute> All { get; } = [.. FlowAttributes.All.Select(each => each.Number).Where(IsResult)];

    private static readonly FlowAttribute[] ToAttributes =
    [
        .. FlowAttributes.All.Select(each => each.Number).Where(each => IsResult(each) && !IsFrom(each)),
    ];

    private static readonly FlowAttribute[] FromAttributes = [.. ToAttributes.Select(each => each + 1)];

    /// <summary>True for the attributes of these results.</summary>
    public static bool IsResult(FlowAttribute attribute) => attribute is >= FlowAttribute.ToDelayPaired and <= FlowAttribute.FromDelayClockError;

    /// <summary>True for those of the direction from dest to source: the odd ones.</summary>
    public static bool IsFrom(FlowAttribute attribute) => ((int)attribute & 1) != 0;

    /// <summary>The statistics of a direction, as a record has them; zeros where it was not asked for them.</summary>
    public static DelayStatistics Of(FlowRecord record, bool isFrom)
    {
        return new()
        {
            Paired = Value(FlowAttribute.ToDelayPaired),
            Expected = Value(FlowAttribute.ToDelayExpected),
            Lost = Value(FlowAttribute.ToDelayLost),
            Unknown = Value(FlowAttribute.ToDelayUnknown),
            Repeated = Value(FlowAttribute.ToDelayRepeated),
            Negative = Value(FlowAttribute.ToDelayNegative),
            Unpaired = Value(FlowAttribute.ToDelayUnpaired),
            MeanNs = (long)Value(FlowAttribute.ToDelayMean),
            MinimumNs = (long)Value(FlowAttribute.ToDelayMinimum),
            MaximumNs = (long)Value(FlowAttribute.ToDelayMaximum),
            MedianNs = (long)Value(FlowAttribute.ToDelayMedian),
            Percentile95Ns = (long)Value(FlowAttribute.ToDelayPercentile95),
            Percentile99Ns = (long)Value(FlowAttribute.ToDelayPercentile99),
            VariationNs = (long)Value(FlowAttribute.ToDelayVariation),
            ClockErrorNs = (long)Value(FlowAttribute.ToDelayClockError),
        };

        ulong Value(FlowAttribute to) => record.Number(isFrom ? to + 1 : to);
    }

    private static FlowAttribute Quantity(FlowAttribute attribute) => IsFrom(attribute) ? attribute - 1 : attribute;
}
