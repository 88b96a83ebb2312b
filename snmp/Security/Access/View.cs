using System.Linq;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Snmp.Security.Access;

/// <summary>A part of the MIB: families of subtrees that are in it or out of it (RFC 3415 §5).</summary>
public sealed class View
{
    private readonly ViewFamily[] _families;

    /// <summary>What the names of all families but the last, shortest one begin with: most names do not, and one comparison tells.</summary>
    private readonly uint[] _shared;

    /// <param name="families">Of one view, active ones.</param>
    internal View(IEnumerable<ViewFamily> families)
    {
        // The longest subtree decides; of equally long ones the greatest: the first in this order that a name is in.
        _families = [.. families.OrderByDescending(family => family.Subtree.Length).ThenByDescending(family => family.Subtree)];
        _shared = SharedBeginning(_families.AsSpan(0, Math.Max(_families.Length - 1, 0)));
        IsEverything =
            _families is [{ IsIncluded: true, Subtree.Length: <= 1, Mask: [] } only] && (only.Subtree.Length == 0 || only.Subtree.Span[0] == 1);
    }

    /// <summary>Nothing.</summary>
    public static View Empty { get; } = new([]);

    /// <summary>True where nothing that an agent has is left out.</summary>
    public bool IsEverything { get; }

    public bool Includes(ReadOnlySpan<uint> name) => IsEverything || Find(name) is { IsIncluded: true };

    /// <summary>What the view says of a name; null where no family of subtrees has it.</summary>
    internal bool? Decides(ReadOnlySpan<uint> name) => Find(name)?.IsIncluded;

    /// <summary>Where to go on from a name that is not in the view: behind all that is left out together with it.</summary>
    /// <param name="name">Set to a name behind which the next one is looked for.</param>
    public void PassOver(ref OidBuffer name)
    {
        if (Find(name.Span) is not { } family)
        {
            PassOverGap(ref name);
        }
        else if (family.Mask.Length == 0 && !IsDivided(family))
        {
            name.TrySet(family.Subtree.Span);
            name.TryAppend(uint.MaxValue, uint.MaxValue);
        }
    }

    /// <summary>To just before the first included subtree that comes after the name.</summary>
    private void PassOverGap(ref OidBuffer name)
    {
        scoped ReadOnlySpan<uint> next = [uint.MaxValue];
        foreach (var family in _families)
        {
            // What comes before the first wildcard is where the family's names begin.
            var start = family.Subtree.Span[..FixedLength(family)];
            if (!family.IsIncluded)
                continue;
            // Its names may come anywhere from here on.
            if (name.Span.StartsWith(start))
                return;
            if (start.CompareNames(name.Span) > 0 && start.CompareNames(next) < 0)
                next = start;
        }
        OidBuffer before = default;
        before.TrySet(next[..^1]);
        if (next[^1] > 0)
            before.TryAppend(next[^1] - 1, uint.MaxValue, uint.MaxValue);
        if (before.Span.CompareNames(name.Span) > 0)
            name = before;
    }

    private static int FixedLength(ViewFamily family)
    {
        var length = 0;
        while (length < family.Subtree.Length && Counts(family.Mask, length))
            length++;
        return length;
    }

    private ViewFamily? Find(ReadOnlySpan<uint> name)
    {
        for (var i = name.StartsWith(_shared) ? 0 : _families.Length - 1; i >= 0 && i < _families.Length; i++)
        {
            if (IsIn(name, _families[i].Subtree.Span, _families[i].Mask))
                return _families[i];
        }
        return null;
    }

    private static uint[] SharedBeginning(ReadOnlySpan<ViewFamily> families)
    {
        if (families.IsEmpty)
            return [];
        var shared = families[0].Subtree.Span[..FixedLength(families[0])];
        foreach (var family in families)
            shared = shared[..Math.Min(shared.CommonPrefixLength(family.Subtree.Span), FixedLength(family))];
        return shared.ToArray();
    }

    /// <summary>True where a part of the family is told of separately.</summary>
    private bool IsDivided(ViewFamily family)
    {
        foreach (var other in _families)
        {
            var isBefore = other.Subtree.Length >= family.Subtree.Length && !ReferenceEquals(other, family);
            if (isBefore && (other.Mask.Length > 0 || family.Subtree.IsPrefixOf(other.Subtree.Span)))
                return true;
        }
        return false;
    }

    private static bool IsIn(ReadOnlySpan<uint> name, ReadOnlySpan<uint> subtree, ReadOnlySpan<byte> mask)
    {
        if (name.Length < subtree.Length)
            return false;
        // Most subtrees differ from the name there: one number is compared, not all.
        if (mask.IsEmpty)
            return subtree.IsEmpty || name[subtree.Length - 1] == subtree[^1] && name.StartsWith(subtree);
        for (var i = 0; i < subtree.Length; i++)
        {
            if (Counts(mask, i) && name[i] != subtree[i])
                return false;
        }
        return true;
    }

    private static bool Counts(ReadOnlySpan<byte> mask, int at) => at / 8 >= mask.Length || (mask[at / 8] & 0x80 >> at % 8) != 0;
}
