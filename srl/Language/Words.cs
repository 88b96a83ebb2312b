using System.Collections.Frozen;
using Rtfm.Model;

namespace Rtfm.Srl.Language;

/// <summary>The words that RFC 2723 reserves (SRL-03), and the attributes of this meter, whose names stay free for defines and labels.</summary>
internal static class Words
{
    public static readonly FrozenSet<string> Keywords = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "DEFINE",
        "IF",
        "ELSE",
        "SAVE",
        "COUNT",
        "EXIT",
        "IGNORE",
        "NOMATCH",
        "RETURN",
        "STORE",
        "SUBROUTINE",
        "ENDSUB",
        "ADDRESS",
        "VARIABLE",
        "CALL",
        "ENDCALL"
    );

    private static readonly FrozenSet<string> Attributes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            .. new[]
            {
                "Interface",
                "AdjacentType",
                "AdjacentAddress",
                "PeerType",
                "PeerAddress",
                "TransType",
                "TransAddress",
                "Class",
                "Kind",
            }.SelectMany(name => new[] { "Source" + name, "Dest" + name }),
            "FlowClass",
            "FlowKind",
            "FlowRuleset",
            "MatchingStoD",
            "ToOctets",
            "FromOctets",
            "ToPDUs",
            "FromPDUs",
            "FirstTime",
            "LastActiveTime",
        ]
    );

    /// <summary>Attributes that a program may name.</summary>
    private static readonly string[] Known = [.. FlowAttributes.All.Where(IsUsable).Select(info => info.Name)];

    public static bool IsReserved(string word) => Keywords.Contains(word) || Attributes.Contains(word);

    /// <summary>The attribute of that name, with or without the MIB's <c>flowData</c> in front; null where there is none that SRL can use.</summary>
    public static AttributeInfo? FindAttribute(string name)
    {
        if (name.Equals("FlowRuleset", StringComparison.OrdinalIgnoreCase))
            return FlowAttributes.Get(FlowAttribute.RuleSet);
        if (name.StartsWith("flowData", StringComparison.OrdinalIgnoreCase) && FlowAttributes.Find(name.AsSpan("flowData".Length)) is { } column)
            return column;
        return FlowAttributes.Find(name) is { } info && info.Number != FlowAttribute.Null && !FlowAttributes.IsMeterVariable(info.Number)
            ? info
            : null;
    }

    /// <summary>A word as it is best written: keywords small, attributes as in RFC 2723 appendix C, names as they are.</summary>
    public static string Spelling(string word)
    {
        if (Keywords.Contains(word))
            return word.ToLowerInvariant();
        return Attributes.TryGetValue(word, out var spelled) ? spelled : word;
    }

    /// <summary>" Did you mean …?" for the first word of a statement, or nothing.</summary>
    public static string KeywordSuggestion(string word)
    {
        if (word.Length > 40)
            return "";
        var best = Keywords.Select(name => (Name: name, Distance: Distance(word, name))).MinBy(each => each.Distance);
        return best.Distance <= Math.Max(1, word.Length / 4) ? $". Did you mean {best.Name}?" : "";
    }

    /// <summary>" Did you mean …?", or nothing.</summary>
    public static string Suggestion(string word, IEnumerable<string>? others = null)
    {
        if (word.Length > 40)
            return "";
        var best = Known.Concat(others ?? []).Select(name => (Name: name, Distance: Distance(word, name))).MinBy(each => each.Distance);
        return best.Distance <= Math.Max(1, word.Length / 4) ? $". Did you mean {best.Name}?" : "";
    }

    private static bool IsUsable(AttributeInfo info) =>
        info.Is(AttributeRoles.Testable) && info.Number != FlowAttribute.Null && !FlowAttributes.IsMeterVariable(info.Number);

    /// <summary>Letters to change, add, leave out, or interchange with the next one.</summary>
    private static int Distance(string word, string name)
    {
        var (before, last, row) = (new int[name.Length + 1], new int[name.Length + 1], Enumerable.Range(0, name.Length + 1).ToArray());
        for (var i = 1; i <= word.Length; i++)
        {
            (before, last, row) = (last, row, before);
            row[0] = i;
            for (var j = 1; j <= name.Length; j++)
            {
                row[j] = Math.Min(last[j - 1] + (IsSame(i, j) ? 0 : 1), Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && IsSame(i, j - 1) && IsSame(i - 1, j))
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
        }
        return row[^1];

        bool IsSame(int i, int j) => char.ToUpperInvariant(word[i - 1]) == char.ToUpperInvariant(name[j - 1]);
    }
}
