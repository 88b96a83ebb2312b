using System.CommandLine;
using System.Runtime.InteropServices;

namespace Rtfm.Lab.Relay;

/// <summary><c>relay</c>: two interfaces, and a way between them that is as long and as bad as one says.</summary>
internal static class RelayCommand
{
    private const long Millisecond = 1_000_000;

    /// <summary>The kernel wakes us later than we ask it to: the rest is waited for awake.</summary>
    private const long Awake = 300_000;

    private static readonly Option<string> One = new("--one") { Description = "An interface", Required = true };
    private static readonly Option<string> Other = new("--other") { Description = "The other one", Required = true };
    private static readonly Option<double> Delay = new("--delay") { Description = "Milliseconds for every packet" };
    private static readonly Option<double> Jitter = new("--jitter") { Description = "Milliseconds more at most, evenly spread" };
    private static readonly Option<double> Loss = new("--loss") { Description = "Percent of packets that are lost" };
    private static readonly Option<double> Burst = new("--burst")
    {
        Description = "So many are lost in a row, on average",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<double> Duplicate = new("--duplicate") { Description = "Percent that come twice" };
    private static readonly Option<double> Reorder = new("--reorder") { Description = "Percent that are held back for 2 ms more, and overtaken" };
    private static readonly Option<int> Seed = new("--seed") { Description = "The same chances again", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Counters = new("--counters") { Description = "File for what really happened", Required = true };

    public static Command Make()
    {
        var command = new Command("relay", "Carry packets between two interfaces, late, and not all of them.")
        {
            One,
            Other,
            Delay,
            Jitter,
            Loss,
            Burst,
            Duplicate,
            Reorder,
            Seed,
            Counters,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        var impairment = new Impairment(
            (long)(arguments.GetValue(Delay) * Millisecond),
            (long)(arguments.GetValue(Jitter) * Millisecond),
            arguments.GetValue(Loss) / 100,
            arguments.GetValue(Burst),
            arguments.GetValue(Duplicate) / 100,
            arguments.GetValue(Reorder) / 100,
            2 * Millisecond
        );
        var isEnded = false;
        using var terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context =>
            {
                context.Cancel = true;
                Volatile.Write(ref isEnded, true);
            }
        );
        using var one = new PacketPort(arguments.GetValue(One)!);
        using var other = new PacketPort(arguments.GetValue(Other)!);
        var seed = arguments.GetValue(Seed);
        RelayDirection[] both = [new("out", one, other, impairment, seed), new("back", other, one, impairment, seed + 1)];
        var saveAt = 0L;
        while (!Volatile.Read(ref isEnded))
        {
            foreach (var each in both)
            {
                each.TakeIn();
                each.SendDue(Now);
            }
            var now = Now();
            if (now >= saveAt)
            {
                Save(arguments.GetValue(Counters)!, both);
                saveAt = now + 200 * Millisecond;
            }
            var until = Math.Min(Math.Min(both[0].NextDue, both[1].NextDue), saveAt) - Awake - now;
            PacketPort.Wait(one, other, Math.Max(until, 0));
        }
        Save(arguments.GetValue(Counters)!, both);
        return 0;
    }

    /// <summary>The file is always whole.</summary>
    private static void Save(string path, RelayDirection[] both)
    {
        File.WriteAllLines(path + ".new", [RelayDirection.Header, .. both.Select(each => each.ToString())]);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Nanoseconds since 1970, as the kernel stamps packets.</summary>
    private static long Now() => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;
}
