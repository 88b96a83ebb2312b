using Rtfm.Control.Domain;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Rtfm.Manager.Rendering;

/// <summary>A domain as it is now, on one screen: the tables of <c>domain status</c>, and below them what happened last.</summary>
internal static class WatchScreen
{
    public static IRenderable Draw(DomainStatus? status, string? complaint, IReadOnlyList<DomainEvent> events)
    {
        var parts = new List<IRenderable>();
        if (complaint is not null)
            parts.Add(new Text(complaint + "\n"));
        if (status is not null)
            parts.AddRange(DomainScreen.Status(status).Select(Screen.Table));
        if (events.Count > 0)
            parts.Add(Screen.Table(Events(events)));
        return new Rows(parts);
    }

    public static Sheet Events(IReadOnlyList<DomainEvent> events) =>
        new(
            "Events",
            [Column.Text("time"), Column.Text("member"), Column.Text("event"), Column.Text("")],
            [.. events.Select(each => (string[])[each.Time, each.Member, each.Event, each.Text])]
        );
}
