using FsCheck;
using FsCheck.Fluent;
using Rtfm.Control.Domain.Selection;

namespace Rtfm.Manager.Tests.Domain;

/// <summary>Scores and the choice of a master, for figures of any kind: FsCheck prints the seed of what fails.</summary>
public sealed class MasterSelectionTests
{
    private static readonly MasterSelection Selection = new(SelectionWeights.Default);

    private static readonly DomainFigures Usual = new()
    {
        CpuBusy = 200,
        Processors = 4,
        InterfaceSpeed = 10_000,
        PacketRate = 10_000,
        PacketCapacity = 1_000_000,
        PacketLoss = 0,
        MemoryTotal = 8_000,
        MemoryFree = 4_000,
        FlowCapacity = 1_000_000,
        FlowRoom = 900_000,
        Answer = TimeSpan.FromMilliseconds(2),
    };

    private static Gen<uint> Any =>
        Gen.OneOf(Gen.Choose(0, 3).Select(each => (uint)each), Gen.Choose(0, int.MaxValue).Select(each => (uint)each * 2));

    private static Gen<DomainFigures> AnyFigures =>
        Any.ArrayOf(10)
            .Zip(Gen.Choose(0, 5_000))
            .Select(drawn => new DomainFigures
            {
                CpuBusy = drawn.Item1[0],
                Processors = drawn.Item1[1],
                InterfaceSpeed = drawn.Item1[2],
                PacketRate = drawn.Item1[3],
                PacketCapacity = drawn.Item1[4],
                PacketLoss = drawn.Item1[5],
                MemoryTotal = drawn.Item1[6],
                MemoryFree = drawn.Item1[7],
                FlowCapacity = drawn.Item1[8],
                FlowRoom = drawn.Item1[9],
                Answer = TimeSpan.FromMilliseconds(drawn.Item2),
            });

    /// <summary>Figures that can be.</summary>
    private static Gen<DomainFigures> GoodFigures =>
        Gen.Choose(0, 1_000)
            .ArrayOf(7)
            .Select(drawn =>
                Usual with
                {
                    CpuBusy = (uint)drawn[0],
                    InterfaceSpeed = (uint)drawn[1] * 100,
                    PacketRate = (uint)drawn[2] * 1_000,
                    PacketLoss = (uint)drawn[3] * 1_000,
                    MemoryFree = (uint)drawn[4] * 8,
                    FlowRoom = (uint)drawn[5] * 1_000,
                    Answer = TimeSpan.FromMilliseconds(drawn[6]),
                }
            );

    private static Gen<Candidate[]> Candidates =>
        GoodFigures
            .Zip(Gen.Choose(0, 255))
            .NonEmptyListOf()
            .Select(list => list.Select((each, i) => new Candidate($"{i:X10}", $"edge{i}", each.Item2, each.Item1)).ToArray());

    [Test]
    public void Any_figures_give_a_score_from_0_to_the_priority()
    {
        Check(AnyFigures, figures => Score(figures) is { Score: >= 0 and <= 1, Cpu: >= 0, Traffic: >= 0, Memory: >= 0, Answer: >= 0 });
    }

    [Test]
    public void Figures_that_cannot_be_are_named_and_never_score_better_than_when_all_can_be()
    {
        Check(
            AnyFigures,
            figures => Score(figures) is var score && (score.Faults.Count == 0 || score.Cpu * score.Traffic * score.Memory * score.Answer == 0)
        );
    }

    [Test]
    public void A_better_figure_never_makes_a_score_worse()
    {
        Check(
            GoodFigures,
            figures =>
                new[]
                {
                    figures with
                    {
                        CpuBusy = figures.CpuBusy / 2,
                    },
                    figures with
                    {
                        InterfaceSpeed = figures.InterfaceSpeed + 1_000,
                    },
                    figures with
                    {
                        PacketRate = figures.PacketRate / 2,
                    },
                    figures with
                    {
                        PacketLoss = figures.PacketLoss / 2,
                    },
                    figures with
                    {
                        MemoryFree = (figures.MemoryFree + figures.MemoryTotal) / 2,
                    },
                    figures with
                    {
                        FlowRoom = (figures.FlowRoom + figures.FlowCapacity) / 2,
                    },
                    figures with
                    {
                        Answer = figures.Answer / 2,
                    },
                }.All(better => Score(better).Score >= Score(figures).Score)
        );
    }

