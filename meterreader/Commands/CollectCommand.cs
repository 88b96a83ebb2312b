using System.CommandLine;
using Rtfm.MeterReader.Collection;
using Rtfm.MeterReader.Collection.Domain;
using Rtfm.MeterReader.Storage.Sqlite;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Commands;

/// <summary><c>rtfm-meterreader collect --once</c>: one pass, by hand or from a script.</summary>
internal static class CollectCommand
{
    private static readonly Option<bool> Once = new("--once") { Description = "One pass, then end", Required = true };
    private static readonly Option<string?> Config = new("--config")
    {
        Description = "JSON file with the section Rtfm:MeterReader",
        HelpName = "FILE",
    };
    private static readonly Option<string?> Meter = new("--meter") { Description = "Only this meter of the settings", HelpName = "NAME" };
    private static readonly Option<string?> Target = new("--target")
    {
        Description = "A meter, without settings file; tcp: or tlstcp: in front for a connection",
        HelpName = "HOST[:PORT]",
    };
    private static readonly Option<string?> Domain = new("--domain")
    {
        Description = "A domain of the settings; with --target, which is then any member of it, its name in the store",
        HelpName = "NAME",
    };
    private static readonly Option<string?> Community = new("-c")
    {
        Description = "Its write community (default: $RTFM_COMMUNITY)",
        HelpName = "COMMUNITY",
    };
    private static readonly Option<string?> Credentials = new("--credentials")
    {
        Description = "A user of SNMPv3 who may write, as rtfm-agent init wrote it (default: $RTFM_CREDENTIALS)",
        HelpName = "FILE",
    };
    private static readonly Option<string[]> RuleSet = new("--rule-set")
    {
        Description = "Only this rule set, by name or number (repeatable)",
        HelpName = "R",
    };
    private static readonly Option<string?> Store = new("--store") { Description = "The database file", HelpName = "FILE" };

    public static Command Make()
    {
        var command = new Command(
            "collect",
            """
            Collect once, and report what was read.

            Examples:
              rtfm-meterreader collect --once --config reader.json
              rtfm-meterreader collect --once --target 127.0.0.1:1161 -c SECRET --store flows.db
              rtfm-meterreader collect --once --domain backbone --target 10.0.0.1 --credentials reader.conf --store flows.db
            """
        )
        {
            Once,
            Config,
            Meter,
            Target,
            Domain,
            Community,
            Credentials,
            RuleSet,
            Store,
        };
        command.SetAction((arguments, cancellationToken) => Faults.ReportAsync(() => RunAsync(arguments, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (path, meters, domains) = Settings(arguments);
        using var store = new SqliteFlowStore(path);
        await using var client = new SnmpClient();
        var failed = 0;
        foreach (var meter in meters)
        {
            await CollectAsync(async () =>
                {
                    var session = await meter.OpenAsync(client, cancellationToken).ConfigureAwait(false);
                    return await new Collector(meter, store, TimeProvider.System).CollectAsync(session, cancellationToken).ConfigureAwait(false);
                })
                .ConfigureAwait(false);
        }
        foreach (var domain in domains)
            await CollectAsync(() => new DomainCollector(domain, client, store, TimeProvider.System).CollectAsync(cancellationToken))
                .ConfigureAwait(false);
        return failed == 0 ? 0 : 1;

        async Task CollectAsync(Func<Task<CollectionResult>> collect)
        {
            try
            {
                var began = TimeProvider.System.GetTimestamp();
                var result = await collect().ConfigureAwait(false);
                failed += await ReportAsync(result, TimeProvider.System.GetElapsedTime(began), path).ConfigureAwait(false) ? 0 : 1;
            }
            catch (Exception fault) when (Faults.IsExpected(fault))
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                failed++;
            }
        }
    }

    /// <returns>False where something that was asked for is not there.</returns>
    private static async Task<bool> ReportAsync(CollectionResult result, TimeSpan took, string path)
    {
        foreach (var ruleSet in result.RuleSets)
        {
            Console.WriteLine($"{result.Meter}: rule set {ruleSet.Number} '{ruleSet.Name}': {ruleSet.Flows} flows");
            if (ruleSet.BadPackages > 0)
                await Console.Error.WriteLineAsync($"{result.Meter}: {ruleSet.BadPackages} values were no flow data packages").ConfigureAwait(false);
            if (ruleSet.AbsurdCounters > 0)
                await Console
                    .Error.WriteLineAsync($"{result.Meter}: counters of {ruleSet.AbsurdCounters} flows went back or beyond belief")
                    .ConfigureAwait(false);
        }
        var how = result.ReadsColumns ? ", column by column (the meter has no data packages)" : "";
        Console.WriteLine($"{result.Meter}: {result.Flows} flows in {took.TotalSeconds:F2} s{how}, stored in {path}");
        foreach (var missing in result.Missing)
            await Console.Error.WriteLineAsync($"{result.Meter}: it has no rule set '{missing}'").ConfigureAwait(false);
        return result.Missing.Count == 0;
    }

    private static (string Store, IReadOnlyList<MeterSettings> Meters, IReadOnlyList<DomainSettings> Domains) Settings(ParseResult arguments)
    {
        if (arguments.GetValue(Target) is { } target)
        {
            var (credentials, community) = (arguments.GetValue(Credentials), arguments.GetValue(Community));
            if (SnmpCredentials.Choose(credentials, community) is null)
                throw new SettingsException("--credentials is missing: give a file of them, or the meter's write community with -c.");
            var store = arguments.GetValue(Store) ?? ReaderSettings.DefaultStore;
            if (arguments.GetValue(Domain) is { } domainName)
            {
                var domain = new DomainOptions
                {
                    Name = domainName,
                    Members = [target],
                    Credentials = credentials,
                    RuleSets = arguments.GetValue(RuleSet) ?? [],
                };
                return (store, [], [ReaderSettings.Check(domain, "--target")]);
            }
            var options = new MeterOptions
            {
                Target = target,
                Credentials = credentials,
                Community = community,
                RuleSets = arguments.GetValue(RuleSet) ?? [],
            };
            return (store, [ReaderSettings.Check(options, "--target")], []);
        }
        var settings = ReaderSettings.Load(arguments.GetValue(Config));
        var (meters, domains) = (settings.Meters, settings.Domains);
        if (arguments.GetValue(Meter) is { } name)
        {
            domains = [];
            meters =
            [
                meters.FirstOrDefault(each => each.Name == name)
                    ?? throw new SettingsException($"--meter is '{name}': the settings have no such meter."),
            ];
        }
        else if (arguments.GetValue(Domain) is { } domainName)
        {
            meters = [];
            domains =
            [
                domains.FirstOrDefault(each => each.Name == domainName)
                    ?? throw new SettingsException($"--domain is '{domainName}': the settings have no such domain."),
            ];
        }
        if (meters.Count + domains.Count == 0)
            throw new SettingsException("No meter to collect from. Give --config with meters or domains, or --target.");
        return (arguments.GetValue(Store) ?? settings.Store, meters, domains);
    }
}
