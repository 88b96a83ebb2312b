using System.Globalization;
using Rtfm.Control.Domain;
using Rtfm.Control.Domain.Selection;
using Rtfm.Manager.Commands.Domain;

namespace Rtfm.Manager.Rendering;

/// <summary>Domains: who is there, who is master, what runs, who is the best.</summary>
internal static class DomainScreen
{
    public static IEnumerable<Sheet> Status(DomainStatus status)
    {
        yield return new Sheet(
            $"Domain {status.Domain}",
            [
                Column.Text("master"),
                Column.Text("address"),
                Column.Number("term"),
                Column.Text("state") with
                {
                    LeaveOut = 1,
                },
                Column.Text("settled") with
                {
                    LeaveOut = 2,
                },
                Column.Number("since") with
                {
                    LeaveOut = 3,
                },
            ],
            [
                [
                    status.Master ?? "NONE",
                    status.MasterAddress ?? "",
                    Number(status.Term),
                    status.StateVersion,
                    status.IsSettled ? "yes" : "no",
                    Duration(status.SinceChange),
                ],
            ]
        );
        yield return Members(status.Members);
        if (status.RuleSets.Count > 0)
            yield return RuleSets(status.RuleSets);
        var deliveries = status.Members.SelectMany(member => member.RuleSets.Select(each => (string[])[member.Name, .. Cells(each)])).ToList();
        if (deliveries.Count > 0)
            yield return new Sheet("Rule sets at the members", [Column.Text("member"), .. DeliveryColumns], deliveries);
        if (status.Collection is { } collection)
            yield return Collection(collection);
    }

    public static IEnumerable<Sheet> Discovered(IReadOnlyList<DiscoveredAgent> found)
    {
        yield return new Sheet(
            "Meters",
            [
                Column.Text("agent"),
                Column.Text("name"),
                Column.Text("domain"),
                Column.Text("role"),
                Column.Number("term"),
                Column.Text("state"),
                Column.Text("found by"),
                Column.Text(""),
            ],
            [
                .. found.Select(each =>
                    (string[])
                        [
                            each.Address,
                            each.Name,
                            each.Self is { IsInDomain: true } member ? member.Domain
                            : each.Kind == "meter" ? "(none)"
                            : "",
                            each.Self is { IsInDomain: true } self ? self.Role : "",
                            each.Self is { IsInDomain: true } its ? Number(its.Term) : "",
                            each.Self is { IsInDomain: true } known ? known.State.ToString() : "",
                            each.FoundBy,
                            each.Error ?? (each.Kind == "agent" ? "no meter" : ""),
                        ]
                ),
            ]
        );
    }

    /// <summary>What the members say of themselves.</summary>
    public static Sheet Figures(IReadOnlyList<CandidateScore> ranking) =>
        new(
            "Figures",
            [
                Column.Text("member"),
                Column.Number("busy"),
                Column.Number("processors"),
                Column.Number("Mbit/s"),
                Column.Number("packets/s"),
                Column.Number("of"),
                Column.Number("lost ppm"),
                Column.Number("MiB free"),
                Column.Number("of"),
                Column.Number("room"),
                Column.Number("of"),
                Column.Number("answers in"),
            ],
            [
                .. ranking.Select(each =>
                    each.Candidate.Figures is { } figures
                        ? (string[])
                            [
                                each.Candidate.Name,
                                string.Create(CultureInfo.InvariantCulture, $"{figures.CpuBusy / 10.0:F1} %"),
                                Number(figures.Processors),
                                Known(figures.InterfaceSpeed),
                                Number(figures.PacketRate),
                                Known(figures.PacketCapacity),
                                Number(figures.PacketLoss),
                                Number(figures.MemoryFree),
                                Number(figures.MemoryTotal),
                                Number(figures.FlowRoom),
                                Number(figures.FlowCapacity),
                                string.Create(CultureInfo.InvariantCulture, $"{figures.Answer.TotalMilliseconds:F1} ms"),
                            ]
                        : [each.Candidate.Name, .. Enumerable.Repeat("", 11)]
                ),
            ]
        );

    public static Sheet Scores(IReadOnlyList<CandidateScore> ranking, string title) =>
        new(
            title,
            [
                Column.Text("member"),
                Column.Number("cpu"),
                Column.Number("traffic"),
                Column.Number("memory"),
                Column.Number("answer"),
                Column.Number("priority"),
                Column.Number("score"),
                Column.Text(""),
            ],
            [
                .. ranking.Select(each =>
                    (string[])
                        [
                            each.Candidate.Name,
                            Share(each.Cpu),
                            Share(each.Traffic),
                            Share(each.Memory),
                            Share(each.Answer),
                            Number(each.Candidate.Priority),
                            Share(each.Score),
                            string.Join("; ", each.Obstacle is { } obstacle ? [obstacle, .. each.Faults] : each.Faults),
                        ]
                ),
            ]
        );

    public static string Sentence(ElectionResult result, bool isStaying) =>
        (result.Chosen, isStaying, result.IsChanged) switch
        {
            (null, _, _) =>
                $"domain '{result.Domain}': nobody can be master: {string.Join("; ", result.Ranking.Select(each => $"{each.Candidate.Name}: {each.Obstacle}"))}",
            (_, true, _) => $"domain '{result.Domain}': {result.Chosen} stays master",
            (_, _, true) => $"domain '{result.Domain}': {result.Chosen} is master now, {result.Before ?? "nobody"} was",
            _ => $"domain '{result.Domain}': {result.Chosen} would become master, {result.Before ?? "nobody"} is",
        };

