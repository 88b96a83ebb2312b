using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Messages;
using Rtfm.Testing;

namespace Rtfm.MeterReader.Tests.Collection;

/// <summary>
/// A meter as RFC 2720 describes it, without packets or network: flows with counters and times, readers whose PreviousTime holds flows back, recovery of
/// idle flows as early as it is allowed, restarts. Time is a <see cref="FakeClock"/>.
/// </summary>
internal sealed class SimulatedMeter(FakeClock clock) : IMeterSession
{
    private sealed record Row
    {
        public int RuleSet { get; init; }
        public string Owner { get; init; } = "";
        public int TimeoutSeconds { get; init; }
        public uint LastTime { get; init; }
        public uint PreviousTime { get; init; }
        public int Status { get; init; } = 1;
    }

    private readonly SortedDictionary<(int RuleSet, uint Index), SimulatedFlow> _flows = [];
    private readonly SortedDictionary<uint, Row> _readers = [];
    private readonly SortedDictionary<uint, string> _ruleSets = new() { [1] = "built-in", [2] = "edge" };

    public string Name => "simulated";

    /// <summary>Shows snmpEngineID and snmpEngineBoots.</summary>
    public bool HasEngine { get; init; } = true;

    public bool HasPackages { get; init; } = true;

    /// <summary>Answers a GETNEXT past the last row with the next time mark, as meters before RFC 4502 did (MIB-93).</summary>
    public bool RepeatsTimeMarks { get; init; }

    /// <summary>Columns of flowDataTable that it does not have.</summary>
    public HashSet<FlowAttribute> MissingColumns { get; } = [];

    /// <summary>How long a flow must be idle before it may be recovered, in hundredths of a second.</summary>
    public uint InactivityTimeout { get; init; } = 500;

    /// <summary>Counts restarts: snmpEngineBoots.</summary>
    public int Life => BootTimes.Count;

    /// <summary>Every flow there ever was, recovered ones included.</summary>
    public List<SimulatedFlow> History { get; } = [];

    /// <summary>Called with the number of each request before it is carried out; may throw instead of the network, or change the meter.</summary>
    public Action<SimulatedMeter, string>? Before { get; set; }

    /// <summary>Called after a request was carried out and before its answer arrives.</summary>
    public Action<SimulatedMeter, string>? After { get; set; }

    /// <summary>What an answer's value becomes on its way: a meter that lies.</summary>
    public Func<ObjectIdentifier, SnmpValue, (ObjectIdentifier, SnmpValue)>? Distort { get; set; }

    public uint Now => (uint)((clock.GetUtcNow() - BootTimes[^1]).Ticks / 100_000);

    /// <summary>When each life began.</summary>
    public List<DateTimeOffset> BootTimes { get; } = [clock.GetUtcNow()];

    public int ReaderRows => _readers.Count;

    public int ActiveFlows => _flows.Count;

    public (string Owner, int RuleSet, int TimeoutSeconds, uint LastTime, uint PreviousTime) Reader(uint index) =>
        (_readers[index].Owner, _readers[index].RuleSet, _readers[index].TimeoutSeconds, _readers[index].LastTime, _readers[index].PreviousTime);

    /// <summary>A packet arrives.</summary>
    public void Count(int ruleSet, int key, uint octets)
    {
        var flow = _flows.Values.FirstOrDefault(each => each.RuleSet == ruleSet && each.Key == key);
        if (flow is null)
        {
            var index = 1u;
            while (_flows.Keys.Any(each => each.Index == index))
                index++;
            flow = new SimulatedFlow(Life, ruleSet, index, key, Now);
            _flows.Add((ruleSet, index), flow);
            History.Add(flow);
        }
        flow.LastActive = Now;
        flow.ToOctets += octets;
        flow.ToPdus++;
    }

    /// <summary>Readers that stay away lose their row; flows that are idle and read by all go (AMB-47: strictly before PreviousTime). A rule set that nobody reads keeps all.</summary>
    public void Maintain()
    {
        foreach (var (index, row) in _readers.ToList())
        {
            if (row.TimeoutSeconds > 0 && Now - row.LastTime > row.TimeoutSeconds * 100L)
                _readers.Remove(index);
        }
        foreach (var (id, flow) in _flows.ToList())
        {
            var held = _readers.Values.Where(row => row.RuleSet == flow.RuleSet).Select(row => row.PreviousTime).DefaultIfEmpty(0u).Min();
            if (Now - flow.LastActive >= InactivityTimeout && flow.LastActive < held)
                _flows.Remove(id);
        }
    }

    public void Restart(TimeSpan downtime)
    {
        clock.Advance(downtime);
        BootTimes.Add(clock.GetUtcNow());
        _flows.Clear();
        _readers.Clear();
    }

    public void ForgetReaders() => _readers.Clear();

    public void LoseRuleSet(uint number) => _ruleSets.Remove(number);

    /// <summary>Another reader registers.</summary>
    public void AddReader(uint index, string owner, int ruleSet) => _readers.Add(index, new Row { Owner = owner, RuleSet = ruleSet });

