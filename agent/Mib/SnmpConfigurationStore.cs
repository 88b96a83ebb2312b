using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rtfm.Agent.Metering;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Agent.Mib;

/// <summary>Users, groups, views and targets: kept in <c>snmp.json</c> beside the meter's state, keys localised, for the owner only.</summary>
internal sealed class SnmpConfigurationStore : IControlState<SnmpConfiguration>, IDisposable
{
    public const string FileName = "snmp.json";

    private readonly string _path;
    private readonly Func<uint> _now;
    private readonly Lock _changing = new();
    private volatile SnmpConfiguration _current;

    /// <summary>Held open while the file is ours to write.</summary>
    private readonly FileStream _lock;

    private SnmpConfigurationStore(string path, FileStream held, SnmpConfiguration current, Func<uint> now) =>
        (_path, _lock, _current, _now) = (path, held, current, now);

    public SnmpConfiguration Current => _current;

    public uint Now => _now();

    /// <summary>Reads what was kept.</summary>
    /// <param name="folder">The meter's state folder.</param>
    /// <param name="fromSettings">Adds what the settings say: rows that SNMP cannot change and that are not kept.</param>
    /// <exception cref="SettingsException">The file cannot be read. Without it nobody could be sure who may do what.</exception>
    public static SnmpConfigurationStore Open(string folder, Func<SnmpConfiguration, SnmpConfiguration> fromSettings, Func<uint> now)
    {
        var path = Path.Combine(folder, FileName);
        var held = Lock(folder);
        var kept = File.Exists(path) ? Read(path) : new SnmpConfiguration();
        var standard = new SnmpConfiguration().WithStandardAccess(DomainMib.Context);
        return new(path, held, fromSettings(Merge(standard, kept)), now);
    }

    /// <summary>Opens what was kept for changing it while no agent runs.</summary>
    /// <exception cref="SettingsException">An agent runs, or the file cannot be read.</exception>
    public static Editing Edit(string folder) => new(folder);

    /// <summary>The file, while nobody else may write it.</summary>
    internal sealed class Editing : IDisposable
    {
        private readonly string _path;
        private readonly FileStream _lock;

        public Editing(string folder)
        {
            _path = Path.Combine(folder, FileName);
            _lock = Lock(folder);
            Configuration = File.Exists(_path) ? Read(_path) : new SnmpConfiguration();
        }

        public SnmpConfiguration Configuration { get; }

        public void Save(SnmpConfiguration configuration) => SnmpConfigurationStore.Save(_path, configuration);

        public void Dispose() => _lock.Dispose();
    }

    public void Dispose() => _lock.Dispose();

    public bool TryReplace(SnmpConfiguration expected, SnmpConfiguration next)
    {
        lock (_changing)
        {
            if (!ReferenceEquals(expected, _current))
                return false;
            Save(_path, next);
            _current = next;
            return true;
        }
    }

    /// <summary>Writes what is to be kept of a configuration.</summary>
    public static void Save(string path, SnmpConfiguration configuration) =>
        StateFile.Write(path, stream => JsonSerializer.Serialize(stream, Stored.Of(configuration), SnmpConfigurationJson.Default.Stored));