    public static Sheet Outcome(OrderOutcome outcome) =>
        new(
            Sentence(outcome),
            [Column.Text("member"), Column.Text("address"), Column.Text("state"), Column.Number("runs"), Column.Text("")],
            [.. outcome.Members.Select(each => (string[])[each.Member, each.Address, each.State, Version(each.Active), each.Reason])]
        );

    public static Sheet Members(IReadOnlyList<MemberStatus> members) =>
        new(
            "Members",
            [
                Column.Number("number") with
                {
                    LeaveOut = 1,
                },
                Column.Text("name"),
                Column.Text("address") with
                {
                    LeaveOut = 6,
                },
                Column.Text("role"),
                Column.Text("state") with
                {
                    LeaveOut = 4,
                },
                Column.Number("priority") with
                {
                    LeaveOut = 2,
                },
                Column.Text("heard"),
                Column.Number("packets/s") with
                {
                    LeaveOut = 5,
                },
                Column.Number("busy") with
                {
                    LeaveOut = 3,
                },
                Column.Text(""),
            ],
            [
                .. members.Select(each =>
                    (string[])
                        [
                            Number(each.Number),
                            each.Name,
                            each.Address,
                            each.Role,
                            each.StateVersion,
                            Number(each.Priority),
                            each.State == "unknown" ? "" : $"{each.State}, {Seconds(each.Heard)} ago",
                            each.Figures is { } figures ? Number(figures.PacketRate) : "",
                            each.Figures is { } busy ? string.Create(CultureInfo.InvariantCulture, $"{busy.CpuBusy / 10.0:F1} %") : "",
                            WithoutAddress(each),
                        ]
                ),
            ]
        );

    /// <summary>The row says already who it is.</summary>
    private static string WithoutAddress(MemberStatus member)
    {
        var error = member.Error ?? "";
        var host = member.Address[..Math.Max(member.Address.LastIndexOf(':'), 0)];
        return error.StartsWith(host, StringComparison.Ordinal) && error.IndexOf(": ", StringComparison.Ordinal) is > 0 and var at
            ? error[(at + 2)..]
            : error;
    }

    private static string Sentence(OrderOutcome outcome)
    {
        var what = outcome.Version == 0 ? $"rule set '{outcome.RuleSet}'" : $"'{outcome.RuleSet}' version {outcome.Version}";
        return $"Domain {outcome.Domain}: {what} "
            + outcome.Result switch
            {
                "everywhere" => outcome.Version == 0 ? "is removed" : "runs at every member",
                "partly" => "runs, but not at every member",
                "givenUp" => "was given up: all go on with what ran before",
                _ => "is still on its way",
            };
    }

    private static Column[] DeliveryColumns =>
        [Column.Text("rule set"), Column.Number("version"), Column.Text("state"), Column.Number("runs"), Column.Text("")];

    private static string[] Cells(MemberRuleSet each) => [each.Name, Version(each.Version), each.State, Version(each.Active), each.Reason];

    private static Sheet RuleSets(IReadOnlyList<DomainRuleSetRow> ruleSets) =>
        new(
            "Rule sets",
            [
                Column.Number("number"),
                Column.Text("name"),
                Column.Number("runs"),
                Column.Number("coming"),
                Column.Number("given up"),
                Column.Text("kept"),
            ],
            [
                .. ruleSets.Select(each =>
                    (string[])
                        [
                            Number(each.Number),
                            each.Name,
                            Version(each.Active),
                            Version(each.Wanted),
                            Version(each.Refused),
                            string.Join(", ", each.Kept),
                        ]
                ),
            ]
        );

    private static Sheet Collection(DomainCollection collection) =>
        new(
            "Collection",
            [
                Column.Text("mode") with
                {
                    LeaveOut = 5,
                },
                Column.Number("every") with
                {
                    LeaveOut = 2,
                },
                Column.Number("collections") with
                {
                    LeaveOut = 3,
                },
                Column.Number("last took") with
                {
                    LeaveOut = 4,
                },
                Column.Number("members"),
                Column.Number("missing"),
                Column.Number("flows"),
                Column.Number("made of") with
                {
                    LeaveOut = 1,
                },
                Column.Text("delays") with
                {
                    LeaveOut = 2,
                },
                Column.Text("sent to"),
            ],
            [
                [
                    collection.Mode,
                    $"{collection.IntervalSeconds} s",
                    Number(collection.Rounds),
                    $"{collection.RoundMilliseconds} ms",
                    Number(collection.Members),
                    Number(collection.Missing),
                    Number(collection.Records),
                    Number(collection.Observations),
                    collection.Delays,
                    collection.PushTarget,
                ],
            ]
        );

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Version(uint value) => value == 0 ? "" : Number(value);

    private static string Known(uint value) => value == 0 ? "?" : Number(value);

    private static string Share(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Seconds(uint hundredths) => string.Create(CultureInfo.InvariantCulture, $"{hundredths / 100.0:F1} s");

    private static string Duration(uint hundredths) =>
        new Model.Uptime(hundredths).ToTimeSpan().ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
}
