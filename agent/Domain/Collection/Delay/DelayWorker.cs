using System.Collections.Immutable;
using System.Linq;
using Rtfm.Control.Reading;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Domain.Collection.Delay;

/// <summary>A member's part in the distributed mode: reckons delay and loss of what a master gave it, from samples that it reads from the members where that comes in, and from its own.</summary>
/// <remarks>Only members of the domain are read, where the domain's state says that they are.</remarks>
internal sealed class DelayWorker : IControlState<DelayWorker.Request>, IAsyncDisposable
{
    private const int MostInFlight = 4;

    /// <summary>Samples of so many flows fit into an answer, as a rule.</summary>
    private const int FlowsPerRequest = 40;

    /// <summary>Whoever gave the work wants it no more.</summary>
    private static readonly TimeSpan Forgetfulness = TimeSpan.FromMinutes(15);

    private readonly IMemberSessions _sessions;
    private readonly Func<uint> _now;
    private readonly ICollectedDomain _domain;
    private readonly Action<CollectedMember, Exception>? _onUnread;
    private readonly ITimer _expiry;
    private readonly Lock _gate = new();
    private Request _current = new(0, 0, [], 0);
    private DelayWorkList _list = new();
    private CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;
    private uint _done;
    private uint _refused;
    private uint _unread;

