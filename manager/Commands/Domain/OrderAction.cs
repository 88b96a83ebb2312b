using System.CommandLine;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>Waits for an order, and says what became of it at each member.</summary>
internal static class OrderAction
{
    /// <summary>It was done, but not at every member.</summary>
    public const int DoneInPart = 3;

    public static async Task<int> FollowAsync(
        ParseResult arguments,
        DomainFinder finder,
        DomainView view,
        string ruleSet,
        uint version,
        CancellationToken cancellationToken
    )
    {
        var orders = new RuleSetOrders(finder, TimeSpan.FromSeconds(arguments.GetValue(DomainAction.Wait)));
        var outcome = await orders.FollowAsync(view, ruleSet, version, cancellationToken).ConfigureAwait(false);
        Screen.Show(arguments, outcome, DomainScreen.Outcome(outcome));
        return outcome.Result switch
        {
            "everywhere" => CommandLine.Done,
            "partly" => DoneInPart,
            _ => CommandLine.Failed,
        };
    }
}
