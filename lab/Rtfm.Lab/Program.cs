using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Rtfm.Lab;
using Rtfm.Lab.Relay;

// A host of the lab: talks to all others over TCP and UDP, IPv4 and IPv6, and writes down what it really sent and received.
var self = new Option<string>("--self") { Description = "The host's own addresses, with commas between", Required = true };
var peers = new Option<string>("--peers") { Description = "Addresses of the hosts to talk to, with commas between", Required = true };
var counters = new Option<string>("--counters") { Description = "File to keep the counters in", Required = true };
var rate = new Option<double>("--rate") { Description = "Questions a second in each conversation", DefaultValueFactory = _ => 10 };
var after = new Option<string>("--after") { Description = "Ask only when this file is there: all others answer then", Required = true };
var command = new RootCommand(
    """
    Traffic of one host of the lab. SIGTERM ends its questions: when FILE.asked is there, all answers are in that will come. Another one ends its
    answers: then the counters are final. So no host is gone while another still asks it.
    """
)
{
    self,
    peers,
    counters,
    rate,
    after,
};
command.Subcommands.Add(RelayCommand.Make());
command.SetAction(
    async (arguments, cancellationToken) =>
    {
        using var asked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context =>
            {
                context.Cancel = true;
                (asked.IsCancellationRequested ? answered : asked).Cancel();
            }
        );
        var path = arguments.GetValue(counters)!;
        var ledger = new Ledger(path);
        var pause = TimeSpan.FromSeconds(1 / Math.Clamp(arguments.GetValue(rate), 0.01, 1_000));
        var own = Addresses(arguments.GetValue(self)!);
        var answering = Task.WhenAll(
            own.SelectMany(each => new[] { UdpTalk.AnswerAsync(each, ledger, answered.Token), TcpTalk.AnswerAsync(each, ledger, answered.Token) })
                .ToList()
        );
        // That the file is there says that we answer, too.
        ledger.Save();
        while (!File.Exists(arguments.GetValue(after)) && !asked.IsCancellationRequested)
            await Task.Delay(20, CancellationToken.None);
        var asking =
            from peer in Addresses(arguments.GetValue(peers)!)
            from address in own
            where address.AddressFamily == peer.AddressFamily
            from talk in new[]
            {
                UdpTalk.AskAsync(address, peer, pause, ledger, asked.Token),
                TcpTalk.AskAsync(address, peer, pause, ledger, asked.Token),
            }
            select talk;
        var questions = Task.WhenAll(asking.ToList());
        var isTold = false;
        while (await Task.WhenAny(answering, Task.Delay(100, CancellationToken.None)) != answering)
        {
            ledger.Save();
            if (!isTold && asked.IsCancellationRequested && questions.IsCompleted)
            {
                await File.WriteAllTextAsync(path + ".asked", "", CancellationToken.None);
                isTold = true;
            }
        }
        await answering;
        await questions;
        ledger.Save();
        return 0;
    }
);

// Its own way to end on SIGTERM would end us after two seconds.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static IPAddress[] Addresses(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
