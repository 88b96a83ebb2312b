using System.Globalization;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Control;

/// <summary>A meter as a manager sees it: its tables as rows, its objects to set.</summary>
public sealed partial class Meter(SnmpClient client, SnmpTarget target)
{
    /// <summary>A table of control rows that is longer is no meter's: it must not fill our memory.</summary>
    private const int MaxRows = 100_000;

    private static readonly string[] StatusNames = ["", "active", "notInService", "notReady"];

    private static ReadOnlySpan<uint> SystemName => [1, 3, 6, 1, 2, 1, 1, 5, 0];

    private static ReadOnlySpan<uint> SystemUpTime => [1, 3, 6, 1, 2, 1, 1, 3, 0];

    public SnmpClient Client { get; } = client;

    public SnmpTarget Target { get; } = target;

    public override string ToString() => Target.Name;

    /// <summary>What went wrong, without the meter's name in front.</summary>
    public string ReasonOf(Exception fault) =>
        fault.Message.StartsWith($"{this}: ", StringComparison.Ordinal) ? fault.Message[(ToString().Length + 2)..] : fault.Message;

    public static ObjectIdentifier RuleSetInfo(uint column, uint index) => new([.. FlowMeterMib.RuleSetInfoEntry, column, index]);

    public static ObjectIdentifier Task(uint column, uint index) => new([.. FlowMeterMib.ManagerInfoEntry, column, index]);

    public static ObjectIdentifier Rule(uint column, uint ruleSet, int rule) => new([.. FlowMeterMib.RuleEntry, column, ruleSet, (uint)rule]);

    /// <summary>The varbind that sets a RowStatus.</summary>
    public static VarBind SetStatus(ObjectIdentifier name, RowStatus status) => new(name, SnmpValue.Integer((int)status));

    /// <exception cref="SnmpErrorException">The meter refuses one of them: none is set.</exception>
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

    /// <summary>Removes a rule set, its rules and its flows (MIB-33); one that is not there is no error (MIB-21).</summary>
    public Task DestroyRuleSetAsync(uint number, CancellationToken cancellationToken) =>
        SetAsync(cancellationToken, SetStatus(RuleSetInfo(5, number), RowStatus.Destroy));

    /// <summary>The meter's clock. It is sysUpTime where the meter is the whole agent (MIB-06).</summary>
    public async Task<Uptime> UptimeAsync(CancellationToken cancellationToken)
    {
        var answer = await Client.GetAsync(Target, [new(SystemUpTime)], cancellationToken).ConfigureAwait(false);
        return answer is [{ Value.Tag: BerTag.TimeTicks } uptime]
            ? new Uptime((uint)uptime.Value.Number)
            : throw new MeterException($"{this}: it does not say its sysUpTime");
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

    public async Task<MeterStatus> StatusAsync(CancellationToken cancellationToken)
    {
        ObjectIdentifier[] names =
        [
            new(SystemName),
            new(SystemUpTime),
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
            Text(scalars[0].Value),
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
                {
                    if (rows.Count == MaxRows)
                        throw new MeterException($"{this}: a table of more than {MaxRows} rows: not a meter");
                    rows.Add(index, row = []);
                }
                row[column] = cell.Value;
            }
        }
        return rows;
    }

    private static long Number(KeyValuePair<uint, Dictionary<uint, SnmpValue>> row, uint column) =>
        row.Value.TryGetValue(column, out var value) ? value.Signed : 0;

    private static string Text(KeyValuePair<uint, Dictionary<uint, SnmpValue>> row, uint column) =>
        row.Value.TryGetValue(column, out var value) ? Text(value) : "";

    /// <summary>An octet string as text that drives no terminal: what a meter calls things is shown on them.</summary>
    public static string Text(SnmpValue value) => string.Concat(value.Text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Status(KeyValuePair<uint, Dictionary<uint, SnmpValue>> row, uint column) =>
        Number(row, column) is >= 1 and <= 3 and var status ? StatusNames[status] : "unknown";
}
