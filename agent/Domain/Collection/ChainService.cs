using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>A member's part in a serial collection: when asked, it collects from those behind it, adds its own flows, and says that it has ended.</summary>
/// <remarks>What the table has is that round's: how far each member is read, the master knows and says.</remarks>
/// <param name="onSkipped">Told why a member is left out.</param>
internal sealed class ChainService(
    IMemberSessions sessions,
    AggregatedFlows flows,
    MemberReadings readings,
    ICollectedDomain domain,
    Action<CollectedMember, Exception>? onSkipped = null
) : IControlState<ChainService.Request>, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ChainHop _hop = new(sessions, flows, readings, domain);
    private Request _current = new(0, "");
    private CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;
    private uint _done;

    /// <param name="Round">The number of the collection.</param>
    /// <param name="Members">This member and those behind it, as <see cref="ChainLink"/> has them.</param>
    public sealed record Request(uint Round, string Members);

    public Request Current => Volatile.Read(ref _current);

    public uint Now => flows.Now;

    // rtfmDomainChain
    public IEnumerable<IMibProvider> Providers()
    {
        var control = new ControlPlane<Request>(this);
        control.ReadWrite(
            [.. DomainMib.Chain, 1, 0],
            Smi.Gauge32,
            state => state.Round,
            (state, round) => state with { Round = round },
            // A master's table is its own: it takes part in no other's collection.
            (_, round) => round != 0 && !domain.IsMaster ? ErrorStatus.NoError : ErrorStatus.InconsistentValue
        );
        control.ReadWrite(
            [.. DomainMib.Chain, 2, 0],
            Smi.Utf8(60_000),
            state => state.Members,
            (state, members) => state with { Members = members },
            (_, members) => ChainLink.TryParse(members, out var links) && !links.IsEmpty ? ErrorStatus.NoError : ErrorStatus.WrongValue
        );
        control.ReadOnly([.. DomainMib.Chain, 3, 0], Smi.Gauge32, _ => Volatile.Read(ref _done));
        return control.Objects;
    }

    public bool TryReplace(Request expected, Request next)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(expected, _current))
                return false;
            _current = next;
            // Another master may count rounds anew.
            _done = 0;
            _stopping.Cancel();
            _stopping = new CancellationTokenSource();
            var (before, stopping) = (_work, _stopping.Token);
            _work = Task.Run(() => RunAsync(before, next, stopping), CancellationToken.None);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(Task before, Request request, CancellationToken stopping)
    {
        await before.ConfigureAwait(false);
        if (!ChainLink.TryParse(request.Members, out var links) || links.IsEmpty)
            return;
        try
        {
            flows.Clear();
            readings.Clear();
            await _hop.CollectAsync(request.Round, links.RemoveAt(0), onSkipped, stopping).ConfigureAwait(false);
            await AddOwnAsync(links[0], stopping).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or CollectionException)
        {
            // Those behind are worth having without our own.
            onSkipped?.Invoke(links[0].Member, fault);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        lock (_gate)
        {
            if (ReferenceEquals(request, _current))
                _done = request.Round;
        }
    }

    private async Task AddOwnAsync(ChainLink own, CancellationToken stopping)
    {
        var session = await sessions.OpenAsync(own.Member, "", stopping).ConfigureAwait(false);
        var known = domain.RuleSets;
        var look = await MemberLook.TakeAsync(session, own.Member, domain.Owner, known, () => flows.Now, stopping).ConfigureAwait(false);
        readings.Ended(await look.ReadAsync(session, own.Member, own.Since, flows, known, stopping).ConfigureAwait(false));
    }
}
