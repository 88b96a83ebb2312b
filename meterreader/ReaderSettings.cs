using System.Collections;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Configuration;
using Rtfm.MeterReader.Collection;
using Rtfm.MeterReader.Collection.Domain;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport;

namespace Rtfm.MeterReader;

/// <summary>The settings, checked. In rising precedence: <c>appsettings.json</c>, the file given, <c>RTFM_</c> variables.</summary>
/// <param name="MaxAge">Null: nothing is too old.</param>
/// <param name="MaxSize">In octets; null: no limit.</param>
internal sealed record ReaderSettings(
    string Store,
    TimeSpan? MaxAge,
    long? MaxSize,
    IReadOnlyList<MeterSettings> Meters,
    IReadOnlyList<DomainSettings> Domains
)
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
            var section = builder.Build().GetSection(ReaderOptions.Section);
            SettingsNames.Check(section, typeof(ReaderOptions));
            // Without this flag the binder passes over what it cannot convert inside of lists.
            return Check(section.Get<ReaderOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new ReaderOptions());
        }
        catch (Exception fault)
            when (fault is InvalidOperationException or FormatException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(SettingsNames.Explain(fault));
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

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(7);

    /// <summary>Checks one meter's settings.</summary>
    /// <param name="place">Where they stand, for messages.</param>
    public static MeterSettings Check(MeterOptions options, string place)
    {
        if (options.Target.Length == 0)
            throw new SettingsException($"{place}:Target is missing. Write HOST:PORT, for example 192.0.2.1:161.");
        var credentials = ReadCredentials(options, place);
        CheckTarget(options.Target, credentials, place);
        if (options.Retries is < 0 or > 20)
            throw new SettingsException($"{place}:Retries is {options.Retries}. Write a number from 0 to 20.");
        if (options.FlowsPerRequest is < 1 or > 10_000)
            throw new SettingsException($"{place}:FlowsPerRequest is {options.FlowsPerRequest}. Write a number from 1 to 10000.");
        if (options.RequestsInFlight is < 1 or > 32)
            throw new SettingsException($"{place}:RequestsInFlight is {options.RequestsInFlight}. Write a number from 1 to 32.");
        // UTF8OwnerString has at most 127 octets (MIB-08).
        if (options.Owner is { } owner && (owner.Length == 0 || Encoding.UTF8.GetByteCount(owner) > 127))
            throw new SettingsException($"{place}:Owner is '{owner}'. Write a name of 1 to 127 octets, or leave it out.");
        var interval = ParseDuration(options.Interval, $"{place}:Interval");
        if (interval < ShortestInterval || interval > LongestInterval)
            throw new SettingsException($"{place}:Interval is '{options.Interval}'. Write a time from 1s to 7d.");
        var target = new SnmpTarget(SnmpTarget.Nowhere, credentials)
        {
            Timeout = ParseDuration(options.Timeout, $"{place}:Timeout"),
            Retries = options.Retries,
            Name = options.Name ?? options.Target,
        };
        return new MeterSettings(
            options.Name ?? options.Target,
            options.Target,
            target,
            interval,
            options.FlowsPerRequest,
            options.RuleSets,
            ParseAttributes(options.Attributes, $"{place}:Attributes"),
            options.Owner
        )
        {
            RequestsInFlight = options.RequestsInFlight,
            AddsPushed = options.Attributes.Length == 0,
        };
    }

    /// <summary>Checks one domain's settings.</summary>
    /// <param name="place">Where they stand, for messages.</param>
    public static DomainSettings Check(DomainOptions options, string place)
    {
        if (options.Name.Length == 0)
            throw new SettingsException($"{place}:Name is missing. Write the domain's name.");
        if (options.Members.Length == 0)
            throw new SettingsException($"{place}:Members is empty. Name at least one member, for example 192.0.2.1:161.");
        // A domain is read as a meter is, whoever is its master.
        var reading = Check(
            new MeterOptions
            {
                Name = options.Name,
                Target = options.Members[0],
                Credentials = options.Credentials,
                Interval = options.Interval,
                Timeout = options.Timeout,
                Retries = options.Retries,
                FlowsPerRequest = options.FlowsPerRequest,
                RequestsInFlight = options.RequestsInFlight,
                RuleSets = options.RuleSets,
                Owner = options.Owner,
            },
            place
        );
        foreach (var member in options.Members)
            CheckTarget(member, reading.Target.Credentials, $"{place}:Members");
        return new DomainSettings(
            options.Name,
            options.Members,
            reading.Target,
            reading with
            {
                Attributes = [.. DomainSettings.Key, FlowAttribute.FirstTime, FlowAttribute.LastActiveTime, FlowAttribute.Observations],
                AddsPushed = false,
            }
        )
        {
            Push = options.Listen is { } listen ? CheckPush(listen, options.PushCredentials, reading.Target.Credentials, place) : null,
        };
    }

    private static PushSettings CheckPush(string listen, string? file, SnmpCredentials own, string place)
    {
        if (!TransportAddress.TryParse(listen, out var address, out var complaint) || address.Kind != TransportKind.Udp)
            throw new SettingsException(
                $"{place}:Listen is '{listen}': {complaint ?? "flows are pushed over UDP"}. Write for example udp:192.0.2.9:10162."
            );
        try
        {
            return new(address.EndPoint, file is null ? own : CredentialsFile.Read(file));
        }
        catch (CredentialsException wrong)
        {
            throw new SettingsException($"{place}:PushCredentials: {wrong.Message}");
        }
    }

    private static ReaderSettings Check(ReaderOptions options)
    {
        const string Retention = $"{ReaderOptions.Section}:Retention";
        var (age, size) = (options.Retention.MaxAge, options.Retention.MaxSize);
        TimeSpan? maxAge = age.Length == 0 ? null : ParseDuration(age, $"{Retention}:MaxAge");
        long? maxSize = null;
        if (size.Length > 0)
        {
            maxSize = ByteSize.TryParse(size, out var bytes)
                ? bytes
                : throw new SettingsException($"{Retention}:MaxSize is '{size}': not a size. Write for example 512MiB, 10GiB.");
        }
        var meters = options.Meters.Select((meter, i) => Check(meter, $"{ReaderOptions.Section}:Meters[{i}]")).ToList();
        var domains = options.Domains.Select((domain, i) => Check(domain, $"{ReaderOptions.Section}:Domains[{i}]")).ToList();
        var names = meters.Select(each => each.Name).Concat(domains.Select(each => each.Name));
        var twice = names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new SettingsException($"{ReaderOptions.Section} has two meters or domains named '{twice.Key}'. Give each its own Name.");
        return new(options.Store ?? DefaultStore, maxAge, maxSize, meters, domains);
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
            if (FlowAttributes.Find(name) is not { } attribute || !MeterSettings.IsStored(attribute))
                throw new SettingsException(
                    $"{place} has '{name}': no attribute of a flow that the store keeps. Examples: sourcePeerAddress, destTransAddress."
                );
            attributes.Add(attribute.Number);
        }
        return [.. attributes.Union(MeterSettings.Always)];
    }

    private static void CheckTarget(string target, SnmpCredentials credentials, string place)
    {
        try
        {
            SnmpHost.Check(target, credentials);
        }
        catch (FormatException wrong)
        {
            throw new SettingsException($"{place}:Target: {wrong.Message}");
        }
    }

    private static SnmpCredentials ReadCredentials(MeterOptions options, string place)
    {
        SnmpVersion? version = options.Version switch
        {
            null => null,
            "1" => SnmpVersion.V1,
            "2c" => SnmpVersion.V2c,
            _ => throw new SettingsException($"{place}:Version is '{options.Version}'. Write 1 or 2c; for 3, set Credentials."),
        };
        var community = options.CommunityFile is { } file ? ReadCommunity(file, place) : options.Community;
        try
        {
            var credentials = SnmpCredentials.Choose(options.Credentials, community, version);
            return credentials is null or CommunityCredentials { Community: "" }
                ? throw new SettingsException(
                    $"{place}:Credentials is missing. Give a file of them, or the meter's write community: Community or CommunityFile."
                )
                : credentials;
        }
        catch (CredentialsException wrong)
        {
            throw new SettingsException($"{place}:Credentials: {wrong.Message}");
        }
    }

    private static string? ReadCommunity(string file, string place)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault()?.Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{place}:CommunityFile is '{file}': {fault.Message}");
        }
    }

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
