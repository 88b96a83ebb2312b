using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.MeterReader.Collection;
using Rtfm.MeterReader.Collection.Domain;
using Rtfm.MeterReader.Storage;
using Rtfm.MeterReader.Storage.Sqlite;
using Rtfm.Snmp.Client;

namespace Rtfm.MeterReader.Commands;

/// <summary><c>rtfm-meterreader run</c>: collect on schedule until told to stop.</summary>
internal static class RunCommand
{
    private static readonly Option<string?> Config = new("--config")
    {
        Description = "JSON file with the section Rtfm:MeterReader",
        HelpName = "FILE",
    };
    private static readonly Option<bool> Check = new("--check") { Description = "Check the settings and end" };

    public static Command Make()
    {
        var command = new Command("run", "Collect from every meter of the settings, on schedule, until SIGTERM or Ctrl-C.") { Config, Check };
        command.SetAction((arguments, cancellationToken) => Faults.ReportAsync(() => RunAsync(arguments, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var settings = ReaderSettings.Load(arguments.GetValue(Config));
        if (settings.Meters.Count + settings.Domains.Count == 0)
            throw new SettingsException(
                $"{ReaderOptions.Section}:Meters and Domains are empty. Name at least one meter with its Target and Credentials, or a domain with some Members."
            );
        if (arguments.GetValue(Check))
        {
            Console.WriteLine($"The settings are good: {settings.Meters.Count} meters, {settings.Domains.Count} domains, store {settings.Store}.");
            return 0;
        }
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "rtfm-meterreader" });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IFlowStore>(_ => new SqliteFlowStore(settings.Store));
        builder.Services.AddSingleton(_ => new SnmpClient());
        builder.Services.AddSingleton<MeterConnector>(services =>
            (meter, stopping) => meter.OpenAsync(services.GetRequiredService<SnmpClient>(), stopping)
        );
        builder.Services.AddSingleton<DomainConnector>(services =>
            domain => new DomainCollector(
                domain,
                services.GetRequiredService<SnmpClient>(),
                services.GetRequiredService<IFlowStore>(),
                services.GetRequiredService<TimeProvider>()
            )
        );
        builder.Services.AddHostedService<CollectionService>();
        builder.Services.AddHostedService<PushService>();
        builder.Services.AddHostedService<SystemdNotifier>();
        using var host = builder.Build();
        // Opened before anything is collected: a store that cannot be used is said at once.
        host.Services.GetRequiredService<IFlowStore>();
        Log.Started(host.Services.GetRequiredService<ILogger<CollectionService>>(), settings.Meters.Count, settings.Domains.Count, settings.Store);
        await host.RunAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }
}
