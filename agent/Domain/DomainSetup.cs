using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using Rtfm.Agent.Domain.Election;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Transport;

namespace Rtfm.Agent.Domain;

/// <summary>The settings of the domain, checked and read.</summary>
/// <param name="Address">Null: as the agent listens.</param>
/// <param name="Credentials">Of the user that all members have.</param>
internal sealed record DomainSetup(
    string Name,
    string? Address,
    ImmutableArray<string> Join,
    UserCredentials Credentials,
    int Priority,
    TimeSpan SilentAfter,
    TimeSpan RemoveAfter,
    ElectionTimes Times
)
{
    public const int LongestName = 64;

    private const string Section = $"{AgentOptions.Section}:{nameof(AgentOptions.Domain)}";

    private static readonly (string Unit, double Milliseconds)[] Units =
    [
        ("ms", 1),
        ("s", 1_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];

    /// <returns>Null where the agent is to be in no domain.</returns>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static DomainSetup? Of(AgentOptions agent)
    {
        if (agent.Domain is not { } options)
            return null;
        if (Encoding.UTF8.GetByteCount(options.Name) is 0 or > LongestName || options.Name.Any(each => char.IsControl(each) || each == '/'))
            throw Wrong(
                nameof(options.Name),
                options.Name,
                $"a domain's name has 1 to {LongestName} octets and no '/'",
                "Give all members the same."
            );
        if (options.Priority is < 0 or > 255)
            throw Wrong(nameof(options.Priority), $"{options.Priority}", "out of range", "Write a number from 0 to 255.");
        var credentials = CredentialsOf(options);
        if (options.Address is { } address)
            CheckAddress(nameof(options.Address), address, credentials);
        else
            CheckListen(agent.Listen);
        for (var i = 0; i < options.Join.Length; i++)
            CheckAddress($"{nameof(options.Join)}[{i}]", options.Join[i], credentials);
        var times = new ElectionTimes
        {
            Claim = Duration(nameof(options.Claim), options.Claim, TimeSpan.FromMilliseconds(20)),
            Lease = Duration(nameof(options.Lease), options.Lease, TimeSpan.FromMilliseconds(60)),
            Spread = Duration(nameof(options.Spread), options.Spread, TimeSpan.FromMilliseconds(20)),
        };
        if (times.Lease < 2 * times.Claim)
            throw Wrong(
                nameof(options.Lease),
                options.Lease,
                $"one lost sign of life would cost the master its place with {nameof(options.Claim)} {options.Claim}",
                $"Write at least twice as much as {nameof(options.Claim)}."
            );
        return new(
            options.Name,
            options.Address,
            [.. options.Join],
            credentials,
            options.Priority,
            Duration(nameof(options.SilentAfter), options.SilentAfter, times.Lease),
            Duration(nameof(options.RemoveAfter), options.RemoveAfter, TimeSpan.FromSeconds(1)),
            times
        );
    }

    private static UserCredentials CredentialsOf(DomainOptions options)
    {
        if (options.Credentials is not { Length: > 0 } path)
            throw new SettingsException(
                $"{Section}:Credentials is missing. Name the file with the user that all members have; 'rtfm-agent user add-member FILE' makes it."
            );
        try
        {
            var credentials = CredentialsFile.Read(path);
            if (credentials is not UserCredentials user || user.Level != SecurityLevel.AuthPriv)
                throw Wrong(nameof(options.Credentials), path, "it has no user with authentication and privacy", Remedy);
            return user.IsForAnyEngine
                ? user
                : throw Wrong(nameof(options.Credentials), path, "its keys are good for one engine only, members need passwords", Remedy);
        }
        catch (CredentialsException wrong)
        {
            throw new SettingsException($"{Section}:Credentials is '{path}': {wrong.Message}. {Remedy}");
        }
    }

    private const string Remedy = "'rtfm-agent user add-member FILE' makes such a file.";

    private static void CheckAddress(string setting, string address, UserCredentials credentials)
    {
        try
        {
            SnmpHost.Check(address, credentials);
        }
        catch (FormatException wrong)
        {
            throw new SettingsException($"{Section}:{setting} is '{address}': {wrong.Message}");
        }
    }

    private static void CheckListen(string[] listen)
    {
        var isClear =
            listen.Length > 0
            && TransportAddress.TryParse(listen[0], out var address, out _)
            && address.Kind != TransportKind.TlsTcp
            && !address.EndPoint.Address.Equals(IPAddress.Any)
            && !address.EndPoint.Address.Equals(IPAddress.IPv6Any);
        if (!isClear)
            throw new SettingsException(
                $"{Section}:Address is missing, and {AgentOptions.Section}:Listen does not tell it. Write how the other members reach this agent, as HOST:PORT."
            );
    }

    private static TimeSpan Duration(string setting, string text, TimeSpan shortest)
    {
        var digits = text.TrimEnd([.. "mshd"]);
        var unit = Array.Find(Units, each => each.Unit == text[digits.Length..]);
        if (unit.Unit is not null && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            var milliseconds = number * unit.Milliseconds;
            if (milliseconds >= shortest.TotalMilliseconds && milliseconds <= TimeSpan.FromDays(3_650).TotalMilliseconds)
                return TimeSpan.FromMilliseconds(milliseconds);
        }
        throw Wrong(setting, text, "no such duration", $"Write for example 300ms, 10s, 5m or 24h; at least {shortest.TotalMilliseconds:0}ms.");
    }

    private static SettingsException Wrong(string setting, string value, string complaint, string remedy) =>
        new($"{Section}:{setting} is '{value}': {complaint}. {remedy}");
}
