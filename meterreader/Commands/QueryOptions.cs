using System.CommandLine;
using System.Globalization;
using Rtfm.MeterReader.Storage.Sqlite;

namespace Rtfm.MeterReader.Commands;

/// <summary>Options that all questions to the store share.</summary>
internal static class QueryOptions
{
    public static readonly Option<string?> Config = new("--config")
    {
        Description = "JSON file with the section Rtfm:MeterReader",
        HelpName = "FILE",
    };
    public static readonly Option<string?> Store = new("--store")
    {
        Description = "The database file (default: that of the settings)",
        HelpName = "FILE",
    };
    public static readonly Option<string?> Since = new("--since")
    {
        Description = "From this time on: 2026-01-31T12:00Z, or 2h for two hours ago",
        HelpName = "T",
    };
    public static readonly Option<string?> Until = new("--until") { Description = "Up to this time", HelpName = "T" };
    public static readonly Option<string?> Meter = new("--meter") { Description = "Only this meter", HelpName = "NAME" };
    public static readonly Option<string?> RuleSet = new("--rule-set") { Description = "Only this rule set, by name or number", HelpName = "R" };

    public static readonly Option<string?> Domain = new("--domain")
    {
        Description = "Only this domain; of what several metering points saw, only what came in",
        HelpName = "NAME",
    };

    public static FlowQueries Open(ParseResult arguments) => new(arguments.GetValue(Store) ?? ReaderSettings.Load(arguments.GetValue(Config)).Store);

    public static FlowFilter Filter(ParseResult arguments) =>
        new(
            ParseTime(arguments.GetValue(Since), "--since"),
            ParseTime(arguments.GetValue(Until), "--until"),
            arguments.GetValue(Meter),
            arguments.GetValue(RuleSet),
            arguments.GetValue(Domain)
        );

    private static DateTimeOffset? ParseTime(string? text, string option)
    {
        if (text is null)
            return null;
        if (Duration.TryParse(text, out var ago))
            return DateTimeOffset.UtcNow - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new SettingsException($"{option} is '{text}': not a time. Write for example 2026-01-31T12:00Z, or 2h for two hours ago.");
    }
}
