using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Configuration;

namespace Rtfm.MeterReader.Collection.Domain;

/// <summary>Takes the flows that masters push, and confirms them when they are stored: what is not confirmed comes again.</summary>
internal sealed class PushService(ReaderSettings settings, IFlowStore store, TimeProvider clock, ILogger<PushService> logger) : BackgroundService
{
    /// <summary>Our engine is a new one with each start; its boots, which must grow, need not be kept then.</summary>
    private const int Boots = 1;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            settings.Domains.Where(each => each.Push is not null).Select(each => Task.Run(() => ReceiveAsync(each, stoppingToken), stoppingToken))
        );

    private async Task ReceiveAsync(DomainSettings domain, CancellationToken stoppingToken)
    {
        var push = domain.Push!;
        var options = new NotificationReceiverOptions
        {
            Listen = [push.Listen],
            Credentials = [push.Credentials],
            Identity = new EngineIdentity(EngineId.Make(), Boots, clock),
            ConfirmsLater = true,
        };
        try
        {
            await using var receiver = new NotificationReceiver(options);
            Log.AwaitingPushes(logger, domain.Name, receiver.EndPoints[0].ToString());
            var flows = new PushedFlows(domain.Name, store, clock);
            var failure = new Complaint(clock);
            await foreach (var part in receiver.ReadAllAsync(stoppingToken).ConfigureAwait(false))
                Take(domain.Name, flows, part, failure);
        }
        catch (SocketException fault)
        {
            Log.NotListening(logger, domain.Name, push.Listen.ToString(), fault.Message);
        }
        catch (OperationCanceledException)
        {
            // The reader stops.
        }
    }

    private void Take(string domain, PushedFlows flows, Notification part, Complaint failure)
    {
        var began = clock.GetTimestamp();
        try
        {
            if (flows.Take(part) is { } result)
            {
                var took = clock.GetElapsedTime(began);
                Instruments.Collected(result, took);
                Log.Collected(logger, domain, result.Flows, result.RuleSets.Count, took.TotalSeconds);
                failure.Clear();
            }
            part.Confirm();
        }
        catch (Exception fault)
        {
            // Not confirmed, it comes again. A fault of ours must not end the taking.
            if (!Faults.IsExpected(fault))
                Log.Unexpected(logger, fault, domain);
            Instruments.Failed(domain);
            if (failure.Add())
                Log.Failed(logger, domain, fault.Message, failure.Count);
        }
    }
}
