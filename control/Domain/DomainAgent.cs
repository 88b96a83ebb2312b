using System.Diagnostics;
using System.Globalization;
using Rtfm.Control.Domain.Selection;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control.Domain;

/// <summary>An agent asked about its domain (RTFM-DOMAIN-MIB): its groups and tables as records.</summary>
public sealed partial class DomainAgent(Meter meter)
{
    /// <summary>A longer table is no domain's: it must not fill our memory.</summary>
    private const int MaxRows = 100_000;

    /// <summary>How often an agent is asked to learn how fast it answers: the fastest counts, others had something else in their way.</summary>
    private const int AnswersMeasured = 3;

    private static readonly string[] Roles = ["", "outside", "joining", "member", "candidate", "master"];
    private static readonly string[] MemberStates = ["", "unknown", "alive", "silent"];
    private static readonly string[] DeliveryStates = ["", "waiting", "loading", "loaded", "active", "refused", "unreachable"];

    private static ReadOnlySpan<uint> SystemName => [1, 3, 6, 1, 2, 1, 1, 5, 0];

    private static ReadOnlySpan<uint> SnmpEngineId => [1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0];

    private static ReadOnlySpan<uint> SnmpEngineBoots => [1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0];

    public Meter Meter { get; } = meter;

    public override string ToString() => Meter.ToString();

