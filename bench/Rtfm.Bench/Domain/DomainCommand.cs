using System.CommandLine;
using Rtfm.Control;
using Rtfm.Snmp.Client;
using static Rtfm.Bench.MeasuringCommand;

namespace Rtfm.Bench.Domain;

/// <summary><c>bench domain</c>: the election of a master and the distribution of rule sets, simulated.</summary>
internal static class DomainCommand
{
    private static readonly Option<int> Agents = Make("--agents", "Real agents on loopback (default 50; 0: none)", "N", 50);
    private static readonly Option<int> Kills = Make("--kills", "How often their master is killed (default 50)", "N", 50);
    private static readonly Option<string> Agent = Make("--agent", "Our agent (default out/rtfm-agent)", "PATH", Repository.Agent);
    private static readonly Option<int> Members = Make(
        "--simulate",
        "Simulate a domain of so many members, too (default 5000; 0: none so large)",
        "N",
        5_000
    );
    private static readonly Option<int> Seeds = Make(
        "--seeds",
        "Small domains of 1 to 40 members, each with other chances (default 2000)",
        "N",
        2_000
    );
    private static readonly Option<int> Seed = Make("--seed", "The first seed (default 1)", "N", 1);
    private static readonly Option<int> Steps = Make("--steps", "Faults in each small domain (default 60)", "N", 60);

    private static readonly Option<bool> Collect = new("--collect")
    {
        Description = "Instead, collect the flows of members at sockets of this process, in parallel and along a chain",
    };
    private static readonly Option<int> Flows = Make("--flows", "With --collect: flows of each member (default 2000)", "N", 2_000);
    private static readonly Option<double> Delay = Make("--delay", "With --collect: before each answer (default 20)", "MILLISECONDS", 20.0);

    public static int Run(string[] args)
    {
        var command = new RootCommand(
            """
            Kills the master of a domain of real agents again and again, and runs the agents' election and distribution over a
            simulated network: virtual time, delay, loss, partitions, crashes.

            Example:
              ./rtfm bench domain --agents 0 --simulate 5000 --seeds 200
            """
        )
        {
            Agents,
            Kills,
            Agent,
            Members,
            Seeds,
            Seed,
            Steps,
            Collect,
            Flows,
            Delay,
        };
        return MeasuringCommand.Run(command, args, Measure);
    }

    private static int Measure(ParseResult arguments, CancellationToken stop)
    {
        var seed = arguments.GetValue(Seed);
        var agents = InRange(arguments.GetValue(Agents), 0, 200, "--agents");
        if (arguments.GetValue(Collect))
        {
            var delay = TimeSpan.FromMilliseconds(InRange(arguments.GetValue(Delay), 0, 10_000, "--delay"));
            var domain = new CollectingDomain(Math.Max(agents, 2), InRange(arguments.GetValue(Flows), 1, 1_000_000, "--flows"), delay);
            return domain.RunAsync(stop).GetAwaiter().GetResult() ? 0 : 1;
        }
        var isWell = agents == 0 || RunAgents(arguments, agents, stop);
        isWell &= new SmallDomains(
            seed,
            InRange(arguments.GetValue(Seeds), 0, 10_000_000, "--seeds"),
            InRange(arguments.GetValue(Steps), 0, 100_000, "--steps")
        ).Run(stop);
        if (InRange(arguments.GetValue(Members), 0, 20_000, "--simulate") is > 0 and var members)
            isWell &= new LargeDomain(seed, members).Run(stop);
        return isWell ? 0 : 1;
    }

    private static bool RunAgents(ParseResult arguments, int agents, CancellationToken stop)
    {
        const int RuleSets = 10;
        var folder = Directory.CreateTempSubdirectory("rtfm-bench-").FullName;
        try
        {
            var kills = InRange(arguments.GetValue(Kills), 0, 10_000, "--kills");
            using var domain = new RealDomain(Path.GetFullPath(arguments.GetValue(Agent)!), folder, agents, kills, RuleSets);
            return domain.RunAsync(stop).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is SnmpException or MeterException)
        {
            throw new IOException(fault.Message, fault);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
