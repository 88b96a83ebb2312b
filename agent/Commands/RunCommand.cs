using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rtfm.Agent.Capture;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Domain.Collection;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Agent.Mib.Host;
using Rtfm.Agent.Notifications;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Commands;

/// <summary><c>rtfm-agent run</c>: meter until told to stop.</summary>
internal static class RunCommand
{
    private const int WrongSettings = 2;

    private static readonly Option<string?> Config = new("--config") { Description = "JSON file with the section Rtfm:Agent", HelpName = "FILE" };
    private static readonly Option<string[]> Interfaces = new("--interface", "-i")
    {
        Description = "Capture at this interface (repeatable)",
        HelpName = "NAME",
    };
    private static readonly Option<string[]> Read = new("--read") { Description = "Read this pcap or pcapng file (repeatable)", HelpName = "FILE" };
    private static readonly Option<Pace?> FilePace = new("--pace")
    {
        Description = "Read files as packets came, or as fast as possible (default)",
        HelpName = "real|max",
    };
    private static readonly Option<bool> Loop = new("--loop") { Description = "Read files again and again" };
    private static readonly Option<bool> WaitForRuleSet = new("--wait-for-rule-set")
    {
        Description = "Begin to read files when a rule set other than the built-in one runs",
    };
    private static readonly Option<string?> Filter = new("--filter")
    {
        Description = "Capture only what this filter (as for tcpdump) lets through",
        HelpName = "BPF",
    };
    private static readonly Option<string[]> Listen = new("--listen")
    {
        Description = $"Answer SNMP here, over udp, tcp or tlstcp (repeatable; default {AgentOptions.DefaultListen})",
        HelpName = "TRANSPORT:ADDR:PORT",
    };
    private static readonly Option<string?> AgentX = new("--agentx")
    {
        Description = "Be a sub-agent of the SNMP agent with this AgentX socket; without --listen, answer through it alone",
        HelpName = "PATH|tcp:ADDR:PORT",
    };
    private static readonly Option<string?> ReadCommunity = new("--read-community")
    {
        Description = "Community that may read (default: public, on loopback only)",
    };
    private static readonly Option<string?> WriteCommunity = new("--write-community")
    {
        Description = "Community that may also write (default: none)",
    };
    private static readonly Option<string[]> Notify = new("--notify")
    {
        Description = "Send SNMPv2c traps there (repeatable); needs --notify-community",
        HelpName = "udp:ADDR:PORT",
    };
    private static readonly Option<string?> NotifyCommunity = new("--notify-community") { Description = "Community of these traps" };
    private static readonly Option<int?> MaxFlows = new("--max-flows")
    {
        Description = "The most flows the table holds (default 1000000)",
        HelpName = "N",
    };
    private static readonly Option<int?> Threads = new("--metering-threads")
    {
        Description = "Meter with so many threads, each on a share of an interface's packets (default 1)",
        HelpName = "N",
    };
    private static readonly Option<bool> Tunnels = new("--tunnels") { Description = "Look into tunnels, for rules that use the addresses inside" };
    private static readonly Option<bool> Edge = new("--edge")
    {
        Description = "The interfaces are edges of a network: flows say where they came in and went out",
    };
    private static readonly Option<int?> StatisticsMiB = new("--statistics-mib")
    {
        Description = $"The most memory for flows' statistics, in MiB (default {FlowTable.DefaultStatisticsMiB})",
        HelpName = "N",
    };
    private static readonly Option<string?> Octets = new("--octets")
    {
        Description = "Which octets flows count (default network)",
        HelpName = "network|adjacent",
    };
    private static readonly Option<bool> CountManagement = new("--count-management") { Description = "Count the meter's own SNMP traffic, too" };
    private static readonly Option<string?> State = new("--state")
    {
        Description = "Keep rule sets, tasks and settings in this folder",
        HelpName = "DIR",
    };
    private static readonly Option<string?> DomainName = new("--domain")
    {
        Description = "Be a member of the domain of that name",
        HelpName = "NAME",
    };
    private static readonly Option<string?> DomainAddress = new("--domain-address")
    {
        Description = "Where the other members reach this agent (default: as it listens)",
        HelpName = "HOST:PORT",
    };
    private static readonly Option<string[]> Join = new("--join")
    {
        Description = "A member of the domain (repeatable); without one, found the domain",
        HelpName = "HOST:PORT",
    };
    private static readonly Option<string?> DomainCredentials = new("--domain-credentials")
    {
        Description = "The user that all members have, as 'rtfm-agent user add-member' writes it",
        HelpName = "FILE",
    };
    private static readonly Option<bool> Check = new("--check") { Description = "Check the settings and end" };

