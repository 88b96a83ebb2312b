using System.Linq;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Commands;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib.Host;
using Rtfm.Model;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Domain;

/// <summary>Makes the agent a member of its domain, where the settings name one, and takes what other members tell it by informs.</summary>
internal sealed class DomainService(
    AgentOptions options,
    TrafficMeter meter,
    HostMachine host,
    MeterStateFile stateFile,
    EngineIdentity identity,
    NotificationOriginator notifications,
    TimeProvider clock,
    ILogger<DomainService> logger
) : IHostedService, IInformReceiver, IAsyncDisposable
{
    private readonly DomainSetup? _setup = DomainSetup.Of(options);
    private volatile DomainNode? _node;

    /// <summary>Null: the settings name no domain.</summary>
    public DomainSetup? Setup => _setup;

    /// <summary>Null: the agent is in no domain, or not yet.</summary>
    public DomainNode? Node => _node;

    /// <summary>The domain that the settings name; empty: none.</summary>
    public string Name => _setup?.Name ?? "";

    public DomainFigures Figures { get; } = new(meter, host, clock);

    /// <summary>Has a notification sent.</summary>
    public Action<Notification> Raise => notifications.Raise;

    /// <summary>Where the agent listens, once it does.</summary>
    public IReadOnlyList<TransportAddress> Addresses { get; set; } = [];

    /// <summary>Who may write the protocol is a member.</summary>
    public ObjectIdentifier Permission { get; } = DomainNames.Scalar(DomainMib.Protocol, 1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_setup is null)
            return Task.CompletedTask;
        var folder = RunCommand.StateDirectoryOf(options);
        var file = DomainFile.Open(folder);
        if (file.Record.Ballot.State is { DomainId.Length: > 0 } kept && !kept.DomainId.StartsWith($"{_setup.Name}/", StringComparison.Ordinal))
            throw new SettingsException(
                $"{AgentOptions.Section}:Domain:Name is '{_setup.Name}': {Path.Combine(folder, DomainFile.FileName)} is of '{kept.DomainId}'. Put the file away to leave that domain."
            );
        var name = new string([.. (stateFile.State.SysName ?? Environment.MachineName).Where(each => !char.IsControl(each)).Take(60)]);
        var address = _setup.Address ?? TextOf(Addresses[0]);
        _node = new(_setup, address, name, identity.Id, file, meter, Figures, notifications.Raise, clock, logger);
        _node.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_node is { } node)
            await node.HandOverAsync(cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is { } node)
            await node.DisposeAsync().ConfigureAwait(false);
    }

    // rtfmDomainJoin and rtfmDomainLeave.
    public ErrorStatus Receive(in MibRequest from, ObjectIdentifier id, IReadOnlyList<VarBind> objects)
    {
        var isJoin = id == DomainNames.Notification(DomainNames.Join);
        if (
            _node is not { } node
            || !(isJoin || id == DomainNames.Notification(DomainNames.Leave))
            || !TryRead(objects, out var domain, out var member)
        )
            return ErrorStatus.GenErr;
        if (domain != Name)
        {
            Log.WrongDomain(logger, member.Address, domain, Name);
            return ErrorStatus.GenErr;
        }
        var isTaken = node.Run(now => isJoin ? node.Membership.TakeJoin(member, objects, now) : node.Membership.TakeLeave(member.Id, objects, now));
        return isTaken ? ErrorStatus.NoError : ErrorStatus.GenErr;
    }

    private static bool TryRead(IReadOnlyList<VarBind> objects, out string domain, out DomainMember member)
    {
        var name = DomainNames.Scalar(DomainMib.Self, 1);
        var priority = DomainNames.Scalar(DomainMib.Self, 14);
        domain = "";
        member = new(default, "", "", 100);
        foreach (var each in objects)
        {
            if (each.Name == name)
                domain = each.Value.Text;
            else if (each.Name == priority)
                member = member with { Priority = (int)Math.Clamp(each.Value.Signed, -1, 256) };
            else if (
                each.Name.Span.StartsWith(DomainMib.MemberEntry)
                && each.Name.Length > DomainMib.MemberEntry.Length
                && DomainNames.TryMember(each.Name.Span[(DomainMib.MemberEntry.Length + 1)..], out var id)
            )
            {
                member = each.Name.Span[DomainMib.MemberEntry.Length] switch
                {
                    2 => member with { Id = id, Address = each.Value.Text },
                    3 => member with { Name = each.Value.Text },
                    _ => member,
                };
            }
        }
        return DomainJson.IsText(domain, DomainSetup.LongestName) && DomainJson.ComplaintAbout(member) is null;
    }

    private static string TextOf(TransportAddress address) => (address.Kind == TransportKind.Tcp ? "tcp:" : "") + address.EndPoint;
}
