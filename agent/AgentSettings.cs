using System.Collections;
using Microsoft.Extensions.Configuration;
using Rtfm.Agent.Delay;
using Rtfm.Agent.Domain;
using Rtfm.Agent.Flows;
using Rtfm.Agent.Mib;
using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent;

/// <summary>Finds the settings, in rising precedence: <c>appsettings.json</c>, the file given, <c>RTFM_</c> variables, the command line.</summary>
internal static class AgentSettings
{
    private const string EnvironmentPrefix = "RTFM_";

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="SettingsException">A setting is wrong: the message names it, its value and what would be right.</exception>
    public static AgentOptions Load(string? file, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var builder = new ConfigurationBuilder();
        try
        {
            builder.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
            if (file is not null)
                builder.AddJsonFile(Path.GetFullPath(file), optional: false);
            builder.AddInMemoryCollection(FromEnvironment()).AddInMemoryCollection(commandLine);
            var section = builder.Build().GetSection(AgentOptions.Section);
            var options = section.Get<AgentOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new AgentOptions();
            Check(options);
            options = options.Listen.Length == 0 && options.AgentX is null ? options with { Listen = [AgentOptions.DefaultListen] } : options;
            DomainSetup.Of(options);
            DelaySetup.Of(options.Delay);
            DelaySetup.LimitsOf(options.Delay);
            return options;
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or InvalidDataException or FileNotFoundException)
        {
            throw new SettingsException(Describe(fault));
        }
    }

    private static void Check(AgentOptions options)
    {
        InRange(nameof(options.SnapLength), options.SnapLength, 64, 262_144, "octets");
        InRange(nameof(options.CaptureBufferMiB), options.CaptureBufferMiB, 1, 2_048, "MiB");
        InRange(nameof(options.MaxFlows), options.MaxFlows, 1, 100_000_000, "flows");
        InRange(nameof(options.MeteringThreads), options.MeteringThreads, 1, FlowTable.MaxShards, "threads");
        InRange(nameof(options.StatisticsMiB), options.StatisticsMiB, 0, 1_048_576, "MiB");
        InRange(nameof(options.MaxMessageSize), options.MaxMessageSize, 484, 65_507, "octets");
        InRange(nameof(options.MaxUnauthenticatedAnswer), options.MaxUnauthenticatedAnswer, 484, 65_507, "octets");
        InRange(nameof(options.RequestsPerSecond), options.RequestsPerSecond, 0, 10_000_000, "requests a second");
        for (var i = 0; i < options.Read.Length; i++)
        {
            if (!File.Exists(options.Read[i]))
                throw Wrong($"Read[{i}]", options.Read[i], "no such file", "Give the path of a pcap or pcapng file.");
        }
        NotEmpty(nameof(options.ReadCommunity), options.ReadCommunity);
        NotEmpty(nameof(options.WriteCommunity), options.WriteCommunity);
        if (options.WriteCommunity is not null && options.WriteCommunity == options.ReadCommunity)
            throw new SettingsException($"{AgentOptions.Section}:WriteCommunity is the same as ReadCommunity. Give each its own.");
        if (options.AgentX is { } master && !AgentXAddress.TryParse(master, out _, out var wrong))
            throw Wrong(
                nameof(options.AgentX),
                master,
                wrong,
                "Write the path of the master's socket, for example /var/agentx/master, or tcp:ADDRESS:PORT."
            );
        NotifyTargets.Check(options.Notify);
        for (var i = 0; i < options.Listen.Length; i++)
        {
            if (!TransportAddress.TryParse(options.Listen[i], out var address, out var complaint))
                throw Wrong($"Listen[{i}]", options.Listen[i], complaint, "Write udp:, tcp: or tlstcp:ADDRESS:PORT, for example udp:127.0.0.1:161.");
            if (address.Kind == TransportKind.TlsTcp)
                TlsCertificates.Open(options.Tls, TimeProvider.System);
        }
    }

    private static void NotEmpty(string name, string? value)
    {
        if (value?.Length == 0)
            throw new SettingsException($"{AgentOptions.Section}:{name} is empty. Give a community or leave the setting out.");
    }

    private static void InRange(string name, int value, int lowest, int highest, string unit)
    {
        if (value < lowest || value > highest)
            throw new SettingsException($"{AgentOptions.Section}:{name} is {value}. Write a number of {unit} from {lowest} to {highest}.");
    }

    private static SettingsException Wrong(string name, string value, string complaint, string remedy) =>
        new($"{AgentOptions.Section}:{name} is '{value}': {complaint}. {remedy}");

    /// <summary>RTFM_Agent__MaxFlows is Rtfm:Agent:MaxFlows.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment()
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith(EnvironmentPrefix + "Agent__", StringComparison.OrdinalIgnoreCase))
                yield return new("Rtfm:" + name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value);
        }
    }

    /// <summary>The innermost reason in one line: the host's own complaint wraps it.</summary>
    private static string Describe(Exception fault)
    {
        var innermost = fault.GetBaseException();
        if (innermost.Message.Contains("ErrorOnUnknownConfiguration", StringComparison.Ordinal))
            return $"{AgentOptions.Section} has no setting {innermost.Message[(innermost.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}.";
        var text =
            ReferenceEquals(innermost, fault) || fault.Message.Contains(innermost.Message, StringComparison.Ordinal)
                ? fault.Message
                : $"{fault.Message} {innermost.Message}";
        return text.ReplaceLineEndings(" ");
    }
}
