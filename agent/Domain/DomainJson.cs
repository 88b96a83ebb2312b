using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain;

/// <summary>The domain's state as JSON: in <see cref="DomainFile"/>, and in rtfmDomainStateTable. What comes from others is bounded and checked.</summary>
internal static class DomainJson
{
    public const int MostMembers = 10_000;
    public const int MostRuleSets = 1_000;

    /// <summary>Of an address or a member's name, in octets of UTF-8.</summary>
    public const int LongestText = 255;

    /// <summary>Of a rule set's name: with its version it is a name in flowRuleSetInfoTable.</summary>
    public const int LongestRuleSetName = 100;

    public static byte[] Write(DomainState state) => JsonSerializer.SerializeToUtf8Bytes(state, DomainJsonContext.Default.DomainState);

    public static void Write(Stream stream, DomainRecord record) => JsonSerializer.Serialize(stream, record, DomainJsonContext.Default.DomainRecord);

    /// <exception cref="JsonException">It is no state of a domain; the message says why.</exception>
    public static DomainState ReadState(ReadOnlySpan<byte> octets) =>
        Checked(JsonSerializer.Deserialize(octets, DomainJsonContext.Default.DomainState) ?? throw new JsonException("it is empty"));

    /// <exception cref="JsonException">It is no record; the message says why.</exception>
    public static DomainRecord ReadRecord(ReadOnlySpan<byte> octets)
    {
        var record = JsonSerializer.Deserialize(octets, DomainJsonContext.Default.DomainRecord);
        return record?.Ballot?.State is { } state
            ? record with
            {
                Ballot = record.Ballot with { State = Checked(state) },
            }
            : throw new JsonException("it has no ballot or no state");
    }

    public static bool IsRuleSetName(string name) => name.Length > 0 && IsText(name, LongestRuleSetName);

    /// <summary>Text that can stand in a line.</summary>
    public static bool IsText(string text, int longest) =>
        text.Length <= longest && Encoding.UTF8.GetByteCount(text) <= longest && !text.Any(char.IsControl);

    private static DomainState Checked(DomainState state)
    {
        state = state with
        {
            DomainId = state.DomainId ?? "",
            Members = state.Members.IsDefault ? [] : state.Members,
            RuleSets = state.RuleSets.IsDefault
                ? []
                : [.. state.RuleSets.Select(each => each is { Kept.IsDefault: true } ? each with { Kept = [] } : each)],
            Collection = state.Collection ?? new(),
            NextNumber = Math.Max(state.NextNumber, 1),
        };
        return ComplaintAbout(state) is { } complaint ? throw new JsonException(complaint) : state;
    }

    private static string? ComplaintAbout(DomainState state)
    {
        if (!IsText(state.DomainId, LongestText) || state.Members.Length > MostMembers || state.RuleSets.Length > MostRuleSets)
            return "it is too long";
        foreach (var member in state.Members)
        {
            if (member is null || ComplaintAbout(member) is not null)
                return "a member is none";
            if (member.Number < 1 || member.Number >= state.NextNumber)
                return "a member's number is out of range";
        }
        if (state.Members.Select(each => each.Id).Distinct().Count() < state.Members.Length)
            return "a member is there twice";
        if (state.Members.Select(each => each.Number).Distinct().Count() < state.Members.Length)
            return "two members have the same number";
        foreach (var ruleSet in state.RuleSets)
        {
            if (ruleSet?.Name is null || !IsRuleSetName(ruleSet.Name) || ruleSet.Number < 1 || ruleSet.Kept.Length > DomainRuleSet.MostKept)
                return "a rule set is none";
        }
        if (state.RuleSets.Select(each => each.Name).Distinct().Count() < state.RuleSets.Length)
            return "a rule set is there twice";
        return state.Collection.PushTarget is { } target && IsText(target, LongestText) ? null : "the target of the collection is none";
    }

    /// <summary>What keeps somebody from being a member; null: nothing.</summary>
    public static string? ComplaintAbout(DomainMember member) =>
        member.Id.Octets.Length is < EngineId.Shortest or > EngineId.Longest ? "an engine ID has 5 to 32 octets"
        : member.Address is not { Length: > 0 } || !IsText(member.Address, LongestText) ? "no address"
        : member.Name is null || !IsText(member.Name, LongestText) ? "no name"
        : member.Priority is < 0 or > 255 ? "a priority is 0 to 255"
        : null;
}

[JsonSerializable(typeof(DomainRecord))]
[JsonSerializable(typeof(DomainState))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(EngineIdOrNoneConverter)]
)]
internal sealed partial class DomainJsonContext : JsonSerializerContext;

internal sealed class EngineIdOrNoneConverter : JsonConverter<EngineId>
{
    public override EngineId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is not { Length: > 0 } text ? default
        : EngineId.TryParse(text, out var engineId) ? engineId
        : throw new JsonException("an engine ID is not 5 to 32 octets in hexadecimal digits");

    public override void Write(Utf8JsonWriter writer, EngineId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
