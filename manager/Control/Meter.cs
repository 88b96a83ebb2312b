using System.Globalization;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;

namespace Rtfm.Manager.Control;

/// <summary>A meter as a manager sees it: its tables as rows, its objects to set.</summary>
public sealed class Meter(SnmpClient client, SnmpTarget target)
{
    private static readonly string[] StatusNames = ["", "active", "notInService", "notReady"];

    public SnmpClient Client { get; } = client;

    public SnmpTarget Target { get; } = target;

    public override string ToString() => Target.Name;

    public static ObjectIdentifier RuleSetInfo(uint column, uint index) => new([.. FlowMeterMib.RuleSetInfoEntry, column, index]);

    public static ObjectIdentifier Task(uint column, uint index) => new([.. FlowMeterMib.ManagerInfoEntry, column, index]);

    public static ObjectIdentifier Rule(uint column, uint ruleSet, int rule) => new([.. FlowMeterMib.RuleEntry, column, ruleSet, (uint)rule]);

    public Task SetAsync(CancellationToken cancellationToken, params VarBind[] varBinds) => Client.SetAsync(Target, varBinds, cancellationToken);

    public async Task<IReadOnlyList<RuleSetRow>> RuleSetsAsync(CancellationToken cancellationToken)
    {
        var rows = await TableAsync(FlowMeterMib.RuleSetInfoEntry.ToArray(), [2, 3, 5, 6, 8], cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new RuleSetRow(row.Key, Text(row, 6), Text(row, 3), Status(row, 5), (int)Number(row, 2), Number(row, 8)))];
    }

    public async Task<IReadOnlyList<TaskRow>> TasksAsync(CancellationToken cancellationToken)
    {
        var rows = await TableAsync(FlowMeterMib.ManagerInfoEntry.ToArray(), [2, 3, 4, 6, 8, 9], cancellationToken).ConfigureAwait(false);
        return
        [
            .. rows.Select(row => new TaskRow(
                row.Key,
                (int)Number(row, 2),
                (int)Number(row, 3),
                (int)Number(row, 4),
                Number(row, 9) == 1,
                Text(row, 6),
                Status(row, 8)
            )),
        ];
    }

    public async Task<IReadOnlyList<ReaderRow>> ReadersAsync(CancellationToken cancellationToken)
    {
        var rows = await TableAsync(FlowMeterMib.ReaderInfoEntry.ToArray(), [2, 3, 4, 5, 6, 7], cancellationToken).ConfigureAwait(false);
        return
        [
            .. rows.Select(row => new ReaderRow(
                row.Key,
                (int)Number(row, 7),
                Text(row, 3),
                (int)Number(row, 2),
                (uint)Number(row, 4),
                (uint)Number(row, 5),
                Status(row, 6)
            )),
        ];
    }

    public async Task<IReadOnlyList<InterfaceRow>> InterfacesAsync(CancellationToken cancellationToken)
    {
        var rows = await TableAsync(FlowMeterMib.InterfaceEntry.ToArray(), [1, 2], cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new InterfaceRow(row.Key, (int)Number(row, 1), (uint)Number(row, 2)))];
    }

    /// <summary>The rule set of that number or name.</summary>
    /// <exception cref="MeterException">There is none, or several of that name.</exception>
    public async Task<RuleSetRow> FindRuleSetAsync(string numberOrName, CancellationToken cancellationToken)
    {
        var ruleSets = await RuleSetsAsync(cancellationToken).ConfigureAwait(false);
        if (
            uint.TryParse(numberOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && ruleSets.FirstOrDefault(each => each.Index == number) is { } found
        )
            return found;
        var named = ruleSets.Where(each => each.Name == numberOrName).ToList();
        return named.Count switch
        {
            1 => named[0],
            0 => throw new MeterException($"{this}: there is no rule set '{numberOrName}'. List them with: rtfm-manager ruleset list {this}"),
            _ => throw new MeterException(
                $"{this}: {named.Count} rule sets are named '{numberOrName}': {string.Join(", ", named.Select(each => each.Index))}. Give the number."
            ),
        };
    }

    /// <summary>The rules of a set, read back from the meter.</summary>
    public async Task<RuleSet> ReadRuleSetAsync(RuleSetRow row, CancellationToken cancellationToken)
    {
        var columns = new Dictionary<uint, List<SnmpValue>>();
        for (uint column = 3; column <= 7; column++)
        {
            var values = columns[column] = [];
            ObjectIdentifier root = new([.. FlowMeterMib.RuleEntry, column, row.Index]);
            await foreach (var cell in Client.WalkAsync(Target, root, cancellationToken: cancellationToken).ConfigureAwait(false))
                values.Add(cell.Value);
        }
        if (columns.Values.Any(values => values.Count != row.Size))
            throw new MeterException($"{this}: rule set {row.Index} changed while it was read. Try again.");
        return new RuleSet(
            row.Name,
            [
                .. Enumerable
                    .Range(0, row.Size)
                    .Select(i => new Rule(
                        (FlowAttribute)columns[3][i].Signed,
                        new RuleAddress(columns[4][i].Octets),
                        new RuleAddress(columns[5][i].Octets),
                        (Opcode)columns[6][i].Signed,
                        (int)columns[7][i].Signed
                    )),
            ]
        );
    }

    public async Task<MeterStatus> StatusAsync(CancellationToken cancellationToken)
    {
        ObjectIdentifier[] names =
        [
            new(1, 3, 6, 1, 2, 1, 1, 5, 0),
            new(1, 3, 6, 1, 2, 1, 1, 3, 0),
            new(FlowMeterMib.ActiveFlows),
            new(FlowMeterMib.MaxFlows),
            new(FlowMeterMib.FloodMark),
            new(FlowMeterMib.FloodMode),
            new(FlowMeterMib.InactivityTimeout),
        ];
        var scalars = await Client.GetAsync(Target, names, cancellationToken).ConfigureAwait(false);
        if (scalars.Count != names.Length || scalars[2].Value.IsException)
            throw new MeterException($"{this}: it answers SNMP but has no FLOW-METER-MIB: not a meter");
        return new MeterStatus(
            ToString(),
            null,
            scalars[0].Value.Text,
            (uint)scalars[1].Value.Number,
            (int)scalars[2].Value.Signed,
            (int)scalars[3].Value.Signed,
            (int)scalars[4].Value.Signed,
            scalars[5].Value.Signed == 1,
            (int)scalars[6].Value.Signed,
            await RuleSetsAsync(cancellationToken).ConfigureAwait(false),
            await TasksAsync(cancellationToken).ConfigureAwait(false),
            await ReadersAsync(cancellationToken).ConfigureAwait(false),
            await InterfacesAsync(cancellationToken).ConfigureAwait(false)
        );
    }

    /// <summary>A table with one integer index: rows by index, cells by column.</summary>
    private async Task<SortedDictionary<uint, Dictionary<uint, SnmpValue>>> TableAsync(
        uint[] entry,
        uint[] columns,
        CancellationToken cancellationToken
    )
    {
        var rows = new SortedDictionary<uint, Dictionary<uint, SnmpValue>>();
        foreach (var column in columns)
        {
            await foreach (var cell in Client.WalkAsync(Target, new([.. entry, column]), cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                var index = cell.Name.Span[^1];
                if (!rows.TryGetValue(index, out var row))
                    rows.Add(index, row = []);
                row[column] = cell.Value;
            }
        }
        return rows;
    }

    private static long Number(KeyValuePair<uint, Dictionary<uint, SnmpValue>> row, uint column) =>
        row.Value.TryGetValue(column, out var value) ? value.Signed : 0;

    private static string Text(KeyValuePair<uint, Dictionary<uint, SnmpValue>> row, uint column) =>
        row.Value.TryGetValue(column, out var value) ? value.Text : "";

    private static string Status(KeyValuePair<uint, Dictionary<uint, SnmpValue>> row, uint column) =>
        Number(row, column) is >= 1 and <= 3 and var status ? StatusNames[status] : "unknown";
}
