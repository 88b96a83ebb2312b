using System.Collections;
using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Configuration;
using Rtfm.MeterReader.Collection;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.MeterReader;

/// <summary>The settings, checked. In rising precedence: <c>appsettings.json</c>, the file given, <c>RTFM_</c> variables.</summary>
/// <param name="MaxAge">Null: nothing is too old.</param>
/// <param name="MaxSize">In octets; null: no limit.</param>
internal sealed record ReaderSettings(string Store, TimeSpan? MaxAge, long? MaxSize, IReadOnlyList<MeterSettings> Meters)
{
    /// <exception cref="SettingsException">A setting is wrong: the message names it, its value and what would be right.</exception>
    public static ReaderSettings Load(string? file)
    {
        var builder = new ConfigurationBuilder();
        try
        {
            builder.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
            if (file is not null)
                builder.AddJsonFile(Path.GetFullPath(file), optional: false);
            builder.AddInMemoryCollection(FromEnvironment());
            var options = builder.Build().GetSection(ReaderOptions.Section).Get<ReaderOptions>(binder => binder.ErrorOnUnknownConfiguration = true);
            return Check(options ?? new ReaderOptions());
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or InvalidDataException or FileNotFoundException)
        {
            var reason = fault.GetBaseException().Message;
            throw new SettingsException(
                (fault.Message.Contains(reason, StringComparison.Ordinal) ? fault.Message : $"{fault.Message} {reason}").ReplaceLineEndings(" ")
            );
        }
    }

    /// <summary>Where the database lies unless told: what systemd gives, else the place for a user's own state.</summary>
    public static string DefaultStore =>
        Path.Combine(
            Environment.GetEnvironmentVariable("STATE_DIRECTORY")
                ?? Path.Combine(
                    Environment.GetEnvironmentVariable("XDG_STATE_HOME")
                        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
                    "rtfm-meterreader"
                ),
            "flows.db"
        );

    /// <summary>Checks one meter's settings.</summary>
    /// <param name="place">Where they stand, for messages.</param>
    public static MeterSettings Check(MeterOptions options, string place)
    {
        if (options.Target.Length == 0)
            throw new SettingsException($"{place}:Target is missing. Write HOST:PORT, for example 192.0.2.1:161.");
        var community = options.Community;
        if (options.CommunityFile is { } file)
        {
            if (!File.Exists(file))
                throw new SettingsException($"{place}:CommunityFile is '{file}': no such file.");
            community = File.ReadLines(file).FirstOrDefault()?.Trim();
        }
        if (string.IsNullOrEmpty(community))
            throw new SettingsException($"{place}:Community is missing. Give the meter's write community, or CommunityFile.");
        var version = options.Version switch
        {
            "1" => SnmpVersion.V1,
            "2c" => SnmpVersion.V2c,
            _ => throw new SettingsException($"{place}:Version is '{options.Version}'. Write 1 or 2c."),
        };
        if (options.Retries is < 0 or > 20)
            throw new SettingsException($"{place}:Retries is {options.Retries}. Write a number from 0 to 20.");
        if (options.FlowsPerRequest is < 1 or > 10_000)
            throw new SettingsException($"{place}:FlowsPerRequest is {options.FlowsPerRequest}. Write a number from 1 to 10000.");
        var target = new SnmpTarget(new IPEndPoint(IPAddress.None, 0), version, community)
        {
            Timeout = ParseDuration(options.Timeout, $"{place}:Timeout"),
            Retries = options.Retries,
            Name = options.Name ?? options.Target,
        };
        return new MeterSettings(
            options.Name ?? options.Target,
            options.Target,
            target,
            ParseDuration(options.Interval, $"{place}:Interval"),
            options.FlowsPerRequest,
            options.RuleSets,
            ParseAttributes(options.Attributes, $"{place}:Attributes"),
            options.Owner
        );
    }

    private static ReaderSettings Check(ReaderOptions options)
    {
        TimeSpan? maxAge = options.MaxAge.Length == 0 ? null : ParseDuration(options.MaxAge, $"{ReaderOptions.Section}:MaxAge");
        long? maxSize = null;
        if (options.MaxSize.Length > 0)
        {
            maxSize = ByteSize.TryParse(options.MaxSize, out var bytes)
                ? bytes
                : throw new SettingsException(
                    $"{ReaderOptions.Section}:MaxSize is '{options.MaxSize}': not a size. Write for example 512MiB, 10GiB."
                );
        }
        var meters = options.Meters.Select((meter, i) => Check(meter, $"{ReaderOptions.Section}:Meters[{i}]")).ToList();
        var twice = meters.GroupBy(meter => meter.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new SettingsException($"{ReaderOptions.Section}:Meters has two meters named '{twice.Key}'. Give each its own Name.");
        return new(options.Store ?? DefaultStore, maxAge, maxSize, meters);
    }

    private static TimeSpan ParseDuration(string text, string place) =>
        Duration.TryParse(text, out var duration) && duration > TimeSpan.Zero
            ? duration
            : throw new SettingsException($"{place} is '{text}': not a duration. Write for example 30s, 5m.");

    private static ImmutableArray<FlowAttribute> ParseAttributes(string[] names, string place)
    {
        if (names.Length == 0)
            return [.. MeterSettings.EveryKeyAttribute, .. MeterSettings.Always];
        var attributes = new List<FlowAttribute>();
        foreach (var name in names)
        {
            if (FlowAttributes.Find(name) is not { } attribute || !attribute.Is(AttributeRoles.Package))
                throw new SettingsException($"{place} has '{name}': no attribute of a flow. Examples: sourcePeerAddress, destTransAddress.");
            attributes.Add(attribute.Number);
        }
        return [.. attributes.Where(MayStore).Distinct(), .. MeterSettings.Always];
    }

    private static bool MayStore(FlowAttribute attribute) => MeterSettings.IsKeyAttribute(FlowAttributes.Get(attribute));

    /// <summary>RTFM_MeterReader__Store is Rtfm:MeterReader:Store.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment()
    {
        const string Prefix = "RTFM_";
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith(Prefix + "MeterReader__", StringComparison.OrdinalIgnoreCase))
                yield return new("Rtfm:" + name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value);
        }
    }
}
