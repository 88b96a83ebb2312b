using System.CommandLine;
using Rtfm.Control;
using Rtfm.Control.Domain;
using Rtfm.Control.Domain.Selection;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands.Domain;

/// <summary><c>domain elect</c>: the best member becomes master.</summary>
internal static class ElectCommand
{
    private static readonly Option<bool> Explain = new("--explain") { Description = "Show each member's figures and score" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Choose, but leave the domain as it is" };
    private static readonly Option<string?> Weights = new("--weights")
    {
        Description = $"What counts how much, or a file that says so (default: {SelectionWeights.Default})",
        HelpName = "cpu=N,…|FILE",
    };
    private static readonly Option<double> Margin = new("--margin")
    {
        Description = "Percent by which another member must be better than the present master",
        HelpName = "N",
        DefaultValueFactory = _ => MasterSelection.DefaultMargin * 100,
    };

    static ElectCommand()
    {
        Margin.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1_000))
                result.AddError("--margin takes a percentage from 0 to 1000");
        });
        Weights.Validators.Add(result =>
        {
            try
            {
                WeightsOf(result.GetValueOrDefault<string?>());
            }
            catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
            {
                result.AddError($"--weights: {wrong.Message}");
            }
        });
    }

    public static Command Make()
    {
        var command = new Command(
            "elect",
            """
            Ask the members how they are, choose the best, and have it become master, unless the present one is nearly as good.

            A score is the weighted mean of four parts from 0 to 1, times the member's priority (100 is 1, 0 never becomes master):
              cpu      idle share of the processors
              traffic  speed of the interfaces metered at, packets that could be metered beyond the present ones, less what is lost
              memory   free share of the machine's memory and of the flow table
              answer   how fast it answers us
            Figures that cannot be, such as more memory free than there is, count as the worst.

            Examples:
              rtfm-manager domain elect edge1 --explain --dry-run
              rtfm-manager domain elect edge1 --weights cpu=1,traffic=5 --margin 50
            """
        )
        {
            DomainAction.Target,
            Explain,
            DryRun,
            Weights,
            Margin,
        };
        command.SetDomainAction(RunAsync);
        return command;
    }

    /// <summary>The best of a domain that has no master, made master by its default weights.</summary>
    public static async Task<DomainView> ElectAsync(DomainFinder finder, DomainView view, CancellationToken cancellationToken)
    {
        var selection = new DomainSelection(finder, new MasterSelection(SelectionWeights.Default));
        var ranking = selection.Rank(await selection.CandidatesAsync(view, cancellationToken).ConfigureAwait(false));
        var chosen = selection.Choose(view, ranking) ?? throw NobodyCan(view, ranking);
        return await selection.InstallAsync(view, chosen.Candidate.Id, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> RunAsync(ParseResult arguments, DomainFinder finder, DomainView view, CancellationToken cancellationToken)
    {
        var selection = new DomainSelection(finder, new MasterSelection(WeightsOf(arguments.GetValue(Weights)), arguments.GetValue(Margin) / 100));
        var ranking = selection.Rank(await selection.CandidatesAsync(view, cancellationToken).ConfigureAwait(false));
        var chosen = selection.Choose(view, ranking);
        var isStaying = view.HasMaster && chosen?.Candidate.Id == view.Self.Id;
        var result = new ElectionResult(
            view.Name,
            view.HasMaster ? view.Self.SystemName : null,
            chosen?.Candidate.Name,
            IsChanged: chosen is not null && !isStaying && !arguments.GetValue(DryRun),
            ranking
        );
        if (chosen is not null && result.IsChanged)
            await selection.InstallAsync(view, chosen.Candidate.Id, cancellationToken).ConfigureAwait(false);
        var sentence = DomainScreen.Sentence(result, isStaying);
        if (arguments.GetValue(Explain))
            Screen.Show(arguments, result, DomainScreen.Figures(ranking), DomainScreen.Scores(ranking, sentence));
        else
            Screen.Show(arguments, result, sentence);
        return chosen is null ? CommandLine.Failed : CommandLine.Done;
    }

    private static SelectionWeights WeightsOf(string? text)
    {
        if (text is null)
            return SelectionWeights.Default;
        return SelectionWeights.Parse(text.Contains('=', StringComparison.Ordinal) ? text : File.ReadAllText(text));
    }

    private static MeterException NobodyCan(DomainView view, IReadOnlyList<CandidateScore> ranking) =>
        new(
            $"domain '{view.Name}' has no master, and nobody can be: "
                + string.Join("; ", ranking.Select(each => $"{each.Candidate.Name}: {each.Obstacle}"))
        );
}
