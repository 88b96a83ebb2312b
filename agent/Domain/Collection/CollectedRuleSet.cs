using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Rtfm.Model;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>A rule set of the domain, as its flows are collected.</summary>
/// <remarks>All versions make records of one table: which attributes were not pushed, the records themselves tell.</remarks>
internal sealed class CollectedRuleSet
{
    private static readonly FlowAttribute[] Times = [FlowAttribute.FirstTime, FlowAttribute.LastActiveTime];

    private static readonly FlowAttribute[] Measured =
    [
        FlowAttribute.SourceInterface,
        FlowAttribute.DestInterface,
        FlowAttribute.ToOctets,
        FlowAttribute.ToPdus,
        FlowAttribute.FromOctets,
        FlowAttribute.FromPdus,
        .. Times,
    ];

    /// <param name="number">Its number in the domain: rule set number of the records in the context.</param>
    /// <param name="name">Its name in the domain, without a version.</param>
    /// <param name="versions">The rules of all versions that members may have.</param>
    public CollectedRuleSet(int number, string name, IReadOnlyList<RuleSet> versions)
    {
        (Number, Name, NameOctets) = (number, name, Encoding.UTF8.GetBytes(name));
        Rules = versions.Max(version => version.Rules.Length);
        var pushed = new SortedSet<FlowAttribute>();
        foreach (var rule in versions.SelectMany(version => version.Rules))
        {
            SavesSamples |= rule.Action.Pushes() && rule.Selector == FlowAttribute.DelaySamples;
            if (rule.Action.Pushes() && FlowAttributes.Find(rule.Selector) is { } attribute)
                pushed.Add(attribute.Number);
        }
        Key = [.. pushed.Where(Identifies).SelectMany(WithMask).Order()];
        FromMeter = [.. Key, .. Measured];
        FromMember = [.. Key, .. Times, FlowAttribute.Observations];
    }

    public int Number { get; }

    public string Name { get; }

    internal byte[] NameOctets { get; }

    /// <summary>How many rules the largest version has.</summary>
    public int Rules { get; }

    /// <summary>What says which flow it is, wherever it is seen: all that rules push, and its masks, but interfaces and what is adjacent to them.</summary>
    public ImmutableArray<FlowAttribute> Key { get; }

    /// <summary>Meters sample packets of its flows: delay and loss are reckoned for them.</summary>
    public bool SavesSamples { get; }

    /// <summary>What a meter is asked for.</summary>
    public ImmutableArray<FlowAttribute> FromMeter { get; }

    /// <summary>What the context of a member is asked for that has collected flows itself.</summary>
    public ImmutableArray<FlowAttribute> FromMember { get; }

    private static bool Identifies(FlowAttribute attribute) =>
        FlowAttributes.IsPackageSelector((uint)attribute)
        && !FlowAttributes.Get(attribute).Is(AttributeRoles.Statistic)
        && attribute
            is not (
                FlowAttribute.SourceInterface
                or FlowAttribute.DestInterface
                or FlowAttribute.SourceAdjacentType
                or FlowAttribute.DestAdjacentType
                or FlowAttribute.SourceAdjacentAddress
                or FlowAttribute.DestAdjacentAddress
            );

    private static IEnumerable<FlowAttribute> WithMask(FlowAttribute attribute) =>
        FlowAttributes.Get(attribute).Mask is var mask and not FlowAttribute.Null ? [attribute, mask] : [attribute];
}
