using System.CommandLine;
using System.CommandLine.Parsing;
using Rtfm.Control;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Manager.Commands;

/// <summary>How to reach a meter, with the letters of Net-SNMP's tools, and in which form to answer. For every command, in front of it or behind.</summary>
internal static class MeterOptions
{
    public static readonly Argument<string> Target = new("TARGET")
    {
        Description = "The meter: HOST[:PORT] or [V6ADDRESS]:PORT; tcp: or tlstcp: in front for a connection",
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON, for programs", Recursive = true };

    private static readonly Option<string?> Version = new("-v")
    {
        Description = "SNMP version of the community (default: 2c)",
        HelpName = "1|2c",
        Recursive = true,
    };

    // No default value factory: help would print the secret that it makes.
    private static readonly Option<string?> Community = new("-c")
    {
        Description = "Community; without it the environment's RTFM_COMMUNITY, which other users do not see, else public",
        HelpName = "COMMUNITY",
        Recursive = true,
    };
    private static readonly Option<string[]> CredentialsFiles = new("--credentials")
    {
        Description = "A user of SNMPv3, as rtfm-agent init wrote it, or any snmp.conf; without it the environment's RTFM_CREDENTIALS",
        HelpName = "FILE",
        Recursive = true,
    };
    private static readonly Option<double> Timeout = new("-t")
    {
        Description = "Seconds to wait for the first answer; each further one is waited for twice as long",
        HelpName = "S",
        DefaultValueFactory = _ => 1,
        Recursive = true,
    };
    private static readonly Option<int> Retries = new("-r")
    {
        Description = "How often to ask again",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
        Recursive = true,
    };

    static MeterOptions()
    {
        Version.AcceptOnlyFromAmong("1", "2c");
        Timeout.Validators.Add(result =>
            Require(result, result.GetValueOrDefault<double>() is > 0 and <= 300, "-t takes seconds, more than 0, at most 300")
        );
        Retries.Validators.Add(result => Require(result, result.GetValueOrDefault<int>() is >= 0 and <= 10, "-r takes a number from 0 to 10"));
    }

    public static IEnumerable<Option> All => [CredentialsFiles, Version, Community, Timeout, Retries, Json];

    /// <summary>In whose name meters are asked.</summary>
    /// <exception cref="UsageException">The file of credentials cannot be used.</exception>
    public static SnmpCredentials Credentials(ParseResult arguments)
    {
        SnmpVersion? version = arguments.GetValue(Version) switch
        {
            "1" => SnmpVersion.V1,
            "2c" => SnmpVersion.V2c,
            _ => null,
        };
        var files = arguments.GetValue(CredentialsFiles) ?? [];
        if (files.Length > 1)
            throw new UsageException("--credentials is there twice: meters are asked in one name");
        try
        {
            return SnmpCredentials.Choose(files.FirstOrDefault(), arguments.GetValue(Community), version, otherwise: "public")!;
        }
        catch (CredentialsException wrong)
        {
            throw new UsageException(wrong.Message, wrong);
        }
    }

    /// <summary>All in whose names notifications may come.</summary>
    /// <inheritdoc cref="Credentials"/>
    public static IReadOnlyList<SnmpCredentials> Senders(ParseResult arguments)
    {
        if (arguments.GetValue(CredentialsFiles) is not { Length: > 0 } files)
            return RequireNoCertificate([Credentials(arguments)]);
        try
        {
            var senders = RequireNoCertificate(files.Select(CredentialsFile.Read).ToList());
            return arguments.GetValue(Community) is { } community ? [.. senders, new CommunityCredentials(community)] : senders;
        }
        catch (CredentialsException wrong)
        {
            throw new UsageException(wrong.Message, wrong);
        }
    }

    /// <summary>A meter, ready to be asked.</summary>
    /// <exception cref="UsageException">The target is not written as one.</exception>
    /// <exception cref="SnmpTransportException">Its name has no address.</exception>
    public static async Task<Meter> ConnectAsync(
        ParseResult arguments,
        SnmpClient client,
        SnmpCredentials credentials,
        string target,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (string.IsNullOrWhiteSpace(target))
                throw new FormatException($"TARGET is empty. Write {SnmpHost.Forms}.");
            var reached = new SnmpTarget(SnmpTarget.Nowhere, credentials)
            {
                Timeout = TimeSpan.FromSeconds(arguments.GetValue(Timeout)),
                Retries = arguments.GetValue(Retries),
                Name = target,
            };
            return new Meter(client, await SnmpHost.ResolveAsync(target, reached, cancellationToken).ConfigureAwait(false));
        }
        catch (FormatException wrong)
        {
            throw new UsageException(wrong.Message, wrong);
        }
    }

    private static IReadOnlyList<SnmpCredentials> RequireNoCertificate(IReadOnlyList<SnmpCredentials> senders) =>
        senders.OfType<CertificateCredentials>().FirstOrDefault() is { } certificate
            ? throw new UsageException($"the credentials are a {certificate}: notifications come over UDP only, from users and with communities")
            : senders;

    private static void Require(OptionResult result, bool isGood, string complaint)
    {
        if (!isGood)
            result.AddError(complaint);
    }
}