    public static Command Make()
    {
        var command = new Command(
            "run",
            """
            Meter packets and answer SNMP.

            Examples:
              rtfm-agent run --interface eth0 --write-community SECRET
              rtfm-agent run --read edge.pcap --pace real --loop --listen udp:127.0.0.1:1161

            Settings come from appsettings.json, --config, RTFM_Agent__… variables and these options; later ones win.
            """
        )
        {
            Config,
            Interfaces,
            Read,
            FilePace,
            Loop,
            WaitForRuleSet,
            Filter,
            Listen,
            AgentX,
            ReadCommunity,
            WriteCommunity,
            Notify,
            NotifyCommunity,
            MaxFlows,
            Threads,
            Tunnels,
            Edge,
            StatisticsMiB,
            Octets,
            CountManagement,
            State,
            DomainName,
            DomainAddress,
            Join,
            DomainCredentials,
            Check,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            var options = AgentSettings.Load(arguments.GetValue(Config), Settings(arguments));
            if (arguments.GetValue(Check))
            {
                Console.WriteLine("The settings are good.");
                return 0;
            }
            using var host = Build(options);
            await host.RunAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (SettingsException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message).ConfigureAwait(false);
            return WrongSettings;
        }
        catch (OutOfMemoryException)
        {
            var limit = MemoryRoom.Limit / (1_024 * 1_024);
            await Console
                .Error.WriteLineAsync(
                    $"There is not enough memory: the agent may have {limit} MiB, and the rule sets it keeps and the flow table need more."
                )
                .ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>The agent, put together from its parts.</summary>
    internal static IHost Build(AgentOptions options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "rtfm-agent" });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A setting that is found wrong at the start is told in one line, not with the host's stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ManagementTraffic>();
        builder.Services.AddSingleton(OpenState);
        builder.Services.AddSingleton(MakeMeter);
        builder.Services.AddSingleton(services => new HostMachine(TimeProvider.System, () => services.GetRequiredService<TrafficMeter>().Now));
        builder.Services.AddSingleton(OpenConfiguration);
        builder.Services.AddSingleton<SnmpCounters>();
        builder.Services.AddSingleton(MakeIdentity);
        builder.Services.AddSingleton(NotificationService.MakeOriginator);
        builder.Services.AddSingleton<DomainService>();
        builder.Services.AddSingleton<CollectionService>();
        builder.Services.AddSingleton<DelayWatch>();
        // SNMP first: a meter that cannot be asked is not worth starting.
        builder.Services.AddHostedService<SnmpService>();
        builder.Services.AddHostedService<NotificationService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DomainService>());
        builder.Services.AddHostedService(services => services.GetRequiredService<CollectionService>());
        builder.Services.AddHostedService<UpkeepService>();
        builder.Services.AddHostedService<HostWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DelayWatch>());
        builder.Services.AddHostedService<CaptureService>();
        return builder.Build();
    }

    private static MeterStateFile OpenState(IServiceProvider services)
    {
        var options = services.GetRequiredService<AgentOptions>();
        var folder = StateDirectoryOf(options);
        try
        {
            var file = MeterStateFile.Open(folder, out var complaint);
            if (complaint is not null)
                Log.StateUnreadable(services.GetRequiredService<ILogger<MeterStateFile>>(), complaint);
            return file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(
                $"{AgentOptions.Section}:StateDirectory is '{folder}': {fault.Message} Choose a folder the agent may write to."
            );
        }
    }

    private static SnmpConfigurationStore OpenConfiguration(IServiceProvider services)
    {
        var options = services.GetRequiredService<AgentOptions>();
        // The state first: it makes the folder.
        var engineId = EngineIdOf(services.GetRequiredService<MeterStateFile>());
        var meter = services.GetRequiredService<TrafficMeter>();
        return SnmpConfigurationStore.Open(
            StateDirectoryOf(options),
            kept => NotifyTargets.Add(TlsCertificates.Add(Communities.Add(kept, options), options.Tls), options.Notify, engineId),
            () => meter.Now
        );
    }

    private static EngineIdentity MakeIdentity(IServiceProvider services)
    {
        var file = services.GetRequiredService<MeterStateFile>();
        return new EngineIdentity(EngineIdOf(file), file.State.EngineBoots, services.GetRequiredService<TimeProvider>());
    }

    private static EngineId EngineIdOf(MeterStateFile file) => new(Convert.FromHexString(file.State.EngineId));

    private static TrafficMeter MakeMeter(IServiceProvider services)
    {
        var options = services.GetRequiredService<AgentOptions>();
        var state = services.GetRequiredService<MeterStateFile>();
        var sources = CaptureService.SourcesOf(options);
        foreach (var source in sources)
        {
            if (source.IfIndex == 0)
                throw new SettingsException(
                    $"{AgentOptions.Section}:Interfaces has '{source.Name}': no such interface. There are: {string.Join(", ", NetworkInterfaces.Names())}."
                );
        }
        var processors = new List<PacketProcessor>();
        for (var i = 0; i < options.MeteringThreads; i++)
        {
            processors.Add(
                new PacketProcessor(options.Octets, options.Tunnels)
                {
                    // What a file holds is not this meter's traffic, whatever the addresses.
                    LeftOut =
                        options.CountManagementTraffic || options.Interfaces.Length == 0 ? null : services.GetRequiredService<ManagementTraffic>(),
                }
            );
        }
        var points = new List<MeteringPoint>();
        foreach (var source in sources)
            points.Add(new MeteringPoint(source.IfIndex, source.Name));
        var meter = new TrafficMeter(
            new FlowTable(options.MaxFlows, options.MeteringThreads, options.StatisticsMiB),
            processors,
            state.State.ToConfiguration(points),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<TrafficMeter>>(),
            state,
            DelaySetup.Of(options.Delay)
        );
        meter.Attach(sources);
        return meter;
    }

    /// <summary>What systemd gives, else the place for a user's own state.</summary>
    internal static string StateDirectoryOf(AgentOptions options) =>
        options.StateDirectory
        ?? Environment.GetEnvironmentVariable("STATE_DIRECTORY")
        ?? Path.Combine(
            Environment.GetEnvironmentVariable("XDG_STATE_HOME")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
            "rtfm-agent"
        );

    private static Dictionary<string, string?> Settings(ParseResult arguments)
    {
        var settings = new Dictionary<string, string?>();
        Set(nameof(AgentOptions.Pace), arguments.GetValue(FilePace)?.ToString());
        Set(nameof(AgentOptions.Loop), arguments.GetValue(Loop) ? "true" : null);
        Set(nameof(AgentOptions.WaitForRuleSet), arguments.GetValue(WaitForRuleSet) ? "true" : null);
        Set(nameof(AgentOptions.Filter), arguments.GetValue(Filter));
        Set(nameof(AgentOptions.AgentX), arguments.GetValue(AgentX));
        Set(nameof(AgentOptions.ReadCommunity), arguments.GetValue(ReadCommunity));
        Set(nameof(AgentOptions.WriteCommunity), arguments.GetValue(WriteCommunity));
        Set(nameof(AgentOptions.MaxFlows), arguments.GetValue(MaxFlows)?.ToString(CultureInfo.InvariantCulture));
        Set(nameof(AgentOptions.MeteringThreads), arguments.GetValue(Threads)?.ToString(CultureInfo.InvariantCulture));
        Set(nameof(AgentOptions.Tunnels), arguments.GetValue(Tunnels) ? "true" : null);
        Set(nameof(AgentOptions.Edge), arguments.GetValue(Edge) ? "true" : null);
        Set(nameof(AgentOptions.StatisticsMiB), arguments.GetValue(StatisticsMiB)?.ToString(CultureInfo.InvariantCulture));
        Set(nameof(AgentOptions.Octets), arguments.GetValue(Octets));
        Set(nameof(AgentOptions.CountManagementTraffic), arguments.GetValue(CountManagement) ? "true" : null);
        Set(nameof(AgentOptions.StateDirectory), arguments.GetValue(State));
        const string domain = nameof(AgentOptions.Domain);
        Set($"{domain}:{nameof(DomainOptions.Name)}", arguments.GetValue(DomainName));
        Set($"{domain}:{nameof(DomainOptions.Address)}", arguments.GetValue(DomainAddress));
        Set($"{domain}:{nameof(DomainOptions.Credentials)}", arguments.GetValue(DomainCredentials));
        SetAll($"{domain}:{nameof(DomainOptions.Join)}", arguments.GetValue(Join));
        SetAll(nameof(AgentOptions.Interfaces), arguments.GetValue(Interfaces));
        SetAll(nameof(AgentOptions.Read), arguments.GetValue(Read));
        SetAll(nameof(AgentOptions.Listen), arguments.GetValue(Listen));
        for (var i = 0; i < (arguments.GetValue(Notify)?.Length ?? 0); i++)
        {
            Set($"{nameof(AgentOptions.Notify)}:{i}:{nameof(NotifyOptions.To)}", arguments.GetValue(Notify)![i]);
            Set($"{nameof(AgentOptions.Notify)}:{i}:{nameof(NotifyOptions.Community)}", arguments.GetValue(NotifyCommunity));
        }
        return settings;

        void Set(string name, string? value)
        {
            if (value is not null)
                settings[$"{AgentOptions.Section}:{name}"] = value;
        }

        void SetAll(string name, string[]? values)
        {
            for (var i = 0; i < (values?.Length ?? 0); i++)
                Set($"{name}:{i}", values![i]);
        }
    }
}
