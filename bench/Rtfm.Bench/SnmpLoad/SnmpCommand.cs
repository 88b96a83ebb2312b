using System.CommandLine;
using System.Runtime.InteropServices;
using Rtfm.Bench.Processes;

namespace Rtfm.Bench.SnmpLoad;

/// <summary><c>bench snmp</c>: our agent beside Net-SNMP's, our client before many agents, our agent under load for minutes.</summary>
internal static class SnmpCommand
{
    private static readonly Option<double> Seconds = Make("--seconds", "How long each test runs (default 5)", "N", 5.0);
    private static readonly Option<string> Only = Make("--only", "Only tests whose name contains this, e.g. 'v3', 'raw GET'", "TEXT", "");
    private static readonly Option<string?> Json = new("--json") { Description = "Write the results to this file too", HelpName = "FILE" };
    private static readonly Option<string> Agent = Make("--agent", "Our agent (default out/rtfm-agent)", "PATH", Repository.Agent);
    private static readonly Option<bool> Poll = new("--poll") { Description = "Poll many simulated agents with our client instead" };
    private static readonly Option<int> Agents = Make("--agents", "How many (default 10000)", "N", 10_000);
    private static readonly Option<double?> SoakMinutes = new("--soak")
    {
        Description = "Ask our agent everything for so long instead, and watch its memory",
        HelpName = "MINUTES",
    };

    public static int Run(string[] args)
    {
        var command = new RootCommand(
            """
            Puts the same requests to our agent and to Net-SNMP's snmpd.

            Example:
              ./rtfm bench snmp --seconds 2 --only v3
            """
        )
        {
            Seconds,
            Only,
            Json,
            Agent,
            Poll,
            Agents,
            SoakMinutes,
        };
        command.SetAction(Run);
        var arguments = command.Parse(args);
        var code = arguments.Invoke();
        return arguments.Errors.Count > 0 ? 2 : code;
    }

    private static int Run(ParseResult arguments)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var folder = Directory.CreateTempSubdirectory("rtfm-bench-").FullName;
        try
        {
            var duration = TimeSpan.FromSeconds(InRange(arguments.GetValue(Seconds), 0.1, 3_600, "--seconds"));
            if (arguments.GetValue(Poll))
                return new Polling(InRange(arguments.GetValue(Agents), 1, 1_000_000, "--agents"), duration, stop.Token)
                    .RunAsync()
                    .GetAwaiter()
                    .GetResult();
            using var ours = new OurAgent(Path.GetFullPath(arguments.GetValue(Agent)!), folder);
            if (arguments.GetValue(SoakMinutes) is { } minutes)
                return new Soak(ours, TimeSpan.FromMinutes(InRange(minutes, 0.1, 1_440, "--soak")), stop.Token).Run();
            return Compare(ours, folder, duration, arguments, stop.Token);
        }
        catch (ArgumentException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return 2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(fault.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("stopped");
            return 130;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Compare(Server ours, string folder, TimeSpan duration, ParseResult arguments, CancellationToken stop)
    {
        using var theirs = Programs.Find("snmpd") is { } path ? new NetSnmpAgent(path, folder) : null;
        if (theirs is null)
            Console.Error.WriteLine("snmpd is not installed (apt-get install --no-install-recommends snmpd): our agent is measured alone.");
        var report = new LoadComparison(theirs is null ? [ours] : [ours, theirs], duration, arguments.GetValue(Only)!, stop).Run();
        Console.WriteLine($"{report.Machine}; snmpd {report.PeerVersion}; {report.Interfaces} interfaces");
        LoadTable.Write(Console.Out, report.Results);
        if (arguments.GetValue(Json) is { } file)
            File.WriteAllText(file, report.ToJson());
        return report.IsComplete ? 0 : 1;
    }

    private static T InRange<T>(T value, T least, T most, string option)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentException($"{option} is {value}. Write a number from {least} to {most}.");

    private static Option<T> Make<T>(string name, string description, string help, T value) =>
        new(name)
        {
            Description = description,
            HelpName = help,
            DefaultValueFactory = _ => value,
        };
}
