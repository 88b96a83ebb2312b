using System.CommandLine;
using Rtfm.Bench.Processes;
using static Rtfm.Bench.MeasuringCommand;

namespace Rtfm.Bench.SnmpLoad;

/// <summary><c>bench snmp</c>: our agent beside Net-SNMP's, our client before many agents, our agent under load for minutes.</summary>
internal static class SnmpCommand
{
    private static readonly Option<double> Seconds = Make("--seconds", "How long each test runs (default 5)", "N", 5.0);
    private static readonly Option<string> Only = Make("--only", "Only tests whose name contains this, e.g. 'v3', 'raw GET'", "TEXT", "");
    private static readonly Option<string?> Json = Make<string?>("--json", "Write the results to this file too", "FILE");
    private static readonly Option<string> Agent = Make("--agent", "Our agent (default out/rtfm-agent)", "PATH", Repository.Agent);
    private static readonly Option<bool> Poll = new("--poll") { Description = "Poll many simulated agents with our client instead" };
    private static readonly Option<int> Agents = Make("--agents", "How many (default 10000)", "N", 10_000);
    private static readonly Option<double?> SoakMinutes = Make<double?>(
        "--soak",
        "Ask our agent everything for so long instead, and watch its memory",
        "MINUTES"
    );

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
        return MeasuringCommand.Run(command, args, Measure);
    }

    private static int Measure(ParseResult arguments, CancellationToken stop)
    {
        var duration = TimeSpan.FromSeconds(InRange(arguments.GetValue(Seconds), 0.1, 3_600, "--seconds"));
        if (arguments.GetValue(Poll))
            return new Polling(InRange(arguments.GetValue(Agents), 1, 1_000_000, "--agents"), duration, stop).RunAsync().GetAwaiter().GetResult();
        var folder = Directory.CreateTempSubdirectory("rtfm-bench-").FullName;
        try
        {
            using var ours = new OurAgent(Path.GetFullPath(arguments.GetValue(Agent)!), folder);
            if (arguments.GetValue(SoakMinutes) is { } minutes)
                return new Soak(ours, TimeSpan.FromMinutes(InRange(minutes, 0.1, 1_440, "--soak")), stop).Run();
            return Compare(ours, folder, duration, arguments, stop);
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
}
