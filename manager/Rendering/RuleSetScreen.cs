using System.Globalization;
using Rtfm.Control;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Manager.Rendering;

/// <summary>Rule sets of a meter: the list, the rules of one, what became of a download.</summary>
internal static class RuleSetScreen
{
    private static readonly Column[] Columns =
    [
        Column.Number("number"),
        Column.Text("name"),
        Column.Text("owner"),
        Column.Text("status"),
        Column.Number("rules"),
        Column.Number("flows"),
        Column.Text("tasks"),
    ];

    public static Sheet Sheet(IReadOnlyList<RuleSetRow> ruleSets, IReadOnlyList<TaskRow> tasks) =>
        new("", Columns, [.. ruleSets.Select(each => Cells(each, tasks))]);

    public static IReadOnlyList<string> Cells(RuleSetRow ruleSet, IReadOnlyList<TaskRow> tasks) =>
        [
            ruleSet.Index.ToString(CultureInfo.InvariantCulture),
            ruleSet.Name,
            ruleSet.Owner,
            ruleSet.Status,
            ruleSet.Size.ToString(CultureInfo.InvariantCulture),
            ruleSet.FlowRecords.ToString(CultureInfo.InvariantCulture),
            string.Join(", ", tasks.Where(task => task.Names(ruleSet.Index)).Select(task => Describe(task, ruleSet.Index))),
        ];

    public static IEnumerable<object> Json(IReadOnlyList<RuleSetRow> ruleSets, IReadOnlyList<TaskRow> tasks) =>
        ruleSets.Select(each => new
        {
            each.Index,
            each.Name,
            each.Owner,
            each.Status,
            each.Size,
            each.FlowRecords,
            Tasks = tasks
                .Where(task => task.Names(each.Index))
                .Select(task => new
                {
                    task.Index,
                    Role = task.Current == each.Index ? "current" : "standby",
                    IsRunning = IsRunning(task, each.Index),
                }),
        });

    public static object Json(RuleSetRow row, RuleSet ruleSet) =>
        new
        {
            row.Index,
            row.Name,
            row.Owner,
            Rules = RuleSetWriter.Write(ruleSet).Split('\n', StringSplitOptions.RemoveEmptyEntries),
        };

    /// <summary>The rules as a file that can be loaded again.</summary>
    public static string RuleFile(string meter, RuleSetRow row, RuleSet ruleSet) =>
        $"# '{row.Name}', owner '{row.Owner}': rule set {row.Index} of {meter}\n{RuleSetWriter.Write(ruleSet)}".TrimEnd();

    public static string Sentence(InstalledRuleSet installed)
    {
        var tasks = installed.Tasks.Count == 0 ? "not running" : $"running as task {string.Join(", ", installed.Tasks)}";
        var standby = installed.Standby is { } number ? $", standby rule set {number}" : "";
        var replaced = installed.Replaced is { } old ? $", in the place of rule set {old}" : "";
        return $"{installed.Meter}: rule set {installed.RuleSet} '{installed.Name}' loaded, {installed.Rules} rules; {tasks}{standby}{replaced}";
    }

    private static string Describe(TaskRow task, uint ruleSet)
    {
        var role = task.Current == ruleSet ? "current" : "standby";
        return $"{task.Index} ({role}{(IsRunning(task, ruleSet) ? ", running" : "")})";
    }

    private static bool IsRunning(TaskRow task, uint ruleSet) =>
        task.Status == "active" && (task.RunningStandby ? task.Standby : task.Current) == ruleSet;
}