    /// <param name="now">Our Uptime.</param>
    /// <param name="onUnread">Told why a member could not be read.</param>
    public DelayWorker(
        IMemberSessions sessions,
        Func<uint> now,
        ICollectedDomain domain,
        TimeProvider clock,
        Action<CollectedMember, Exception>? onUnread = null
    )
    {
        (_sessions, _now, _domain, _onUnread) = (sessions, now, domain, onUnread);
        _expiry = clock.CreateTimer(_ => Forget(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="Term">Of the master.</param>
    /// <param name="Part">The latest one.</param>
    /// <param name="Data">Of that part.</param>
    /// <param name="Round">The latest one asked for.</param>
    public sealed record Request(uint Term, uint Part, byte[] Data, uint Round);

    public Request Current => Volatile.Read(ref _current);

    public uint Now => _now();

    /// <summary>All results so far, by number. Whoever reads them waits for nobody.</summary>
    public ImmutableArray<WorkResult> Results => Volatile.Read(ref _list).Results;

    // rtfmDelayWork, rtfmDelayResultTable
    public IEnumerable<IMibProvider> Providers()
    {
        var control = new ControlPlane<Request>(this);
        control.ReadWrite(
            Scalar(DelayMib.WorkObject.Term),
            Smi.Gauge32,
            state => state.Term,
            (state, term) => term == state.Term ? state : new(term, 0, [], 0),
            // A master of an earlier term is none any more.
            (state, term) => term != 0 && term >= state.Term ? ErrorStatus.NoError : ErrorStatus.InconsistentValue
        );
        control.ReadWrite(
            Scalar(DelayMib.WorkObject.Part),
            Smi.Gauge32,
            state => state.Part,
            (state, part) => state with { Part = part, Round = part == 1 ? 0 : state.Round },
            // The one that is there may come again: its confirmation was lost.
            (state, part) => part == 1 || part != 0 && part - state.Part <= 1 ? ErrorStatus.NoError : ErrorStatus.InconsistentValue
        );
        control.ReadWrite(
            Scalar(DelayMib.WorkObject.Data),
            Smi.Octets(0, WorkPart.Longest),
            // What was said last is nobody's business.
            _ => [],
            (state, data) => state with { Data = data },
            (_, data) => WorkPart.TryRead(data, null) ? ErrorStatus.NoError : ErrorStatus.WrongValue
        );
        control.ReadWrite(
            Scalar(DelayMib.WorkObject.Round),
            Smi.Gauge32,
            state => state.Round,
            (state, round) => state with { Round = round },
            (state, round) => round != 0 && state.Part != 0 ? ErrorStatus.NoError : ErrorStatus.InconsistentValue
        );
        control.ReadOnly(Scalar(DelayMib.WorkObject.Done), Smi.Gauge32, _ => Volatile.Read(ref _done));
        control.ReadOnly(Scalar(DelayMib.WorkObject.Flows), Smi.Gauge32, _ => (uint)_list.Flows);
        control.ReadOnly(Scalar(DelayMib.WorkObject.Refused), Smi.Counter32, _ => _refused + _list.Refused);
        control.ReadOnly(Scalar(DelayMib.WorkObject.Unread), Smi.Counter32, _ => Volatile.Read(ref _unread));
        return [.. control.Objects, new WorkResultTable(() => Results)];
    }

    public bool TryReplace(Request expected, Request next)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(expected, _current))
                return false;
            var isPart = !ReferenceEquals(next.Data, expected.Data) && next.Part != 0;
            var isOther = next.Term != expected.Term || isPart && next.Part == 1;
            _current = next;
            _expiry.Change(Forgetfulness, Timeout.InfiniteTimeSpan);
            if (isOther)
                BeginAnew();
            if (isPart && (isOther || next.Part != expected.Part))
                WorkPart.TryRead(next.Data, _list);
            if (next.Round != 0 && (isOther || next.Round != expected.Round))
                Begin(next.Round);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _expiry.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Forget()
    {
        lock (_gate)
        {
            _current = new(0, 0, [], 0);
            BeginAnew();
        }
    }

    private void BeginAnew()
    {
        _refused += _list.Refused;
        (_list, _done) = (new(), 0);
        _stopping.Cancel();
    }

    private void Begin(uint round)
    {
        _stopping.Cancel();
        _stopping = new CancellationTokenSource();
        var (before, list, stopping) = (_work, _list, _stopping.Token);
        _work = Task.Run(() => RunAsync(before, list, round, stopping), CancellationToken.None);
    }

    private async Task RunAsync(Task before, DelayWorkList list, uint round, CancellationToken stopping)
    {
        await before.ConfigureAwait(false);
        WorkRound told;
        ReadMember[] toRead;
        lock (_gate)
            (told, toRead) = list.Round;
        var members = _domain.Members.ToDictionary(each => each.Number);
        try
        {
            await Parallel
                .ForEachAsync(
                    toRead,
                    new ParallelOptions { MaxDegreeOfParallelism = MostInFlight, CancellationToken = stopping },
                    async (each, token) =>
                    {
                        if (members.TryGetValue(each.Number, out var member))
                            await TryReadAsync(list, member, each, token).ConfigureAwait(false);
                        else
                            Interlocked.Increment(ref _unread);
                    }
                )
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        lock (_gate)
        {
            if (!ReferenceEquals(list, _list))
                return;
            list.Decide(told, members.ContainsKey, _now());
            if (_current.Round == round)
                _done = round;
        }
    }

    private async Task TryReadAsync(DelayWorkList list, CollectedMember member, ReadMember how, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(list, member, how, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SnmpException or CollectionException or FormatException)
        {
            // What waits for it goes on waiting.
            Interlocked.Increment(ref _unread);
            _onUnread?.Invoke(member, fault);
        }
    }

    private async Task ReadAsync(DelayWorkList list, CollectedMember member, ReadMember how, CancellationToken cancellationToken)
    {
        List<FlowToRead> flows;
        uint asOf;
        lock (_gate)
            flows = list.ToRead(how, out asOf);
        var session = await _sessions.OpenAsync(member, "", cancellationToken).ConfigureAwait(false);
        var id = await session.GetAsync([MeterMib.EngineId], cancellationToken).ConfigureAwait(false);
        if (!id[0].Octets.SequenceEqual(member.Id.Octets))
            throw new CollectionException($"{session.Name}: it is not engine {member.Id}");
        if (await MemberClock.ReadAsync(session, cancellationToken).ConfigureAwait(false) is not { } said)
            throw new CollectionException($"{session.Name}: it has no clock for samples");
        var gaps = await MemberClock.GapsAsync(session, cancellationToken).ConfigureAwait(false);
        foreach (var some in flows.Chunk(FlowsPerRequest))
            await ReadAsync(list, session, how, some, cancellationToken).ConfigureAwait(false);
        if (flows.Count == 0)
            await ReadAsync(list, session, how, [], cancellationToken).ConfigureAwait(false);
        lock (_gate)
            list.Read(how, asOf, said.ErrorNs, gaps);
    }

    /// <summary>Each answer says which life it is of.</summary>
    private async Task ReadAsync(DelayWorkList list, IMeterSession session, ReadMember how, FlowToRead[] flows, CancellationToken cancellationToken)
    {
        IReadOnlyList<SnmpValue> values;
        try
        {
            values = await session.GetAsync([MeterMib.EngineBoots, .. flows.Select(Name)], cancellationToken).ConfigureAwait(false);
        }
        catch (SnmpErrorException fault) when (fault.Status == ErrorStatus.TooBig && flows.Length > 1)
        {
            await ReadAsync(list, session, how, flows[..(flows.Length / 2)], cancellationToken).ConfigureAwait(false);
            await ReadAsync(list, session, how, flows[(flows.Length / 2)..], cancellationToken).ConfigureAwait(false);
            return;
        }
        if (values[0].Number != how.Boots)
            throw new CollectionException($"{session.Name}: it was restarted since the master read it");
        lock (_gate)
        {
            for (var i = 0; i < flows.Length; i++)
            {
                var value = values[i + 1];
                if (!value.IsException && (value.Tag != BerTag.OctetString || !list.TryAdd(how, flows[i].FlowIndex, value.Octets)))
                    throw new CollectionException($"{session.Name}: samples of its flow {flows[i].FlowIndex} cannot be read");
            }
        }
    }

    private static ObjectIdentifier Name(FlowToRead flow) =>
        new([.. DelayMib.PackageEntry, DelayMib.PackageColumn.Data, flow.Local, flow.Since, flow.FlowIndex]);

    private static uint[] Scalar(uint number) => [.. DelayMib.Work, number, 0];
}
