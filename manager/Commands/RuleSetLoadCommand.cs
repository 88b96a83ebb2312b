using System.CommandLine;
using Rtfm.Manager.Control;
using Rtfm.Manager.Rendering;
using Rtfm.Model;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Srl;

namespace Rtfm.Manager.Commands;

/// <summary><c>ruleset load</c>: download a rule set, and run it if asked.</summary>
internal static class RuleSetLoadCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A rule file" };
    private static readonly Option<string?> Name = new("--name") { Description = "The rule set's name (default: the file's)", HelpName = "NAME" };
    private static readonly Option<string> Owner = new("--owner")
    {
        Description = "Its owner (default: the user)",
        HelpName = "OWNER",
        DefaultValueFactory = _ => Environment.UserName,
    };
    private static readonly Option<uint?> Index = new("--index")
    {
        Description = "Its number (default: the first free one from 2 on)",
        HelpName = "N",
    };
    private static readonly Option<bool> Run = new("--run") { Description = "Run it at once" };
    private static readonly Option<string?> Standby = new("--standby")
    {
        Description = "Load this rule file too, to be run instead while the flow table is fuller than the high-water mark",
        HelpName = "FILE",
    };
    private static readonly Option<int> HighWaterMark = new("--high-water")
    {
        Description = "Percent of the flow table (default 65 with --standby)",
        HelpName = "N",
    };
    private static readonly Option<bool> Replace = new("--replace")
    {
        Description = "Take the place of the rule set of the same name and owner, also in tasks that run it",
    };

    static RuleSetLoadCommand() =>
        HighWaterMark.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 100)
                result.AddError("--high-water takes a percentage from 0 to 100");
        });

    public static Command Make()
    {
        var command = new Command(
            "load",
            """
            Download a rule set to a meter with SNMP SET: all of it or nothing.

            Example:
              rtfm-manager ruleset load 192.0.2.1 five-tuple.rules --run -c SECRET
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
        }.WithMeterOptions();
        command.SetAction((arguments, token) => MeterOptions.RunAsync(arguments, (meter, t) => LoadAsync(arguments, meter, t), token));
        return command;
    }

    private static async Task<int> LoadAsync(ParseResult arguments, Meter meter, CancellationToken cancellationToken)
    {
        var ruleSet = Assemble(arguments.GetValue(File)!, arguments.GetValue(Name));
        var standbyFile = arguments.GetValue(Standby);
        var standby = standbyFile is null ? null : Assemble(standbyFile, null);
        if (ruleSet is null || (standbyFile is not null && standby is null))
            return 2;

        var owner = arguments.GetValue(Owner)!;
        var replaced = await FindReplacedAsync(meter, ruleSet.Name, owner, arguments.GetValue(Replace), cancellationToken).ConfigureAwait(false);
        var made = new List<uint>();
        try
        {
            // The standby set first: a task can name only what is there (MGR-02).
            var standbyNumber = standby is null ? 0 : await LoadOneAsync(meter, standby, owner, null, made, cancellationToken).ConfigureAwait(false);
            var number = await LoadOneAsync(meter, ruleSet, owner, arguments.GetValue(Index), made, cancellationToken).ConfigureAwait(false);
            if (replaced is not null)
                await SwitchAsync(meter, replaced, number, cancellationToken).ConfigureAwait(false);
            if (arguments.GetValue(Run))
            {
                var mark =
                    arguments.GetValue(HighWaterMark) is > 0 and var given ? given
                    : standby is null ? 0
                    : 65;
                var task = await new Tasks(meter).StartAsync(number, standbyNumber, mark, owner, cancellationToken).ConfigureAwait(false);
                Console.WriteLine($"{meter}: rule set {number} '{ruleSet.Name}' loaded, {ruleSet.Rules.Length} rules; running as task {task}");
            }
            else
            {
                Console.WriteLine($"{meter}: rule set {number} '{ruleSet.Name}' loaded, {ruleSet.Rules.Length} rules; not running");
            }
            return 0;
        }
        catch (Exception fault) when (fault is SnmpException or MeterException or OperationCanceledException)
        {
            await RemoveAsync(meter, made).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<uint> LoadOneAsync(
        Meter meter,
        RuleSet ruleSet,
        string owner,
        uint? index,
        List<uint> made,
        CancellationToken cancellationToken
    )
    {
        var number = await Progress
            .ShowAsync(
                $"rule set '{ruleSet.Name}'",
                ruleSet.Rules.Length,
                report => new RuleSetDownload(meter).LoadAsync(ruleSet, owner, index, report, cancellationToken)
            )
            .ConfigureAwait(false);
        made.Add(number);
        return number;
    }

    private static async Task<RuleSetRow?> FindReplacedAsync(
        Meter meter,
        string name,
        string owner,
        bool mayReplace,
        CancellationToken cancellationToken
    )
    {
        var ruleSets = await meter.RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        var same = ruleSets.FirstOrDefault(each => each.Name == name && each.Owner == owner);
        if (same is not null && !mayReplace)
        {
            throw new MeterException(
                $"{meter}: rule set '{name}' of '{owner}' is already there, as number {same.Index}. Give --replace, or another --name."
            );
        }
        return same;
    }

    // MGR-05: a running set is never edited; tasks are switched to the new one, then the old one goes.
    private static async Task SwitchAsync(Meter meter, RuleSetRow old, uint number, CancellationToken cancellationToken)
    {
        foreach (var task in await meter.TasksAsync(cancellationToken).ConfigureAwait(false))
        {
            if (task.Current == old.Index)
                await meter.SetAsync(cancellationToken, new VarBind(Meter.Task(2, task.Index), SnmpValue.Integer((int)number))).ConfigureAwait(false);
            if (task.Standby == old.Index)
                await meter.SetAsync(cancellationToken, new VarBind(Meter.Task(3, task.Index), SnmpValue.Integer((int)number))).ConfigureAwait(false);
        }
        await meter
            .SetAsync(cancellationToken, new VarBind(Meter.RuleSetInfo(5, old.Index), SnmpValue.Integer((int)RowStatus.Destroy)))
            .ConfigureAwait(false);
    }

    private static async Task RemoveAsync(Meter meter, List<uint> made)
    {
        foreach (var number in made)
        {
            try
            {
                await new Tasks(meter).StopAsync(number, CancellationToken.None).ConfigureAwait(false);
                await meter
                    .SetAsync(CancellationToken.None, new VarBind(Meter.RuleSetInfo(5, number), SnmpValue.Integer((int)RowStatus.Destroy)))
                    .ConfigureAwait(false);
            }
            catch (SnmpException)
            {
                await Console.Error.WriteLineAsync($"{meter}: rule set {number} could not be removed again").ConfigureAwait(false);
            }
        }
    }

    private static RuleSet? Assemble(string file, string? name)
    {
        var assembled = RuleAssembler.AssembleFile(file, name);
        foreach (var diagnostic in assembled.Diagnostics)
            Console.Error.WriteLine(diagnostic);
        return assembled.RuleSet;
    }
}