    /// <summary>Somebody sets LastTime of a row.</summary>
    public void BeginCollection(uint index) => _readers[index] = _readers[index] with { PreviousTime = _readers[index].LastTime, LastTime = Now };

    public Task<IReadOnlyList<SnmpValue>> GetAsync(IReadOnlyList<ObjectIdentifier> names, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<SnmpValue>>("get", () => [.. names.Select(name => Show(name, Get(name)).Value)], cancellationToken);

    public Task SetAsync(IReadOnlyList<VarBind> varBinds, CancellationToken cancellationToken) =>
        AnswerAsync(
            "set",
            () =>
            {
                Set(varBinds);
                return true;
            },
            cancellationToken
        );

    public Task<bool> NextAsync(IReadOnlyList<ObjectIdentifier> names, int repetitions, IVarBindSink sink, CancellationToken cancellationToken) =>
        AnswerAsync(
            "next",
            () =>
            {
                var at = names.ToArray();
                for (var repetition = 0; repetition < repetitions; repetition++)
                {
                    for (var i = 0; i < at.Length; i++)
                    {
                        var (name, value) = Show(at[i] = Next(at[i], out var found), found);
                        if (!sink.Accept(name.Span, value.Tag, Content(value)))
                            return true;
                    }
                }
                return true;
            },
            cancellationToken
        );

    private Task<T> AnswerAsync<T>(string kind, Func<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            Before?.Invoke(this, kind);
            var result = answer();
            After?.Invoke(this, kind);
            return Task.FromResult(result);
        }
        catch (Exception fault)
        {
            return Task.FromException<T>(fault);
        }
    }

    private (ObjectIdentifier Name, SnmpValue Value) Show(ObjectIdentifier name, SnmpValue value) =>
        Distort is null ? (name, value) : Distort(name, value);

    private SnmpValue Get(ObjectIdentifier name)
    {
        foreach (var (each, value) in Control())
        {
            if (each == name)
                return value;
        }
        var data = FlowMeterMib.DataEntry;
        if (name.Length == data.Length + 4 && name.Span.StartsWith(data))
        {
            var (column, ruleSet, since, index) = ((FlowAttribute)name.Span[^4], (int)name.Span[^3], name.Span[^2], name.Span[^1]);
            if (_flows.TryGetValue((ruleSet, index), out var flow) && flow.LastActive >= since && !MissingColumns.Contains(column))
                return Cell(flow, column);
        }
        return SnmpValue.Empty(BerTag.NoSuchInstance);
    }

    private ObjectIdentifier Next(ObjectIdentifier name, out SnmpValue value)
    {
        if (NextPackage(name, out var found, out value) || NextColumn(name, out found, out value))
            return found;
        foreach (var (each, content) in Control())
        {
            if (each > name)
            {
                value = content;
                return each;
            }
        }
        value = SnmpValue.Empty(BerTag.EndOfMibView);
        return name;
    }

    private bool NextPackage(ObjectIdentifier name, out ObjectIdentifier found, out SnmpValue value)
    {
        (found, value) = (default, default);
        ObjectIdentifier column = new([.. FlowMeterMib.DataPackageEntry, 5]);
        if (!HasPackages || !column.IsPrefixOf(name.Span) || name.Length <= column.Length)
            return false;
        var rest = name.Span[column.Length..];
        var count = (int)rest[0];
        if (rest.Length <= count)
            return false;
        var attributes = rest[1..(count + 1)].ToArray();
        if (!TryNextRow(rest[(count + 1)..], out var at, out var flow))
            return false;
        found = column.Append([(uint)count, .. attributes, .. at]);
        value = SnmpValue.OctetString(flow.Package(attributes));
        return true;
    }

    private bool NextColumn(ObjectIdentifier name, out ObjectIdentifier found, out SnmpValue value)
    {
        (found, value) = (default, default);
        var data = FlowMeterMib.DataEntry;
        if (!name.Span.StartsWith(data) || name.Length <= data.Length)
            return false;
        var column = name.Span[data.Length];
        var after = name.Span[(data.Length + 1)..].ToArray();
        for (; column <= (uint)FlowAttribute.FlowKind; column++, after = [])
        {
            if (MissingColumns.Contains((FlowAttribute)column) || !TryNextRow(after, out var at, out var flow))
                continue;
            found = new ObjectIdentifier([.. data, column, .. at]);
            value = Cell(flow, (FlowAttribute)column);
            return true;
        }
        return false;
    }

