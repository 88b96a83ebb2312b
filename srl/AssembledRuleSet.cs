using Rtfm.Model;

namespace Rtfm.Srl;

/// <summary>What became of a rule file.</summary>
/// <param name="RuleSet">The rules; null where there was an error.</param>
/// <param name="Diagnostics">Errors and warnings, in the order of the text.</param>
public sealed record AssembledRuleSet(RuleSet? RuleSet, IReadOnlyList<Diagnostic> Diagnostics);
