namespace Rtfm.Control.Domain.Selection;

/// <summary>Who of a domain's members is the best master: scores, and a choice that does not change for little.</summary>
/// <remarks>
/// Who may be master is the election's matter (decision 0012); this is who should. Every part of a score depends on that candidate alone, so who else is there
/// changes nobody's. A better figure never makes a score worse.
/// </remarks>
public sealed class MasterSelection(SelectionWeights weights, double margin = MasterSelection.DefaultMargin)
{
    /// <summary>Another master's score must be better by this share of the present one's.</summary>
    public const double DefaultMargin = 0.2;

    /// <summary>The speed of interfaces that is half as good as any, in Mbit/s.</summary>
    private const double UsualSpeed = 1_000;

    /// <summary>The loss that halves what is said of traffic, in packets of a million.</summary>
    private const double UsualLoss = 1_000;

    /// <summary>The time to an answer that is half as good as none at all.</summary>
    private static readonly TimeSpan UsualAnswer = TimeSpan.FromMilliseconds(20);

    /// <summary>Scores, the best first; those that cannot be chosen behind all others.</summary>
    public IReadOnlyList<CandidateScore> Rank(IEnumerable<Candidate> candidates) =>
        [
            .. candidates
                .Select(Score)
                .OrderByDescending(each => each.IsEligible)
                .ThenByDescending(each => each.Score)
                .ThenBy(each => each.Candidate.Id, StringComparer.Ordinal),
        ];

    /// <summary>Who should be master.</summary>
    /// <param name="ranking">As <see cref="Rank"/> made it.</param>
    /// <param name="master">Who it is now; null: nobody.</param>
    /// <returns>The present master unless another is better by the margin; null: nobody can be.</returns>
    public CandidateScore? Choose(IReadOnlyList<CandidateScore> ranking, string? master)
    {
        var best = ranking.FirstOrDefault(each => each.IsEligible);
        var present = ranking.FirstOrDefault(each => each.IsEligible && each.Candidate.Id == master);
        return best is not null && present is not null && best.Score <= present.Score * (1 + margin) ? present : best;
    }

    public CandidateScore Score(Candidate candidate)
    {
        var obstacle = candidate.Obstacle ?? (candidate.Priority <= 0 ? "priority 0: never master" : null);
        if (candidate.Figures is not { } figures)
            return new CandidateScore(candidate, 0, 0, 0, 0, 0, obstacle ?? "its figures are not known", []);
        var faults = new List<string>();
        var (cpu, traffic, memory, answer) = (Cpu(figures, faults), Traffic(figures, faults), Memory(figures, faults), Answer(figures, faults));
        var mean = (weights.Cpu * cpu + weights.Traffic * traffic + weights.Memory * memory + weights.Answer * answer) / weights.Sum;
        return new CandidateScore(candidate, cpu, traffic, memory, answer, mean * Math.Max(candidate.Priority, 0) / 100, obstacle, faults);
    }

    /// <summary>The idle share.</summary>
    private static double Cpu(DomainFigures figures, List<string> faults)
    {
        if (figures.Processors == 0)
            return Fault(faults, "0 processors");
        return figures.CpuBusy > 1_000 ? Fault(faults, $"processors busy {figures.CpuBusy} of 1000") : 1 - figures.CpuBusy / 1_000.0;
    }

    /// <summary>The mean of how fast its interfaces are and how much more it could meter, less what it loses.</summary>
    private static double Traffic(DomainFigures figures, List<string> faults)
    {
        if (figures.PacketLoss > 1_000_000)
            return Fault(faults, $"{figures.PacketLoss} packets lost of a million");
        if (figures.PacketCapacity != 0 && figures.PacketRate > figures.PacketCapacity)
            return Fault(faults, $"{figures.PacketRate} packets/s above the capacity of {figures.PacketCapacity}");
        var speed = figures.InterfaceSpeed / (figures.InterfaceSpeed + UsualSpeed);
        // Who has not metered enough yet to know is neither praised nor blamed.
        var headroom = figures.PacketCapacity == 0 ? 0.5 : 1 - figures.PacketRate / (double)figures.PacketCapacity;
        return (speed + headroom) / 2 * UsualLoss / (UsualLoss + figures.PacketLoss);
    }

    /// <summary>The mean of the share of memory that is free, and that of the flow table.</summary>
    private static double Memory(DomainFigures figures, List<string> faults)
    {
        var before = faults.Count;
        var free = Share(figures.MemoryFree, figures.MemoryTotal, "MiB of memory", faults);
        var room = Share(figures.FlowRoom, figures.FlowCapacity, "flow records", faults);
        return faults.Count > before ? 0 : (free + room) / 2;
    }

    private static double Answer(DomainFigures figures, List<string> faults) =>
        figures.Answer < TimeSpan.Zero ? Fault(faults, "answered before it was asked") : UsualAnswer / (UsualAnswer + figures.Answer);

    private static double Share(uint free, uint total, string what, List<string> faults)
    {
        if (total == 0)
            return Fault(faults, $"0 {what} in all");
        return free > total ? Fault(faults, $"{free} {what} free of {total}") : free / (double)total;
    }

    private static double Fault(List<string> faults, string fault)
    {
        faults.Add(fault);
        return 0;
    }
}
