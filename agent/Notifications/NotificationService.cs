using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Agent.Mib.Host;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Notifications;

namespace Rtfm.Agent.Notifications;

/// <summary>Tells managers what happens: at the start, as the meter's configuration changes, and by looking once a second at what nobody tells us.</summary>
internal sealed class NotificationService(
    NotificationOriginator originator,
    TrafficMeter meter,
    MeterStateFile stateFile,
    SnmpConfigurationStore configuration,
    SnmpCounters counters,
    HostMachine host,
    TimeProvider clock,
    ILogger<NotificationService> logger
) : BackgroundService
{
    public static NotificationOriginator MakeOriginator(IServiceProvider services)
    {
        var store = services.GetRequiredService<SnmpConfigurationStore>();
        var meter = services.GetRequiredService<TrafficMeter>();
        var clock = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<NotificationOriginator>>();
        var complaints = new Complaints(clock, (target, reason, more) => Log.NotNotified(logger, target, reason, more));
        return new NotificationOriginator(
            new NotificationOriginatorOptions
            {
                Identity = services.GetRequiredService<EngineIdentity>(),
                Configuration = () => store.Current,
                UpTime = () => meter.Now,
                Counters = services.GetRequiredService<SnmpCounters>(),
                MaxMessageSize = services.GetRequiredService<AgentOptions>().MaxMessageSize,
                OnTrouble = complaints.Add,
            }
        );
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        meter.Events = new MeterNotifications(meter, originator.Raise);
        // Who has heard of the start is told of each link that changes from then on: they must have been looked at before.
        _ = host.Links.Current;
        originator.Raise(new Notification(stateFile.IsContinued ? Notification.WarmStart : Notification.ColdStart));
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var links = new LinkWatch(host.Links, originator.Raise);
        var losses = new CaptureLossWatch(meter, clock, originator.Raise);
        var strangers = new AuthenticationWatch(counters, () => configuration.Current, originator.Raise);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            do
            {
                losses.Look();
                strangers.Look();
            } while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Metering goes on; nobody is told of links, losses and strangers any more.
            Log.WatchFailed(logger, fault);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        meter.Events = null;
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await originator.DisposeAsync().ConfigureAwait(false);
    }
}
