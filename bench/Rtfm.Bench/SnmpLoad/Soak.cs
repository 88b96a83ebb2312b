using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Rtfm.Bench.SnmpLoad;

/// <summary>Everything at once, for minutes: does the agent's memory stay where it is?</summary>
internal sealed class Soak(Server server, TimeSpan duration, CancellationToken stop)
{
    /// <summary>An agent that grows by more than this share in the second half leaks. In the first, garbage fills the room that its collector leaves it.</summary>
    private const double Tolerance = 0.05;

    /// <summary>Messages signed once are taken for 150 seconds: they are made anew before.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(60);

    private long _answers;
    private long _badDatagrams;
    private long _lost;
    private long _bad;

    /// <returns>0: the memory is flat.</returns>
    public int Run()
    {
        var resident = new List<long> { server.ResidentOctets };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(duration);
        var began = Stopwatch.GetTimestamp();
        Thread[] threads = [new(() => Repeat(Loads, end.Token)), new(() => SendRubbish(end.Token))];
        foreach (var thread in threads)
            thread.Start();
        while (!end.Token.WaitHandle.WaitOne(duration / 20) && !server.HasEnded)
        {
            resident.Add(server.ResidentOctets);
            Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(began):mm\\:ss} {resident[^1] / 1e6:N1} MB");
        }
        end.Cancel();
        foreach (var thread in threads)
            thread.Join();
        if (server.HasEnded)
            throw new IOException($"{server.Name} ended");
        stop.ThrowIfCancellationRequested();
        resident.Add(server.ResidentOctets);
        var middle = resident[resident.Count / 2];
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {duration.TotalMinutes:N1} minutes, {_answers:N0} answers, {_badDatagrams:N0} bad datagrams, {_lost:N0} requests lost, {_bad:N0} answered otherwise than asked
                resident MB: {resident[0] / 1e6:N1} at the start, {middle / 1e6:N1} in the middle, {resident[^1]
                    / 1e6:N1} at the end, {resident.Max() / 1e6:N1} at most
                """
            )
        );
        return resident[^1] <= middle * (1 + Tolerance) ? 0 : 1;
    }

    private Load[] Loads()
    {
        var secure = new SecureRequests(server.EndPoint);
        return
        [
            Raw(8, slot => Requests.Get(Requests.SysUpTime, version: slot % 2)),
            Raw(8, slot => Requests.GetNext(Requests.SysUpTime, version: slot % 2)),
            Raw(4, _ => Requests.GetBulk(Requests.FlowTable, 50)),
            Raw(4, _ => Requests.GetBulk([1, 3], 20)),
            new RawLoad(
                server.EndPoint,
                Enumerable.Range(0, 8).Select(slot => secure.Get(Requests.FirstId | slot, Requests.SysUpTime)),
                renumbers: false
            ),
        ];
    }

    private RawLoad Raw(int outstanding, Func<int, byte[]> message) =>
        new(server.EndPoint, Enumerable.Range(0, outstanding).Select(message), renumbers: true);

    private void Repeat(Func<Load[]> make, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var loads = make();
            using var round = CancellationTokenSource.CreateLinkedTokenSource(end);
            round.CancelAfter(Round);
            var threads = loads.Select(load => new Thread(() => load.Run(round.Token))).ToArray();
            foreach (var thread in threads)
                thread.Start();
            foreach (var thread in threads)
                thread.Join();
            foreach (var load in loads)
            {
                _answers += load.Answers;
                _lost += load.Lost;
                _bad += load.Bad;
                load.Dispose();
            }
        }
    }

    /// <summary>Good messages with octets changed, cut off or put in the place of others, a thousand times a second.</summary>
    private void SendRubbish(CancellationToken end)
    {
        var random = new Random(1);
        using var socket = new Socket(server.EndPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(server.EndPoint);
        byte[][] good =
        [
            Requests.Get(Requests.SysUpTime, 0),
            Requests.GetBulk(Requests.FlowTable, 50),
            new SecureRequests(server.EndPoint).Get(Requests.FirstId, Requests.SysUpTime),
        ];
        while (!end.IsCancellationRequested)
        {
            for (var i = 0; i < 10; i++, _badDatagrams++)
            {
                var bad = (byte[])good[random.Next(good.Length)].Clone();
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                    bad[random.Next(bad.Length)] = (byte)random.Next(256);
                socket.Send(bad.AsSpan(0, random.Next(4) == 0 ? random.Next(bad.Length) : bad.Length));
            }
            end.WaitHandle.WaitOne(10);
        }
    }
}
