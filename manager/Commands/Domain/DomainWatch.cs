using System.Net;
using System.Net.Sockets;
using Rtfm.Control;
using Rtfm.Control.Domain;
using Rtfm.Manager.Rendering;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Configuration;
using Spectre.Console;

namespace Rtfm.Manager.Commands.Domain;

/// <summary>Looks at a domain again and again, and hears what its members tell meanwhile.</summary>
/// <param name="count">How often; null: until cancelled.</param>
internal sealed class DomainWatch(DomainFinder finder, IReadOnlyList<string> seeds, TimeSpan interval, int? count, bool isJson)
{
    /// <summary>As many as fit below the tables.</summary>
    private const int EventsShown = 10;

    /// <summary>Starts of the engine in seconds since then, as for <see cref="NotificationsCommand"/>.</summary>
    private static readonly DateTimeOffset FirstStart = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly Queue<DomainEvent> _events = [];
    private readonly Dictionary<string, string> _names = [];
    private DomainView? _view;
    private string? _complaint;

    /// <param name="user">As whom notifications come; null: none are asked for.</param>
    /// <param name="listen">Where to receive them; null: by the address that reaches the members.</param>
    public async Task<int> RunAsync(UserCredentials? user, IPEndPoint? listen, CancellationToken cancellationToken)
    {
        // The first look fails where there is nothing to watch.
        _view = await finder.FindAsync(seeds, cancellationToken).ConfigureAwait(false);
        await using var receiver = user is null ? null : Open(user, listen ?? new IPEndPoint(LocalAddress(_view.Source.Meter.Target.Address), 0));
        var registration = receiver is null ? null : new WatchRegistration(receiver.EndPoints[0], user!);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var hearing = receiver is null ? Task.CompletedTask : HearAsync(receiver, ended.Token);
        try
        {
            if (isJson || Console.IsOutputRedirected)
                await LookAsync(registration, ShowLines, cancellationToken).ConfigureAwait(false);
            else
                await AnsiConsole
                    .Live(new Text(""))
                    .StartAsync(context =>
                        LookAsync(registration, status => context.UpdateTarget(WatchScreen.Draw(status, _complaint, Events())), cancellationToken)
                    )
                    .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await hearing.ConfigureAwait(false);
            if (registration is not null)
                await registration.RemoveAllAsync().ConfigureAwait(false);
        }
        return CommandLine.Done;
    }

    private async Task LookAsync(WatchRegistration? registration, Action<DomainStatus?> show, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval);
        for (var i = 0; count is null || i < count; i++)
        {
            if (i > 0)
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            show(await StatusAsync(registration, cancellationToken).ConfigureAwait(false));
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
            _complaint = registration is null ? null : await RegisterAsync(registration, _view, cancellationToken).ConfigureAwait(false);
            return await DomainStatus.ReadAsync(finder, _view, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            _complaint = fault.Message;
            return null;
        }
    }

    private async Task<string?> RegisterAsync(WatchRegistration registration, DomainView view, CancellationToken cancellationToken)
    {
        if (registration.Count >= view.Members.Count)
            return null;
        var complaints = new List<string>();
        foreach (var answer in await finder.AskAllAsync(view.Members, cancellationToken).ConfigureAwait(false))
        {
            if (
                answer is { Agent: { } agent, Self: not null }
                && await registration.AddAsync(answer.Member.Id, agent, cancellationToken).ConfigureAwait(false) is { } complaint
            )
                complaints.Add(complaint);
        }
        return complaints.Count == 0 ? null : string.Join('\n', complaints);
    }

    private async Task HearAsync(NotificationReceiver receiver, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var notification in receiver.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                lock (_lock)
                {
                    var heard = DomainEvent.Of(
                        notification,
                        _names.GetValueOrDefault(notification.Engine.ToString(), notification.Source.ToString())
                    );
                    _events.Enqueue(heard);
                    if (_events.Count > EventsShown)
                        _events.Dequeue();
                    if (isJson)
                        Screen.ShowLine(new { Time = DateTimeOffset.UtcNow, Event = heard });
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The watch is over.
        }
    }

    private IReadOnlyList<DomainEvent> Events()
    {
        lock (_lock)
            return [.. _events];
    }

    private void ShowLines(DomainStatus? status)
    {
        lock (_lock)
        {
            if (isJson)
                Screen.ShowLine(
                    new
                    {
                        Time = DateTimeOffset.UtcNow,
                        Status = status,
                        Complaint = _complaint,
                    }
                );
            else if (status is null)
                Console.WriteLine(_complaint);
            else
                PlainText.Write(
                    [.. DomainScreen.Status(status), .. _events.Count == 0 ? [] : new[] { WatchScreen.Events([.. _events]) }],
                    Console.Out
                );
        }
    }

    private static NotificationReceiver Open(UserCredentials user, IPEndPoint listen)
    {
        try
        {
            return new NotificationReceiver(
                new NotificationReceiverOptions
                {
                    Listen = [listen],
                    Credentials = [user],
                    Identity = new EngineIdentity(
                        EngineId.Make(),
                        (int)Math.Clamp((DateTimeOffset.UtcNow - FirstStart).TotalSeconds, 1, int.MaxValue - 1),
                        TimeProvider.System
                    ),
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
