using System.Collections.Immutable;
using System.Globalization;
using Rtfm.Model;

namespace Rtfm.Srl;

/// <summary>Reads the assembler form of the packet matching engine: one rule a line, <c>[label:] attribute &amp; mask = value: action, parameter</c>.</summary>
/// <remarks>
/// The notation of RFC 2722 §4.4 and RFC 2123 §3: <c>attribute/width</c> stands for a mask of that many leading ones, <c>null</c> or <c>-</c> for
/// <c>null &amp; 0 = 0</c>, a label or <c>Next</c> for a rule's number; <c>#</c> begins a comment, a semicolon may end a rule.
/// Values are written as in SRL (RFC 2723 appendix B).
/// </remarks>
public sealed class RuleAssembler
{
    private readonly DiagnosticList _diagnostics;
    private readonly Dictionary<string, int> _labels = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ReadRule> _rules = [];

    /// <summary>A rule whose target is still a word, found at a column of a line.</summary>
    private sealed record ReadRule(Rule Rule, string Target, SourceLine Line, int Column);

    private RuleAssembler(string file) => _diagnostics = new DiagnosticList(file);

    /// <summary>Assembles the text of a rule file; whatever the text, it never throws.</summary>
    /// <param name="file">Named in messages.</param>
    /// <param name="name">The rule set's name; the file's without folder and extension unless given.</param>
    public static AssembledRuleSet Assemble(string text, string file, string? name = null)
    {
        var assembler = new RuleAssembler(file);
        if (text.Length <= SourceFile.MaxLength)
            assembler.ReadLines(text);
        else
            assembler._diagnostics.Error(new(1, ""), 1, $"the file is longer than {SourceFile.MaxLength >> 20} Mi characters: no rule file");
        return assembler.Finish(name ?? Path.GetFileNameWithoutExtension(file));
    }

    /// <summary>Assembles a rule file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static AssembledRuleSet AssembleFile(string path, string? name = null)
    {
        return Assemble(SourceFile.Read(path), path, name);
    }

    private void ReadLines(string text)
    {
        var start = 0;
        for (var number = 1; start <= text.Length && !_diagnostics.IsFull && _rules.Count <= RuleSet.MaxRules; number++)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            Read(new SourceLine(number, text[start..end].TrimEnd()));
            start = end + 1;
        }
        if (_rules.Count == 0 && !_diagnostics.HasErrors)
            _diagnostics.Error(new(1, ""), 1, "there are no rules in it");
        if (_rules.Count > RuleSet.MaxRules)
            _diagnostics.Error(_rules[^1].Line, 1, $"a rule set has at most {RuleSet.MaxRules} rules: this one is too many");
    }

    private AssembledRuleSet Finish(string name)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>(_rules.Count);
        for (var number = 1; number <= _rules.Count && !_diagnostics.IsFull; number++)
            rules.Add(_rules[number - 1].Rule with { Parameter = ParameterOf(_rules[number - 1], number) });
        return new(_diagnostics.HasErrors ? null : new RuleSet(name, rules.ToImmutable()), _diagnostics.Found);
    }

    private void Read(SourceLine source)
    {
        var line = new RuleLine(source.Text);
        try
        {
            while (line.TryReadLabel(out var label, out var column))
            {
                if (label.Equals("Next", StringComparison.OrdinalIgnoreCase))
                    _diagnostics.Error(source, column, "Next means the rule after this one: it cannot be a label");
                else if (!_labels.TryAdd(label, _rules.Count + 1))
                    _diagnostics.Error(source, column, $"the label '{label}' is already used");
            }
            if (!line.IsAtEnd)
                _rules.Add(ReadRuleOf(line, source));
        }
        catch (RuleSyntaxException wrong)
        {
            _diagnostics.Error(source, wrong.Column, wrong.Message);
            // The rule keeps its number: or jumps over it would look wrong, too.
            _rules.Add(new(Rule.Unset, "", source, 1));
        }
    }

    private ReadRule ReadRuleOf(RuleLine line, SourceLine source)
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
        line.TryRead(';'); // as RFC 2123 ends its rules
        if (!line.IsAtEnd)
            throw new RuleSyntaxException(line.Column, "expected the end of the line");

        // A variable stands for an attribute that is known only when packets come.
        if (!isNull && !FlowAttributes.IsMeterVariable(attribute.Number))
        {
            if (mask.Padded[attribute.Size..].ContainsAnyExcept((byte)0))
            {
                var octets = attribute.Size == 1 ? "1 octet" : $"{attribute.Size} octets";
                _diagnostics.Error(source, maskColumn, $"the mask is longer than {attribute.Name}, which has {octets}");
            }
            else if (!mask.IsZero && !attribute.Is(AttributeRoles.Statistic) && value.HasBitsOutside(mask))
            {
                _diagnostics.Warn(source, valueColumn, "the value has bits that the mask drops: a test for it never succeeds");
            }
        }
        return new(new Rule(attribute.Number, mask, value, action, 1), target, source, targetColumn);
    }

    private int ParameterOf(ReadRule rule, int number)
    {
        if (rule.Target.Length == 0)
            return 1;
        if (rule.Target.Equals("Next", StringComparison.OrdinalIgnoreCase))
        {
            if (number == _rules.Count)
                _diagnostics.Error(rule.Line, rule.Column, "Next: there is no rule after this one");
            return number + 1;
        }
        if (char.IsAsciiDigit(rule.Target[0]))
            return NumberOf(rule);
        if (_labels.TryGetValue(rule.Target, out var labelled) && labelled <= _rules.Count)
            return labelled;
        _diagnostics.Error(rule.Line, rule.Column, $"there is no rule labelled '{RuleLine.Shortened(rule.Target)}'");
        return 1;
    }

    private int NumberOf(ReadRule rule)
    {
        var action = rule.Rule.Action;
        var isNumber = int.TryParse(rule.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var parameter);
        // RFC 2123 writes 'Count, 0'; the MIB's parameter begins at 1 (AMB-06).
        if (isNumber && parameter == 0 && !NeedsTarget(action))
            return 1;
        if (!isNumber || parameter is < 1 or > RuleSet.MaxRules)
            _diagnostics.Error(rule.Line, rule.Column, $"'{RuleLine.Shortened(rule.Target)}' is not a number from 1 to {RuleSet.MaxRules}");
        else if (GoesToRule(action) && parameter > _rules.Count)
            _diagnostics.Error(rule.Line, rule.Column, $"there is no rule {parameter}: the last one is {_rules.Count}");
        return parameter;
    }

    private static bool NeedsTarget(Opcode action) => action is not (Opcode.Ignore or Opcode.NoMatch or Opcode.Count or Opcode.CountPkt);

    // Return's parameter counts from the Gosub that it returns to (PME-16).
    private static bool GoesToRule(Opcode action) => NeedsTarget(action) && action != Opcode.Return;
}
