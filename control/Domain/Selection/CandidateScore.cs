namespace Rtfm.Control.Domain.Selection;

/// <summary>What became of a candidate's figures: each part from 0, the worst, to below or equal 1; the score is their weighted mean times priority.</summary>
/// <param name="Obstacle">Why it cannot be chosen; null: it can.</param>
/// <param name="Faults">Figures that cannot be, each in words; their part is 0.</param>
public sealed record CandidateScore(
    Candidate Candidate,
    double Cpu,
    double Traffic,
    double Memory,
    double Answer,
    double Score,
    string? Obstacle,
    IReadOnlyList<string> Faults
)
{
    public bool IsEligible => Obstacle is null;
}
