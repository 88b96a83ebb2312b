using System.Net;
using System.Net.Sockets;
using Rtfm.Control;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Client.Notifications;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>Looks at a domain again and again, and hears what its members tell meanwhile.</summary>
/// <param name="count">How often; null: until cancelled.</param>
/// <param name="open">Where to show it, once there is something.</param>
internal sealed class DomainWatch(DomainFinder finder, IReadOnlyList<string> seeds, TimeSpan interval, int? count, Func<IWatchScreen> open)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _names = [];
    private IWatchScreen? _screen;
    private DomainView? _view;
    private string? _complaint;

    /// <param name="sender">As whom notifications come; null: none are asked for.</param>
    /// <param name="listen">Where to receive them; null: by the address that reaches the members.</param>
    public async Task<int> RunAsync(SnmpCredentials? sender, IPEndPoint? listen, CancellationToken cancellationToken)
    {
        // The first look fails where there is nothing to watch.
        _view = await finder.FindAsync(seeds, cancellationToken).ConfigureAwait(false);
        using var identity = WatchIdentity.Open();
        await using var receiver = sender is null
            ? null
            : Open(sender, identity.Engine, listen ?? new IPEndPoint(LocalAddress(_view.Source.Meter.Target.Address), 0));
        var registration = receiver is null ? null : new WatchRegistration(receiver.EndPoints[0], sender!, identity.Engine.Id);
        using var screen = _screen = open();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var hearing = receiver is null ? Task.CompletedTask : HearAsync(receiver, ended.Token);
        try
        {
            await LookAsync(registration, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }
        finally
        {
            // The terminal is given back at once; members may take their time. What they tell until then is answered still.
            screen.Dispose();
            if (registration is not null)
                await registration.RemoveAllAsync().ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await hearing.ConfigureAwait(false);
        }
        return CommandLine.Done;
    }

    private async Task LookAsync(WatchRegistration? registration, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval);
        for (var i = 0; count is null || i < count; i++)
        {
            if (i > 0)
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            var status = await StatusAsync(registration, cancellationToken).ConfigureAwait(false);
            _screen!.Show(status, _complaint);
        }
    }

    private async Task<DomainStatus?> StatusAsync(WatchRegistration? registration, CancellationToken cancellationToken)
    {
        try
        {
            _view = await finder
                .FindAsync([.. seeds.Concat(_view!.Members.Select(each => each.Address)).Distinct()], cancellationToken)
                .ConfigureAwait(false);
            lock (_lock)
            {
                foreach (var member in _view.Members)
                    _names[member.Id] = member.Name;
            }
            var status = await DomainStatus.ReadAsync(finder, _view, cancellationToken).ConfigureAwait(false);
            _complaint = registration is null ? null : await RegisterAsync(registration, status, cancellationToken).ConfigureAwait(false);
            return status;
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            _complaint = fault.Message;
            return null;
        }
    }

    /// <summary>Has members tell that were not asked since they started.</summary>
    /// <returns>Who did not answer; null: nobody.</returns>
    private async Task<string?> RegisterAsync(WatchRegistration registration, DomainStatus status, CancellationToken cancellationToken)
    {
        var missing = status.Members.Where(each => each.Boots != 0 && !registration.Has(each));
        var complaints = await Task.WhenAll(missing.Select(each => RegisterAsync(registration, each, cancellationToken))).ConfigureAwait(false);
        return complaints.OfType<string>().ToList() is { Count: > 0 } some ? string.Join('\n', some) : null;
    }

    private async Task<string?> RegisterAsync(WatchRegistration registration, MemberStatus member, CancellationToken cancellationToken)
    {
        try
        {
            var agent = await finder.AgentAsync(member.Address, cancellationToken).ConfigureAwait(false);
            if (await registration.AddAsync(member, agent, cancellationToken).ConfigureAwait(false) is { } instead)
                _screen!.Tell(new DomainEvent(DomainEvent.TimeOf(DateTimeOffset.Now), member.Name, "watch", instead));
            return null;
        }
        catch (SnmpException fault)
        {
            return fault.Message;
        }
    }

    private async Task HearAsync(NotificationReceiver receiver, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var notification in receiver.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                _screen!.Tell(DomainEvent.Of(notification, NameOf(notification)));
                // Only now: one that comes again because the answer was lost is known again, and not told twice.
                notification.Confirm();
            }
        }
        catch (OperationCanceledException)
        {
            // The watch is over.
        }
    }

    /// <summary>Notifications with a community do not say which engine they come from, and their port is not where the member is asked.</summary>
    private string NameOf(Notification notification)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(notification.Engine.ToString(), out var name))
                return name;
        }
        var there = _view!.Members.Where(each => IPEndPoint.TryParse(each.Address, out var at) && at.Address.Equals(notification.Source.Address));
        return there.ToList() is [var only] ? only.Name : notification.Source.ToString();
    }

    private static NotificationReceiver Open(SnmpCredentials sender, EngineIdentity identity, IPEndPoint listen)
    {
        try
        {
            return new NotificationReceiver(
                new NotificationReceiverOptions
                {
                    Listen = [listen],
                    Credentials = [sender],
                    Identity = identity,
                    ConfirmsLater = true,
                }
            );
        }
        catch (SocketException fault)
        {
            throw new UsageException($"--listen: {listen}: cannot listen there: {fault.Message}", fault);
        }
    }

    /// <summary>The address of ours that packets to a member leave from: the kernel tells it for a socket that is connected, and sends nothing.</summary>
    private static IPAddress LocalAddress(IPEndPoint member)
    {
        using var socket = new Socket(member.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(member);
        return ((IPEndPoint)socket.LocalEndPoint!).Address;
    }
}