    [Test]
    public void The_order_in_which_candidates_come_does_not_matter()
    {
        Check(Candidates, candidates => Ids(Selection.Rank(candidates)).SequenceEqual(Ids(Selection.Rank(candidates.Reverse()))));
    }

    [Test]
    public void Who_was_chosen_stays_chosen_as_long_as_nothing_changes()
    {
        Check(
            Candidates,
            candidates =>
            {
                var ranking = Selection.Rank(candidates);
                var chosen = Selection.Choose(ranking, candidates[^1].Id);
                return chosen is null || Selection.Choose(ranking, chosen.Candidate.Id) == chosen;
            }
        );
    }

    [Test]
    public void The_present_master_is_replaced_only_by_one_that_is_better_by_the_margin()
    {
        Check(
            Candidates,
            candidates =>
            {
                var present = Selection.Score(candidates[0]);
                var chosen = Selection.Choose(Selection.Rank(candidates), present.Candidate.Id);
                return chosen is null || chosen.Candidate.Id == present.Candidate.Id || !present.IsEligible || chosen.Score > present.Score * 1.2;
            }
        );
    }

    [Test]
    public void Nobody_is_chosen_whose_priority_is_0_or_who_has_an_obstacle()
    {
        Check(
            Candidates,
            candidates =>
                Selection.Choose(Selection.Rank([.. candidates, new("FF", "silent", 255, Usual, "it does not answer")]), null) is var chosen
                && (chosen is null ? candidates.All(each => each.Priority == 0) : chosen.Candidate.Priority > 0 && chosen.Candidate.Id != "FF")
        );
    }

    [Test]
    public void Priority_200_doubles_a_score()
    {
        Assert.That(Selection.Score(new("1", "edge", 200, Usual)).Score, Is.EqualTo(2 * Score(Usual).Score).Within(1e-12));
    }

    [Test]
    public void A_candidate_without_figures_is_not_eligible()
    {
        Assert.That(Selection.Score(new("1", "edge", 100, null)).Obstacle, Is.EqualTo("its figures are not known"));
    }

    [Test]
    public void A_packet_rate_above_the_capacity_is_the_worst_and_named()
    {
        var score = Score(Usual with { PacketRate = 2_000, PacketCapacity = 1_000 });

        Assert.That(score.Traffic, Is.Zero);
        Assert.That(score.Faults, Is.EqualTo(new[] { "2000 packets/s above the capacity of 1000" }));
    }

    [Test]
    public void More_memory_free_than_there_is_is_the_worst_and_named()
    {
        var score = Score(Usual with { MemoryFree = 9_000 });

        Assert.That(score.Memory, Is.Zero);
        Assert.That(score.Faults, Is.EqualTo(new[] { "9000 MiB of memory free of 8000" }));
    }

    [Test]
    public void A_weight_of_0_leaves_a_part_out()
    {
        var answer = new MasterSelection(SelectionWeights.Parse("answer=1"));

        Assert.That(answer.Score(new("1", "edge", 100, Usual with { CpuBusy = 1_000, FlowRoom = 0 })).Score, Is.EqualTo(20 / 22.0).Within(1e-12));
    }

    [Test]
    public void Weights_come_from_lines_with_comments_as_well()
    {
        Assert.That(SelectionWeights.Parse("# ours\ncpu=1.5, traffic=2\nmemory=0 # plenty\n"), Is.EqualTo(new SelectionWeights(1.5, 2, 0, 0)));
    }

    [TestCase("cpu", "'cpu' is no weight")]
    [TestCase("cpu=-1", "'cpu=-1' is no weight")]
    [TestCase("cpu=NaN", "'cpu=NaN' is no weight")]
    [TestCase("luck=1", "'luck' cannot be weighed")]
    [TestCase("cpu=1,cpu=2", "'cpu' is there twice")]
    [TestCase("cpu=0", "all weights are 0")]
    [TestCase("", "all weights are 0")]
    public void Weights_that_are_written_otherwise_are_complained_about(string text, string complaint)
    {
        Assert.That(() => SelectionWeights.Parse(text), Throws.TypeOf<FormatException>().With.Message.StartsWith(complaint));
    }

    private static CandidateScore Score(DomainFigures figures) => Selection.Score(new("1", "edge", 100, figures));

    private static IEnumerable<string> Ids(IReadOnlyList<CandidateScore> ranking) => ranking.Select(each => each.Candidate.Id);

    private static void Check<T>(Gen<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
}