    /// <summary>What it is in its domain; null: it answers, but has no RTFM-DOMAIN-MIB.</summary>
    public async Task<DomainSelf?> SelfAsync(CancellationToken cancellationToken)
    {
        uint[] objects = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14];
        var answer = await GetAsync(
                [new(SnmpEngineId), new(SystemName), .. objects.Select(each => Scalar(DomainMib.Self, each)), new(SnmpEngineBoots)],
                cancellationToken
            )
            .ConfigureAwait(false);
        if (answer[2].Value.IsException)
            return null;
        return new DomainSelf(
            Hex(answer[0].Value),
            Meter.Text(answer[1].Value),
            Meter.Text(answer[2].Value),
            Word(Roles, answer[3].Value),
            (uint)answer[4].Value.Number,
            Hex(answer[5].Value),
            Meter.Text(answer[6].Value),
            new((uint)answer[7].Value.Number, (uint)answer[8].Value.Number),
            answer[9].Value.Signed == 1,
            (uint)answer[10].Value.Number,
            (uint)answer[11].Value.Number,
            (uint)answer[12].Value.Number,
            (int)answer[13].Value.Signed,
            (uint)answer[14].Value.Number
        );
    }

    /// <summary>What a master is chosen by, with the time that it took to answer.</summary>
    /// <param name="times">How often it is asked, to learn how fast it answers.</param>
    /// <exception cref="MeterException">It does not tell all of them.</exception>
    public async Task<DomainFigures> FiguresAsync(CancellationToken cancellationToken, int times = AnswersMeasured)
    {
        ObjectIdentifier[] names = [.. Enumerable.Range(1, 10).Select(each => Scalar(DomainMib.Figures, (uint)each))];
        IReadOnlyList<VarBind> answer = [];
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            answer = await GetAsync(names, cancellationToken).ConfigureAwait(false);
            fastest = TimeSpan.FromTicks(Math.Min(fastest.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
        }
        if (answer.Any(each => each.Value.IsException))
            throw new MeterException($"{this}: it does not tell the figures that a master is chosen by (rtfmDomainFigures)");
        var figures = answer.Select(each => (uint)each.Value.Number).ToArray();
        return new DomainFigures
        {
            CpuBusy = figures[0],
            Processors = figures[1],
            InterfaceSpeed = figures[2],
            PacketRate = figures[3],
            PacketCapacity = figures[4],
            PacketLoss = figures[5],
            MemoryTotal = figures[6],
            MemoryFree = figures[7],
            FlowCapacity = figures[8],
            FlowRoom = figures[9],
            Answer = fastest,
        };
    }

    public async Task<IReadOnlyList<DomainMemberRow>> MembersAsync(CancellationToken cancellationToken)
    {
        var rows = await TableAsync(DomainMib.MemberEntry.ToArray(), [2, 3, 4, 5, 6, 7, 8, 9], cancellationToken).ConfigureAwait(false);
        return
        [
            .. rows.Select(row => new DomainMemberRow(
                    EngineOf(row.Key.Span, 0),
                    Text(row.Value, 2),
                    Text(row.Value, 3),
                    (int)Number(row.Value, 4),
                    (int)Number(row.Value, 5),
                    Word(MemberStates, row.Value.GetValueOrDefault(6u)),
                    Number(row.Value, 7),
                    new(Number(row.Value, 8), Number(row.Value, 9))
                ))
                .OrderBy(row => row.Number),
        ];
    }

    public async Task<IReadOnlyList<DomainRuleSetRow>> RuleSetsAsync(CancellationToken cancellationToken) =>
        [.. (await AllRuleSetsAsync(cancellationToken).ConfigureAwait(false)).Where(each => !each.IsRemoved)];

    /// <summary>The greatest version that there ever was of a rule set; 0: there was none of that name.</summary>
    public async Task<uint> NewestVersionAsync(string ruleSet, CancellationToken cancellationToken) =>
        (await AllRuleSetsAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(each => each.Name == ruleSet)?.Newest ?? 0;

    private async Task<IReadOnlyList<DomainRuleSetRow>> AllRuleSetsAsync(CancellationToken cancellationToken)
    {
        var rows = await TableAsync(DomainMib.RuleSetEntry.ToArray(), [2, 3, 4, 5, 6, 7], cancellationToken).ConfigureAwait(false);
        return
        [
            .. rows.Select(row => new DomainRuleSetRow(
                row.Key.Span[0],
                Text(row.Value, 2),
                Number(row.Value, 3),
                Number(row.Value, 4),
                Versions(Text(row.Value, 5)),
                Number(row.Value, 6),
                Number(row.Value, 7)
            )),
        ];
    }

    /// <summary>How rule sets come to the members: at the master, elsewhere there are none.</summary>
    public async Task<IReadOnlyList<DeliveryRow>> DeliveriesAsync(CancellationToken cancellationToken)
    {
        var rows = await TableAsync(DomainMib.DeliveryEntry.ToArray(), [1, 2, 3, 4], cancellationToken).ConfigureAwait(false);
        return
        [
            .. rows.Select(row => new DeliveryRow(
                row.Key.Span[0],
                EngineOf(row.Key.Span, 1),
                Number(row.Value, 1),
                Word(DeliveryStates, row.Value.GetValueOrDefault(2u)),
                Text(row.Value, 3),
                Number(row.Value, 4)
            )),
        ];
    }

    /// <summary>Null: the agent does not tell.</summary>
    public async Task<DomainCollection?> CollectionAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync([.. Enumerable.Range(1, 12).Select(each => Scalar(DomainMib.Collection, (uint)each))], cancellationToken)
            .ConfigureAwait(false);
        if (answer[0].Value.IsException)
            return null;
        var numbers = answer.Select(each => each.Value.IsException ? 0 : (uint)each.Value.Number).ToArray();
        return new DomainCollection(
            numbers[0] == 2 ? "serial" : "parallel",
            numbers[11] switch
            {
                1 => "master",
                2 => "distributed",
                _ => "",
            },
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5],
            numbers[6],
            numbers[7],
            Meter.Text(answer[8].Value),
            numbers[9],
            numbers[10]
        );
    }

    private static ObjectIdentifier Scalar(ReadOnlySpan<uint> group, uint number) => new([.. group, number, 0]);

    private async Task<IReadOnlyList<VarBind>> GetAsync(ObjectIdentifier[] names, CancellationToken cancellationToken)
    {
        var answer = await Meter.Client.GetAsync(Meter.Target, names, cancellationToken).ConfigureAwait(false);
        return answer.Count == names.Length ? answer : throw new MeterException($"{this}: it answers with {answer.Count} values to {names.Length}");
    }

    /// <summary>A table of any index: rows by index, cells by column.</summary>
    private async Task<SortedDictionary<ObjectIdentifier, Dictionary<uint, SnmpValue>>> TableAsync(
        uint[] entry,
        uint[] columns,
        CancellationToken cancellationToken
    )
    {
        var rows = new SortedDictionary<ObjectIdentifier, Dictionary<uint, SnmpValue>>();
        foreach (var column in columns)
        {
            var walk = Meter.Client.WalkAsync(Meter.Target, new([.. entry, column]), cancellationToken: cancellationToken);
            await foreach (var cell in walk.ConfigureAwait(false))
            {
                var index = new ObjectIdentifier(cell.Name.Span[(entry.Length + 1)..]);
                if (!rows.TryGetValue(index, out var row))
                {
                    if (rows.Count == MaxRows)
                        throw new MeterException($"{this}: a table of more than {MaxRows} rows: not a domain's");
                    rows.Add(index, row = []);
                }
                row[column] = cell.Value;
            }
        }
        return rows;
    }

    private static uint Number(Dictionary<uint, SnmpValue> row, uint column) => (uint)row.GetValueOrDefault(column).Number;

    private static string Text(Dictionary<uint, SnmpValue> row, uint column) => Meter.Text(row.GetValueOrDefault(column));

    private static string Word(string[] words, SnmpValue value) => value.Signed >= 1 && value.Signed < words.Length ? words[value.Signed] : "unknown";

    private static string Hex(SnmpValue value) => Convert.ToHexString(value.Octets);

    /// <summary>An snmpEngineID in an index: its length, then its octets (RFC 2578 §7.7).</summary>
    private static string EngineOf(ReadOnlySpan<uint> index, int from)
    {
        if (index.Length <= from || index[from] != index.Length - from - 1)
            return "";
        var octets = new byte[index[from]];
        for (var i = 0; i < octets.Length; i++)
            octets[i] = (byte)index[from + 1 + i];
        return Convert.ToHexString(octets);
    }

    private static IReadOnlyList<uint> Versions(string text) =>
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(each => uint.TryParse(each, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Where(version => version != 0),
        ];
}
