using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Security.Usm;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Commands;

/// <summary><c>rtfm-agent init</c>: settings, a user who may read and one who may write, with keys that nobody else has.</summary>
internal static class InitCommand
{
    private const string Reader = "rtfm-reader";
    private const string Writer = "rtfm-writer";

    private static readonly Option<string?> State = new("--state") { Description = "The agent's state folder", HelpName = "DIR" };
    private static readonly Option<string?> Config = new("--config")
    {
        Description = "Settings file to write (default: agent.json in the state folder)",
        HelpName = "FILE",
    };
    private static readonly Option<string[]> Listen = new("--listen")
    {
        Description = $"Answer SNMP here (repeatable; default {AgentOptions.DefaultListen})",
        HelpName = "TRANSPORT:ADDR:PORT",
    };

    private static readonly Option<string?> MemberFile = new("--member-credentials")
    {
        Description = "Add the user that all members of a domain have; the file is made where there is none (see 'rtfm-agent user add-member')",
        HelpName = "FILE",
    };

    public static Command Make()
    {
        var command = new Command(
            "init",
            """
            Write settings and make two SNMPv3 users: rtfm-reader, who may read, and rtfm-writer, who may change.

            Their keys are random and good for this agent only. What a client needs is written for each to credentials/NAME.conf in the state
            folder, readable by you only: for rtfm-manager and rtfm-meterreader (--credentials FILE) and, as snmp.conf, for Net-SNMP's tools.

            Examples:
              rtfm-agent init --listen udp:0.0.0.0:161 --listen udp:[::]:161
              rtfm-agent run --config ~/.local/state/rtfm-agent/agent.json --interface eth0
            """
        )
        {
            State,
            Config,
            Listen,
            MemberFile,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        try
        {
            var folder = Path.GetFullPath(RunCommand.StateDirectoryOf(new AgentOptions { StateDirectory = arguments.GetValue(State) }));
            var settings = arguments.GetValue(Config) is { } file ? Path.GetFullPath(file) : Path.Combine(folder, "agent.json");
            var listen = arguments.GetValue(Listen) is { Length: > 0 } given ? given : [AgentOptions.DefaultListen];
            Check(folder, settings, listen);
            Make(folder, settings, listen);
            if (arguments.GetValue(MemberFile) is { } members)
                MemberUser.Add(members, folder);
            return 0;
        }
        catch (Exception fault) when (fault is SettingsException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(fault.Message);
            return 2;
        }
    }

    private static void Check(string folder, string settings, string[] listen)
    {
        foreach (var each in listen)
        {
            if (!TransportAddress.TryParse(each, out _, out var complaint))
                throw new SettingsException(
                    $"--listen {each}: {complaint}. Write udp:, tcp: or tlstcp:ADDRESS:PORT, for example {AgentOptions.DefaultListen}."
                );
        }
        foreach (var path in new[] { Path.Combine(folder, SnmpConfigurationStore.FileName), settings })
        {
            if (File.Exists(path))
                throw new SettingsException($"{path} is there already. Nothing was changed; put it away first if you mean to begin anew.");
        }
    }

    private static void Make(string folder, string settings, string[] listen)
    {
        StateFile.MakeFolder(folder);
        using var edit = SnmpConfigurationStore.Edit(folder);
        // Keys are good for an engine ID; opening the state makes and keeps one.
        var state = MeterStateFile.Prepare(folder);
        var engineId = new EngineId(Convert.FromHexString(state.EngineId));
        var (reader, writer) = (NewUser(engineId, Reader), NewUser(engineId, Writer));
        var configuration = new SnmpConfiguration().WithUser(reader, Permission.Read).WithUser(writer, Permission.Write);
        var credentials = Path.Combine(folder, "credentials");
        StateFile.MakeFolder(credentials);
        var written = new List<string>();
        foreach (var user in new[] { reader, writer })
        {
            var path = Path.Combine(credentials, user.Name + ".conf");
            CredentialsFile.Write(path, user);
            written.Add(path);
        }
        WriteSettings(settings, folder, listen);
        // Last: what tells that all is done.
        edit.Save(configuration);
        Console.WriteLine($"Settings:     {settings}");
        foreach (var path in written)
            Console.WriteLine($"Credentials:  {path}");
        Console.WriteLine($"Next:         rtfm-agent run --config {settings} --interface NAME");
    }

    private static UsmUser NewUser(EngineId engineId, string name) =>
        new()
        {
            EngineId = engineId,
            Name = name,
            Auth = AuthProtocol.HmacSha256,
            AuthKey = RandomNumberGenerator.GetBytes(AuthProtocol.HmacSha256.DigestLength()),
            Priv = PrivProtocol.Aes128,
            PrivKey = RandomNumberGenerator.GetBytes(PrivProtocol.Aes128.KeyLength()),
        };

    private static void WriteSettings(string path, string folder, string[] listen)
    {
        var agent = new JsonObject
        {
            [nameof(AgentOptions.Listen)] = new JsonArray([.. Array.ConvertAll(listen, each => (JsonNode?)JsonValue.Create(each))]),
            [nameof(AgentOptions.StateDirectory)] = folder,
        };
        var root = new JsonObject { ["Rtfm"] = new JsonObject { ["Agent"] = agent } };
        StateFile.Write(
            path,
            stream =>
            {
                using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
                root.WriteTo(writer);
            }
        );
    }
}
