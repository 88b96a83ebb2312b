using System.Collections.Immutable;
using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Srl;

/// <summary>Reads the assembler form of the packet matching engine: one rule a line, <c>[label:] attribute &amp; mask = value: action, parameter</c>.</summary>
/// <remarks>
/// The notation of RFC 2722 §4.4 and RFC 2123 §3: <c>attribute/width</c> stands for a mask of that many leading ones, <c>null</c> for <c>null &amp; 0 = 0</c>,
/// a label or <c>Next</c> for a rule's number; <c>#</c> begins a comment. Values are written as in SRL (RFC 2723 appendix B). Grammar: docs/guide.md.
/// </remarks>
public sealed class RuleAssembler
{
    /// <summary>After so many errors the rest is not worth reading.</summary>
    private const int MaxErrors = 20;

    /// <summary>65,535 rules, each on a long line.</summary>
    private const int MaxTextLength = 32 << 20;

    private readonly string _file;
    private readonly string[] _lines;
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly Dictionary<string, int> _labels = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ReadRule> _rules = [];
    private int _errors;

    /// <summary>A rule whose target is still a word.</summary>
    private sealed record ReadRule(Rule Rule, string Target, int Line, int Column);

    private RuleAssembler(string text, string file)
    {
        _file = file;
        _lines = text.Split('\n');
    }

    /// <summary>Assembles the text of a rule file.</summary>
    /// <param name="file">Named in messages.</param>
    /// <param name="name">The rule set's name; the file's without folder and extension unless given.</param>
    public static AssembledRuleSet Assemble(string text, string file, string? name = null)
    {
        var assembler = new RuleAssembler(text.Length > MaxTextLength ? "" : text, file);
        if (text.Length > MaxTextLength)
            assembler.Report(Severity.Error, 1, 1, $"the file is longer than {MaxTextLength >> 20} MiB");
        return assembler.Run(name ?? Path.GetFileNameWithoutExtension(file));
    }

    /// <summary>Assembles a rule file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AssembledRuleSet AssembleFile(string path, string? name = null)
    {
        using var reader = new StreamReader(path);
        // Something endless given by mistake is read no further than what is refused anyway.
        var buffer = new char[(int)Math.Min(new FileInfo(path).Length, MaxTextLength) + 1];
        var length = reader.ReadBlock(buffer);
        return Assemble(new string(buffer, 0, length), path, name);
    }

    private AssembledRuleSet Run(string name)
    {
        for (var line = 1; line <= _lines.Length && _errors < MaxErrors; line++)
            Read(line);
        if (_errors == 0 && _rules.Count == 0)
            Report(Severity.Error, 1, 1, "there are no rules in it");
        if (_rules.Count > RuleSet.MaxRules)
            Report(Severity.Error, _rules[RuleSet.MaxRules].Line, 1, $"a rule set has at most {RuleSet.MaxRules} rules; this one has {_rules.Count}");
        var rules = ImmutableArray.CreateBuilder<Rule>(_rules.Count);
        for (var number = 1; number <= _rules.Count && _errors < MaxErrors; number++)
            rules.Add(_rules[number - 1].Rule with { Parameter = ParameterOf(_rules[number - 1], number) });
        return new(_errors == 0 ? new RuleSet(name, rules.ToImmutable()) : null, _diagnostics);
    }

    private void Read(int number)
    {
        var line = new RuleLine(_lines[number - 1]);
        try
        {
            while (line.TryReadLabel(out var label, out var column))
            {
                if (!_labels.TryAdd(label, _rules.Count + 1))
                    Report(Severity.Error, number, column, $"the label '{label}' is already used");
            }
            if (!line.IsAtEnd)
                _rules.Add(Read(line, number));
        }
        catch (RuleSyntaxException wrong)
        {
            Report(Severity.Error, number, wrong.Column, wrong.Message);
            // The rule keeps its number: or jumps over it would look wrong, too.
            _rules.Add(new(Rule.Unset, "", number, 1));
        }
    }

    private ReadRule Read(RuleLine line, int number)
    {
        var attribute = line.ReadAttribute();
        var isNull = attribute.Number == FlowAttribute.Null;
        var mask = new RuleAddress([0, 0]);
        var maskColumn = line.Column;
        if (!isNull || line.Peek is '&' or '/')
            mask = line.ReadMask(attribute);
        var value = new RuleAddress([0, 0]);
        var valueColumn = line.Column;
        if (!isNull || line.Peek == '=')
        {
            line.Read('=', "'=' and a value");
            valueColumn = line.Column;
            value = line.ReadValue(attribute, isMask: false);
        }
        line.Read(':', "':' and an action");
        var action = line.ReadAction();
        var target = "";
        var targetColumn = line.Column;
        if (line.TryRead(','))
            target = line.ReadTarget(out targetColumn);
        else if (NeedsTarget(action))
            throw new RuleSyntaxException(line.Column, $"expected ',' and where {action} goes: the number of a rule, a label, or Next");
        if (!line.IsAtEnd)
            throw new RuleSyntaxException(line.Column, "expected the end of the line");

        var isTested = !mask.IsZero && !FlowAttributes.IsMeterVariable(attribute.Number);
        if (isTested && HasBitsOutside(value, mask))
            Report(Severity.Warning, number, valueColumn, "the value has bits that the mask drops: a test for it never succeeds");
        if (isTested && mask.Padded[Math.Max(attribute.Size, 1)..].ContainsAnyExcept((byte)0))
            Report(Severity.Warning, number, maskColumn, $"the mask is longer than {attribute.Name}, which has {attribute.Size} octets");
        return new(new Rule(attribute.Number, mask, value, action, 1), target, number, targetColumn);
    }

    private int ParameterOf(ReadRule rule, int number)
    {
        if (rule.Target.Length == 0)
            return 1;
        if (rule.Target.Equals("Next", StringComparison.OrdinalIgnoreCase))
        {
            if (number == _rules.Count)
                Report(Severity.Error, rule.Line, rule.Column, "Next: there is no rule after this one");
            return number + 1;
        }
        if (int.TryParse(rule.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var parameter))
        {
            if (parameter is < 1 or > RuleSet.MaxRules)
                Report(Severity.Error, rule.Line, rule.Column, $"{parameter} is not a parameter from 1 to {RuleSet.MaxRules}");
            else if (rule.Rule.Action != Opcode.Return && NeedsTarget(rule.Rule.Action) && parameter > _rules.Count)
                Report(Severity.Warning, rule.Line, rule.Column, $"there is no rule {parameter}: going there means NoMatch");
            return parameter;
        }
        if (_labels.TryGetValue(rule.Target, out var labelled) && labelled <= _rules.Count)
            return labelled;
        Report(Severity.Error, rule.Line, rule.Column, $"there is no rule labelled '{rule.Target}'");
        return 1;
    }

    private static bool NeedsTarget(Opcode action) => action is not (Opcode.Ignore or Opcode.NoMatch or Opcode.Count or Opcode.CountPkt);

    private static bool HasBitsOutside(RuleAddress value, RuleAddress mask)
    {
        for (var i = 0; i < RuleAddress.MaxLength; i++)
        {
            if ((value.Padded[i] & ~mask.Padded[i]) != 0)
                return true;
        }
        return false;
    }

    private void Report(Severity severity, int line, int column, string message)
    {
        if (severity == Severity.Error)
            _errors++;
        _diagnostics.Add(new(severity, _file, line, column, message, _lines[line - 1].TrimEnd()));
    }
}
