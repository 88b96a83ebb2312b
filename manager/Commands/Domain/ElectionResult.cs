using Rtfm.Control.Domain.Selection;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>What <c>domain elect</c> found and did.</summary>
/// <param name="Before">The master before; null: there was none.</param>
/// <param name="Chosen">Who should be it; null: nobody can be.</param>
/// <param name="IsChanged">The chosen one has become master.</param>
internal sealed record ElectionResult(string Domain, string? Before, string? Chosen, bool IsChanged, IReadOnlyList<CandidateScore> Ranking);
