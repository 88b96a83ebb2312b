using System.Buffers.Binary;
using System.Diagnostics;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Collection;
using Rtfm.Agent.Packets;
using Rtfm.Agent.Tests.Domain.Collection;
using Rtfm.Control.Reading;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Srl;

namespace Rtfm.Bench.Domain;

/// <summary>Members with full flow tables at sockets of this process, collected in parallel and along a chain; each answer takes a while, as over a wide network.</summary>
internal sealed class CollectingDomain(int members, int flows, TimeSpan delay)
{
    /// <returns>False where parallel collection is not at least five times as fast, or what comes of the two differs.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        var rules = RuleSource.Read(Path.Combine(Repository.Root, "docs", "rulesets", "domain-flows.srl")).RuleSet!;
        var domain = new TestDomain(rules);
        await using var client = new SnmpClient();
        var agents = new List<DomainAgent>();
        try
        {
            for (var number = 1; number <= members; number++)
            {
                agents.Add(
                    new DomainAgent(domain, client, number, TimeProvider.System, sessions: each => new SlowSessions(each, delay), maxFlows: flows * 2)
                );
                Fill(agents[^1], number);
            }
            var master = agents[0];
            var (parallel, records) = await MeasureAsync(master, new CollectionPlan(), stop).ConfigureAwait(false);
            var again = Stopwatch.GetTimestamp();
            await master.Collection.RunAsync(new CollectionPlan(), stop).ConfigureAwait(false);
            var idle = Stopwatch.GetElapsedTime(again);
            var (serial, alongChain) = await MeasureAsync(master, new CollectionPlan { IsSerial = true }, stop).ConfigureAwait(false);
            Console.WriteLine(
                $"{members} members, {flows} flows each, {delay.TotalMilliseconds:F0} ms before each answer; {Environment.ProcessorCount} processors"
            );
            Console.WriteLine($"parallel   {parallel.TotalSeconds, 8:F2} s   {records} records");
            Console.WriteLine($"serial     {serial.TotalSeconds, 8:F2} s   {alongChain} records");
            Console.WriteLine($"parallel once more, nothing being new: {idle.TotalSeconds:F2} s");
            Console.WriteLine($"parallel is {serial / parallel:F1} times as fast");
            return records == alongChain && records == members * flows / 2 && serial / parallel >= 5;
        }
        finally
        {
            agents.ForEach(each => each.Dispose());
        }
    }

    private static async Task<(TimeSpan Time, int Records)> MeasureAsync(DomainAgent master, CollectionPlan plan, CancellationToken stop)
    {
        master.Collection.Forget();
        await master.Collection.RunAsync(plan, stop).ConfigureAwait(false);
        var figures = master.Collection.Figures;
        if (figures.Missing > 0)
            Console.Error.WriteLine($"{figures.Missing} members missing: {string.Join("; ", master.Missing.Select(each => each.Fault.Message))}");
        return (figures.Duration, master.Flows.Records);
    }

    /// <summary>Each flow enters at a member of an odd number and leaves at the next one.</summary>
    private void Fill(DomainAgent agent, int number)
    {
        var packets = new MatchKey[flows];
        for (var i = 0; i < flows; i++)
        {
            ref var packet = ref packets[i];
            packet.PeerLength = 4;
            packet.NetworkOctets = 1_000;
            packet.Source.PeerType = packet.Dest.PeerType = 1;
            packet.Source.TransType = packet.Dest.TransType = 17;
            BinaryPrimitives.WriteUInt32BigEndian(packet.Source.PeerAddress, 0x0A00_0000 + (uint)((number - 1) / 2 * flows + i));
            BinaryPrimitives.WriteUInt32BigEndian(packet.Dest.PeerAddress, 0xC000_0201);
            (packet.Source.TransAddressHigh, packet.Dest.TransAddressLow) = (0x40, 53);
            if (number % 2 == 1)
                packet.Source.Interface = 2;
            else
                packet.Dest.Interface = 3;
        }
        agent.Meter.Process(packets);
    }

    private sealed class SlowSessions(IMemberSessions sessions, TimeSpan delay) : IMemberSessions
    {
        public async Task<IMeterSession> OpenAsync(CollectedMember member, string context, CancellationToken cancellationToken) =>
            new SlowSession(await sessions.OpenAsync(member, context, cancellationToken).ConfigureAwait(false), delay);
    }

    private sealed class SlowSession(IMeterSession session, TimeSpan delay) : IMeterSession
    {
        public string Name => session.Name;

        public bool TakesLargeAnswers => session.TakesLargeAnswers;

        public async Task<IReadOnlyList<SnmpValue>> GetAsync(IReadOnlyList<ObjectIdentifier> names, CancellationToken cancellationToken)
        {
            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            return await session.GetAsync(names, cancellationToken).ConfigureAwait(false);
        }

        public async Task SetAsync(IReadOnlyList<VarBind> varBinds, CancellationToken cancellationToken)
        {
            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            await session.SetAsync(varBinds, cancellationToken).ConfigureAwait(false);
        }

        public async Task<bool> NextAsync(
            IReadOnlyList<ObjectIdentifier> names,
            int repetitions,
            IVarBindSink sink,
            CancellationToken cancellationToken
        )
        {
            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            return await session.NextAsync(names, repetitions, sink, cancellationToken).ConfigureAwait(false);
        }
    }
}