    /// <exception cref="SettingsException">It cannot be read.</exception>
    public static SnmpConfiguration Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var stored = JsonSerializer.Deserialize(stream, SnmpConfigurationJson.Default.Stored) ?? throw new JsonException("it is empty");
            foreach (var user in stored.Users)
            {
                if (user.AuthKey.Length != user.Auth.DigestLength() || user.PrivKey.Length != user.Priv.KeyLength())
                    throw new FormatException($"the keys of {user} have not the lengths that {user.Auth} and {user.Priv} need.");
            }
            return stored.ToConfiguration();
        }
        catch (Exception fault)
            when (fault
                    is JsonException
                        or FormatException
                        or ArgumentException
                        or NullReferenceException
                        or NotSupportedException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            throw new SettingsException(
                $"{path}, which says who may use SNMP, cannot be read: {fault.Message} Repair it, or put it away and run 'rtfm-agent init'."
            );
        }
    }

    /// <exception cref="SettingsException">Someone has it.</exception>
    private static FileStream Lock(string folder)
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            return new FileStream(Path.Combine(folder, FileName + ".lock"), options);
        }
        catch (IOException)
        {
            throw new SettingsException(
                $"An agent that keeps its state in {folder} is running. Stop it first; users of a running agent are changed over SNMP."
            );
        }
    }

    private static SnmpConfiguration Merge(SnmpConfiguration standard, SnmpConfiguration kept) =>
        kept with
        {
            Views = standard.Views.With(kept.Views),
            Access = standard.Access.With(kept.Access),
        };

    /// <summary>The tables as the file has them.</summary>
    internal sealed record Stored
    {
        public IReadOnlyList<UsmUser> Users { get; init; } = [];

        public IReadOnlyList<CommunityEntry> Communities { get; init; } = [];

        public IReadOnlyList<GroupMember> Groups { get; init; } = [];

        public IReadOnlyList<AccessEntry> Access { get; init; } = [];

        public IReadOnlyList<ViewFamily> Views { get; init; } = [];

        public IReadOnlyList<TargetAddress> TargetAddresses { get; init; } = [];

        public IReadOnlyList<TargetParams> TargetParams { get; init; } = [];

        public IReadOnlyList<NotifyEntry> Notify { get; init; } = [];

        public IReadOnlyList<FilterProfile> FilterProfiles { get; init; } = [];

        public IReadOnlyList<NotifyFilter> Filters { get; init; } = [];

        public bool AuthenticationTraps { get; init; }

        public static Stored Of(SnmpConfiguration configuration) =>
            new()
            {
                Users = Kept(configuration.Users),
                Communities = Kept(configuration.Communities),
                Groups = Kept(configuration.Groups),
                Access = Kept(configuration.Access),
                Views = Kept(configuration.Views),
                TargetAddresses = Kept(configuration.TargetAddresses),
                TargetParams = Kept(configuration.TargetParams),
                Notify = Kept(configuration.Notify),
                FilterProfiles = Kept(configuration.FilterProfiles),
                Filters = Kept(configuration.Filters),
                AuthenticationTraps = configuration.AuthenticationTraps,
            };

        public SnmpConfiguration ToConfiguration() =>
            new()
            {
                Users = IndexedRows<UsmUser>.Empty.With(Users),
                Communities = IndexedRows<CommunityEntry>.Empty.With(Communities),
                Groups = IndexedRows<GroupMember>.Empty.With(Groups),
                Access = IndexedRows<AccessEntry>.Empty.With(Access),
                Views = IndexedRows<ViewFamily>.Empty.With(Views),
                TargetAddresses = IndexedRows<TargetAddress>.Empty.With(TargetAddresses),
                TargetParams = IndexedRows<TargetParams>.Empty.With(TargetParams),
                Notify = IndexedRows<NotifyEntry>.Empty.With(Notify),
                FilterProfiles = IndexedRows<FilterProfile>.Empty.With(FilterProfiles),
                Filters = IndexedRows<NotifyFilter>.Empty.With(Filters),
                AuthenticationTraps = AuthenticationTraps,
            };

        private static TRow[] Kept<TRow>(IEnumerable<TRow> rows)
            where TRow : ConfigurationRow => [.. rows.Where(row => row.Storage is StorageType.NonVolatile or StorageType.Permanent)];
    }
}

[JsonSerializable(typeof(SnmpConfigurationStore.Stored))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(ObjectIdentifierConverter), typeof(EngineIdConverter), typeof(HexConverter)]
)]
internal sealed partial class SnmpConfigurationJson : JsonSerializerContext;

internal sealed class ObjectIdentifierConverter : JsonConverter<ObjectIdentifier>
{
    public override ObjectIdentifier Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { Length: > 0 } text ? ObjectIdentifier.Parse(text) : default;

    public override void Write(Utf8JsonWriter writer, ObjectIdentifier value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

internal sealed class EngineIdConverter : JsonConverter<EngineId>
{
    public override EngineId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        EngineId.TryParse(reader.GetString() ?? "", out var engineId)
            ? engineId
            : throw new JsonException("an engine ID is not 5 to 32 octets in hexadecimal digits");

    public override void Write(Utf8JsonWriter writer, EngineId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class HexConverter : JsonConverter<byte[]>
{
    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Convert.FromHexString(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Convert.ToHexString(value));
}
