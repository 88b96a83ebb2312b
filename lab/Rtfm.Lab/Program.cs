using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Rtfm.Lab;

// A host of the lab: talks to all others over TCP and UDP, IPv4 and IPv6, and writes down what it really sent and received.
var self = new Option<string>("--self") { Description = "The host's own addresses, with commas between", Required = true };
var peers = new Option<string>("--peers") { Description = "Addresses of the hosts to talk to, with commas between", Required = true };
var counters = new Option<string>("--counters") { Description = "File to keep the counters in", Required = true };
var rate = new Option<double>("--rate") { Description = "Questions a second in each conversation", DefaultValueFactory = _ => 10 };
var command = new RootCommand("Traffic of one host of the lab, until SIGTERM or Ctrl-C; then the counters are final.")
{
    self,
    peers,
    counters,
    rate,
};
command.SetAction(
    async (arguments, cancellationToken) =>
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopped = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context =>
            {
                context.Cancel = true;
                ended.Cancel();
            }
        );
        var ledger = new Ledger(arguments.GetValue(counters)!);
        var pause = TimeSpan.FromSeconds(1 / Math.Clamp(arguments.GetValue(rate), 0.01, 1_000));
        var own = Addresses(arguments.GetValue(self)!);
        var answering = own.SelectMany(each =>
            new[] { UdpTalk.AnswerAsync(each, ledger, stopped.Token), TcpTalk.AnswerAsync(each, ledger, stopped.Token) }
        );
        var asking =
            from peer in Addresses(arguments.GetValue(peers)!)
            from address in own
            where address.AddressFamily == peer.AddressFamily
            from talk in new[]
            {
                UdpTalk.AskAsync(address, peer, pause, ledger, ended.Token),
                TcpTalk.AskAsync(address, peer, pause, ledger, ended.Token),
            }
            select talk;
        var (answers, questions) = (answering.ToList(), Task.WhenAll(asking.ToList()));
        while (await Task.WhenAny(questions, Task.Delay(1_000, CancellationToken.None)) != questions || !ended.IsCancellationRequested)
        {
            ledger.Save();
            // With nobody to ask, others ask still.
            if (questions.IsCompleted && !ended.IsCancellationRequested)
                await Task.Delay(200, CancellationToken.None);
        }
        // Others end a little later: they are answered until then.
        await Task.Delay(1_000, CancellationToken.None);
        await stopped.CancelAsync();
        await Task.WhenAll(answers);
        ledger.Save();
        await questions;
        return 0;
    }
);
return await command.Parse(args).InvokeAsync();

static IPAddress[] Addresses(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
