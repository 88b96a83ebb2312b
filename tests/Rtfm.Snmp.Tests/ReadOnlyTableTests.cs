using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Tests;

/// <summary>Tables that are only read: RFC 3416 §4.2.1 and §4.2.2 over snapshots of rows.</summary>
[TestFixture]
public sealed class ReadOnlyTableTests
{
    private static readonly uint[] Entry = [1, 3, 6, 1, 9, 7, 1];

    private static readonly (uint[], Row)[] Rows =
    [
        ([2, 1], new Row(21, 210)),
        ([1, 300], new Row(1300, null)),
        ([1, 2, 5], new Row(125, 1250)),
        ([1, 2], new Row(12, 120)),
        ([1, 2], new Row(99, 990)),
    ];

    private readonly byte[] _answer = new byte[1_000];
    private RowSnapshot<Row> _rows = null!;
    private ReadOnlyTable<Row> _table = null!;

    private sealed record Row(int Number, int? Other)
    {
        public byte[] Text { get; } = "text"u8.ToArray();
    }

    [SetUp]
    public void MakeTable()
    {
        _rows = new(Rows);
        _table = ReadOnlyTable
            .Of(Entry, () => _rows)
            .Integer(2, "number", row => row.Number)
            .Counter64(4, "large", row => (ulong)row.Number)
            .Integer(7, "other", row => row.Other ?? 0, row => row.Other is not null)
            .Octets(9, "text", row => row.Text);
    }

    [Test]
    public void A_walk_goes_down_the_columns_in_the_order_of_the_indexes() =>
        Assert.That(
            Walk(SnmpVersion.V2c),
            Is.EqualTo([
                "2.1.2",
                "2.1.2.5",
                "2.1.300",
                "2.2.1",
                "4.1.2",
                "4.1.2.5",
                "4.1.300",
                "4.2.1",
                "7.1.2",
                "7.1.2.5",
                "7.2.1",
                "9.1.2",
                "9.1.2.5",
                "9.1.300",
                "9.2.1",
            ])
        );

    [Test]
    public void SNMPv1_passes_over_columns_of_64_bits() =>
        Assert.That(Walk(SnmpVersion.V1), Has.None.StartsWith("4.").And.Some.StartsWith("2.").And.Some.StartsWith("7."));

    [Test]
    public void Of_two_rows_with_one_index_the_first_counts() => Assert.That(Get("2.1.2").Value.Signed, Is.EqualTo(12));

    [TestCase("2.1.300", ExpectedResult = GetOutcome.Found)]
    [TestCase("7.1.300", ExpectedResult = GetOutcome.NoSuchInstance, Description = "the row has no such column")]
    [TestCase("2.1", ExpectedResult = GetOutcome.NoSuchInstance, Description = "the index is cut short")]
    [TestCase("2.1.2.6", ExpectedResult = GetOutcome.NoSuchInstance)]
    [TestCase("2", ExpectedResult = GetOutcome.NoSuchInstance)]
    [TestCase("3.1.2", ExpectedResult = GetOutcome.NoSuchObject)]
    [TestCase("", ExpectedResult = GetOutcome.NoSuchObject)]
    public GetOutcome A_name_is_found_or_what_is_missing_is_told(string name) => Get(name).Outcome;

    [TestCase("2.1", ExpectedResult = "2.1.2", Description = "cut short")]
    [TestCase("2.1.2.5.9", ExpectedResult = "2.1.300", Description = "too long")]
    [TestCase("2.4294967295", ExpectedResult = "4.1.2")]
    [TestCase("5", ExpectedResult = "7.1.2", Description = "between columns")]
    [TestCase("9.2.1", ExpectedResult = null)]
    public string? GETNEXT_goes_on_behind_any_name(string after) => Next(Name(after), SnmpVersion.V2c);

    [Test]
    public void Names_before_the_table_lead_to_its_beginning_and_names_behind_it_nowhere()
    {
        Assert.That(Next([1, 3], SnmpVersion.V2c), Is.EqualTo("2.1.2"));
        Assert.That(Next([1, 3, 6, 1, 9, 8], SnmpVersion.V2c), Is.Null);
    }

    [Test]
    public void A_walk_goes_on_behind_a_row_that_is_gone()
    {
        _rows = new(Rows[..1]);
        Assert.That(Next(Name("2.1.300"), SnmpVersion.V2c), Is.EqualTo("2.2.1"));
    }

    [Test]
    public void A_table_without_rows_has_nothing()
    {
        _rows = RowSnapshot<Row>.Empty;
        Assert.That(Next([1, 3], SnmpVersion.V2c), Is.Null);
        Assert.That(Get("2.1.2").Outcome, Is.EqualTo(GetOutcome.NoSuchInstance));
    }

    [Test]
    public void A_scalar_is_a_row_of_index_0()
    {
        var state = new Row(5, 6);
        _table = ReadOnlyTable.Scalars(Entry, () => state).Integer(2, "number", row => row.Number).Integer(3, "other", row => row.Other ?? 0);
        Assert.That(Walk(SnmpVersion.V2c), Is.EqualTo(["2.0", "3.0"]));
        Assert.That(Get("3.0").Value.Signed, Is.EqualTo(6));
        Assert.That(Get("3.1").Outcome, Is.EqualTo(GetOutcome.NoSuchInstance));
    }

    [Test]
    public void A_scalar_beside_others_answers_for_itself_alone()
    {
        _table = ReadOnlyTable.Scalar([.. Entry, 2], () => Rows[0].Item2).Integer(2, "number", row => row.Number);
        Assert.That(_table.Root, Is.EqualTo(new ObjectIdentifier([.. Entry, 2])));
        Assert.That(Walk(SnmpVersion.V2c), Is.EqualTo(["2.0"]));
    }

    [Test]
    public void A_walk_allocates_nothing()
    {
        Count();
        Count();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = Count();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(count, Is.EqualTo(15));

        int Count()
        {
            OidBuffer name = default;
            name.TrySet(Entry);
            for (var found = 0; ; found++)
            {
                var writer = new VarBindWriter(new BerWriter(_answer));
                if (!_table.GetNext(name.Span, new(SnmpVersion.V2c, ""), ref writer))
                    return found;
                name.TrySet(writer.LastName);
            }
        }
    }

    private List<string> Walk(SnmpVersion version)
    {
        var names = new List<string>();
        for (var name = Next(Entry, version); name is not null; name = Next(Name(name), version))
            names.Add(name);
        return names;
    }

    private static uint[] Name(string suffix) => suffix.Length == 0 ? Entry : [.. Entry, .. ObjectIdentifier.Parse(suffix).Span];

    private string? Next(uint[] after, SnmpVersion version)
    {
        var writer = new VarBindWriter(new BerWriter(_answer));
        return _table.GetNext(after, new(version, ""), ref writer) ? string.Join('.', writer.LastName[Entry.Length..].ToArray()) : null;
    }

    private (GetOutcome Outcome, SnmpValue Value) Get(string suffix)
    {
        var writer = new VarBindWriter(new BerWriter(_answer));
        var outcome = _table.Get(Name(suffix), new(SnmpVersion.V2c, ""), ref writer);
        var reader = new VarBindReader(writer.Ber.Written);
        return (outcome, outcome == GetOutcome.Found && reader.Read() && reader.TryValue(out var value) ? value : SnmpValue.Null);
    }
}