    /// <summary>MIB-92: the next flow of the rule set at that time mark, else the next rule set's first.</summary>
    private bool TryNextRow(ReadOnlySpan<uint> after, out uint[] at, out SimulatedFlow flow)
    {
        var ruleSet = after.Length > 0 ? (int)after[0] : 0;
        var since = after.Length > 1 ? after[1] : 0;
        var index = after.Length > 2 ? after[2] : 0;
        (at, flow) = ([], null!);
        foreach (var (id, each) in _flows)
        {
            if (id.RuleSet == ruleSet && id.Index > index && each.LastActive >= since)
            {
                (at, flow) = ([(uint)id.RuleSet, since, id.Index], each);
                return true;
            }
        }
        if (RepeatsTimeMarks && _flows.Any(each => each.Key.RuleSet == ruleSet && each.Value.LastActive > since))
            return TryNextRow([(uint)ruleSet, since + 1], out at, out flow);
        foreach (var (id, each) in _flows)
        {
            if (id.RuleSet > ruleSet)
            {
                (at, flow) = ([(uint)id.RuleSet, 0, id.Index], each);
                return true;
            }
        }
        return false;
    }

    private static SnmpValue Cell(SimulatedFlow flow, FlowAttribute column)
    {
        var value = flow.Value(column);
        return FlowAttributes.Find(column)?.Syntax switch
        {
            AttributeSyntax.Counter64 => SnmpValue.Counter64(value.Number),
            AttributeSyntax.TimeTicks => SnmpValue.TimeTicks((uint)value.Number),
            AttributeSyntax.Integer => SnmpValue.Integer((long)value.Number),
            _ => SnmpValue.OctetString(value.Octets),
        };
    }

    private void Set(IReadOnlyList<VarBind> varBinds)
    {
        var name = varBinds[0].Name.Span;
        if (!name.StartsWith(FlowMeterMib.ReaderInfoEntry))
            throw new SnmpErrorException("simulated: notWritable", ErrorStatus.NotWritable, 1);
        var (column, index) = (name[^2], name[^1]);
        if (column == MeterMib.ReaderStatus && varBinds[0].Value.Signed == 4)
        {
            if (_readers.ContainsKey(index))
                throw new SnmpErrorException("simulated: inconsistentValue", ErrorStatus.InconsistentValue, 1);
            _readers[index] = new Row
            {
                RuleSet = (int)varBinds[1].Value.Signed,
                Owner = varBinds[2].Value.Text,
                TimeoutSeconds = (int)varBinds[3].Value.Signed,
            };
        }
        else if (column == MeterMib.ReaderStatus && varBinds[0].Value.Signed == 6)
            _readers.Remove(index);
        else if (column == MeterMib.ReaderLastTime && _readers.ContainsKey(index))
            BeginCollection(index);
        else
            throw new SnmpErrorException("simulated: inconsistentName", ErrorStatus.InconsistentName, 1);
    }

    /// <summary>Scalars and control tables, in order.</summary>
    private IEnumerable<(ObjectIdentifier Name, SnmpValue Value)> Control()
    {
        yield return (MeterMib.SysUpTime, SnmpValue.TimeTicks(Now));
        foreach (var (number, name) in _ruleSets)
            yield return (MeterMib.RuleInfo(MeterMib.RuleInfoName, number), SnmpValue.OctetString(name));
        foreach (var (number, _) in _ruleSets)
        {
            var flows = _flows.Keys.Count(each => each.RuleSet == number);
            yield return (MeterMib.RuleInfo(MeterMib.RuleInfoFlowRecords, number), SnmpValue.Integer(flows));
        }
        foreach (
            var (column, value) in new (uint, Func<Row, SnmpValue>)[]
            {
                (MeterMib.ReaderTimeout, row => SnmpValue.Integer(row.TimeoutSeconds)),
                (MeterMib.ReaderOwner, row => SnmpValue.OctetString(row.Owner)),
                (MeterMib.ReaderLastTime, row => SnmpValue.TimeTicks(row.LastTime)),
                (MeterMib.ReaderPreviousTime, row => SnmpValue.TimeTicks(row.PreviousTime)),
                (MeterMib.ReaderStatus, row => SnmpValue.Integer(row.Status)),
                (MeterMib.ReaderRuleSet, row => SnmpValue.Integer(row.RuleSet)),
            }
        )
        {
            foreach (var (index, row) in _readers)
                yield return (MeterMib.Reader(column, index), value(row));
        }
        yield return (MeterMib.Task(MeterMib.ManagerCurrentRuleSet, 1), SnmpValue.Integer(2));
        yield return (MeterMib.Task(MeterMib.ManagerStandbyRuleSet, 1), SnmpValue.Integer(0));
        yield return (MeterMib.Task(MeterMib.ManagerStatus, 1), SnmpValue.Integer(1));
        // flowRuleSelector.1.1: what follows the flow tables.
        yield return (new ObjectIdentifier([.. FlowMeterMib.RuleEntry, 3, 1, 1]), SnmpValue.Integer(0));
        if (HasEngine)
        {
            yield return (MeterMib.EngineId, SnmpValue.OctetString([0x80, 0, 0, 1]));
            yield return (MeterMib.EngineBoots, SnmpValue.Integer(Life));
        }
    }

    private static byte[] Content(SnmpValue value)
    {
        var writer = new BerWriter(new byte[4_096]);
        value.WriteTo(ref writer);
        var reader = new BerReader(writer.Written);
        return reader.Any(out _).ToArray();
    }
}
