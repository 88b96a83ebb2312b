using System.CommandLine;
using Rtfm.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Model;
using Rtfm.Srl;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset load</c>: download a rule set, and run it if asked.</summary>
internal static class RuleSetLoadCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A program (.srl) or a rule file" };
    private static readonly Option<string?> Name = new("--name")
    {
        Description = "The rule set's name; the file's unless given",
        HelpName = "NAME",
        Validators = { TaskOptions.ShortEnough },
    };
    private static readonly Option<string> Owner = TaskOptions.Owner();
    private static readonly Option<uint?> Index = new("--index")
    {
        Description = "Its number; the first free one from 2 on unless given",
        HelpName = "N",
    };
    private static readonly Option<bool> Run = new("--run") { Description = "Run it at once, as a task of its owner" };
    private static readonly Option<string?> Standby = new("--standby")
    {
        Description = "Load this one too; it runs instead while the flow table is fuller than the high-water mark",
        HelpName = "FILE",
    };
    private static readonly Option<int?> HighWaterMark = TaskOptions.HighWaterMark();
    private static readonly Option<bool> Replace = new("--replace")
    {
        Description =
            "Take the place of the rule set of the same name and owner, also in the tasks that name it; that set is removed, with its flows",
    };

    static RuleSetLoadCommand() =>
        Index.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<uint?>() is < 2 or > int.MaxValue)
                result.AddError($"--index takes a number from 2 to {int.MaxValue}; 1 is the built-in rule set");
        });

    public static Command Make()
    {
        var command = new Command(
            "load",
            """
            Download a rule set to a meter with SNMP SET: all of it or nothing.

            Examples:
              rtfm-manager ruleset load 192.0.2.1 five-tuple.srl --run -c SECRET
              rtfm-manager ruleset load 192.0.2.1 five-tuple.rules --run --standby peer-types.rules --high-water 65
              rtfm-manager ruleset load 192.0.2.1 five-tuple.rules --replace
            """
        )
        {
            MeterOptions.Target,
            File,
            Name,
            Owner,
            Index,
            Run,
            Standby,
            HighWaterMark,
            Replace,
        };
        command.Validators.Add(result =>
        {
            var isRun = result.GetValue(Run);
            if (!isRun && (result.GetValue(Standby) is not null || result.GetValue(HighWaterMark) is not null))
                result.AddError("--standby and --high-water go with --run");
        });
        command.SetMeterAction(LoadAsync);
        return command;
    }

    private static async Task<int> LoadAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var request = new InstallationRequest(Assemble(arguments.GetValue(File)!, arguments.GetValue(Name)), arguments.GetValue(Owner)!)
        {
            Standby = arguments.GetValue(Standby) is { } file ? Assemble(file, null) : null,
            Index = arguments.GetValue(Index),
            IsRun = arguments.GetValue(Run),
            HighWaterMark = TaskOptions.MarkOf(arguments.GetValue(HighWaterMark), arguments.GetValue(Standby) is not null),
            IsReplacing = arguments.GetValue(Replace),
        };
        if (request.Standby?.Name == request.RuleSet.Name)
            throw new UsageException($"--standby is a rule set of the same name, '{request.RuleSet.Name}'. Give the other one a --name.");
        var installed = await Progress
            .ShowAsync(
                $"rule set '{request.RuleSet.Name}'",
                request.RuleSet.Rules.Length + (request.Standby?.Rules.Length ?? 0),
                report => new RuleSetInstallation(meter).InstallAsync(request, report, cancellationToken)
            )
            .ConfigureAwait(false);
        Screen.Show(arguments, installed, RuleSetScreen.Sentence(installed));
        foreach (var warning in installed.Warnings)
            await Console.Error.WriteLineAsync(warning).ConfigureAwait(false);
        return CommandLine.Done;
    }

    /// <summary>Reads a rule set, with what is to be said about it on standard error.</summary>
    /// <exception cref="UsageException">It cannot be read, or is none.</exception>
    public static RuleSet Assemble(string file, string? name)
    {
        try
        {
            var assembled = RuleSource.Read(file, name);
            foreach (var diagnostic in assembled.Diagnostics)
                Console.Error.WriteLine(diagnostic);
            return assembled.RuleSet ?? throw new UsageException($"{file}: not a rule set, see above; nothing was loaded");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: cannot be read: {fault.Message}", fault);
        }
    }
}
