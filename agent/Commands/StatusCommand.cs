using System.CommandLine;
using System.Globalization;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Commands;

/// <summary><c>rtfm-agent status</c>: where packets are, and where they were lost.</summary>
internal static class StatusCommand
{
    private static readonly Argument<string> Target = new("TARGET")
    {
        Description = "The agent: HOST[:PORT] or [V6ADDRESS]:PORT; tcp: or tlstcp: in front for a connection",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "127.0.0.1:161",
    };
    private static readonly Option<string?> Community = new("-c")
    {
        // No default here: the help would print it.
        Description = "Community that may read (default: $RTFM_COMMUNITY, else public)",
        HelpName = "COMMUNITY",
    };

    private static readonly Option<string?> Credentials = new("--credentials")
    {
        Description = "A user of SNMPv3, as rtfm-agent init wrote it (default: $RTFM_CREDENTIALS)",
        HelpName = "FILE",
    };

    public static Command Make()
    {
        var command = new Command("status", "Show the packet path of a running agent, stage by stage: what came in, went on and was lost.")
        {
            Target,
            Community,
            Credentials,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var text = arguments.GetValue(Target)!;
        try
        {
            var credentials = SnmpCredentials.Choose(arguments.GetValue(Credentials), arguments.GetValue(Community), otherwise: "public");
            var nowhere = new SnmpTarget(SnmpTarget.Nowhere, credentials!) { Name = text };
            var target = await SnmpHost.ResolveAsync(text, nowhere, cancellationToken).ConfigureAwait(false);
            await using var client = new SnmpClient();
            await ShowStagesAsync(client, target, cancellationToken).ConfigureAwait(false);
            await ShowReasonsAsync(client, target, cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (SnmpException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 1;
        }
        catch (Exception wrong) when (wrong is CredentialsException or FormatException)
        {
            await Console.Error.WriteLineAsync(wrong.Message).ConfigureAwait(false);
            return 2;
        }
    }

    private static async Task ShowStagesAsync(SnmpClient client, SnmpTarget target, CancellationToken cancellationToken)
    {
        var rows = await ColumnsAsync(client, target, [.. Oids.MeterExtMib, 1, 1, 1], 5, cancellationToken).ConfigureAwait(false);
        Console.WriteLine($"{"stage", -12} {"in", 16} {"out", 16} {"lost", 16}  lost are");
        foreach (var row in rows)
            Console.WriteLine($"{row[0].Text, -12} {Grouped(row[1]), 16} {Grouped(row[2]), 16} {Grouped(row[3]), 16}  {row[4].Text}");
    }

    private static async Task ShowReasonsAsync(SnmpClient client, SnmpTarget target, CancellationToken cancellationToken)
    {
        var rows = await ColumnsAsync(client, target, [.. Oids.MeterExtMib, 1, 2, 1], 3, cancellationToken).ConfigureAwait(false);
        foreach (var row in rows)
        {
            if (row[1].Number > 0)
                Console.WriteLine($"{(row[2].Signed == 1 ? "unparsed" : "partly parsed")}, {row[0].Text}: {Grouped(row[1])}");
        }
    }

    /// <summary>A table's columns 2 and up, as rows.</summary>
    private static async Task<List<List<SnmpValue>>> ColumnsAsync(
        SnmpClient client,
        SnmpTarget target,
        uint[] entry,
        int columns,
        CancellationToken cancellationToken
    )
    {
        var rows = new SortedDictionary<uint, List<SnmpValue>>();
        await foreach (var cell in client.WalkAsync(target, new ObjectIdentifier(entry), cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            var index = cell.Name.Span[^1];
            if (!rows.TryGetValue(index, out var row))
                rows.Add(index, row = []);
            row.Add(cell.Value);
        }
        var complete = new List<List<SnmpValue>>();
        foreach (var (_, row) in rows)
        {
            // A row that came or went during the walk is left out.
            if (row.Count == columns)
                complete.Add(row);
        }
        return complete;
    }

    private static string Grouped(SnmpValue value) => value.Number.ToString("N0", CultureInfo.InvariantCulture);
}
