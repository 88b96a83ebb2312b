namespace Rtfm.Agent.Matching;

/// <summary>A chain of tests that differ in the value only, decided by one look into a table (PME-22).</summary>
internal sealed class TestTable
{
    private readonly Dictionary<(ulong First, ulong Second), int> _targets = [];

    /// <summary>Adds what comes when the attribute has this value; the first test of a value is the one that counts.</summary>
    public void Add(in RuleOctets value, int target) => _targets.TryAdd((value.First, value.Second), target);

    /// <summary>The number of the target for the masked octets; -1: no test succeeds. Called by compiled rule sets.</summary>
    public static int Find(TestTable[] tables, int table, ulong first, ulong second) =>
        tables[table]._targets.TryGetValue((first, second), out var target) ? target : -1;
}
