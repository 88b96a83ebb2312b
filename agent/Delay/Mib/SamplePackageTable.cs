using Rtfm.Model.Delay;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Mib;

namespace Rtfm.Agent.Delay.Mib;

/// <summary>rtfmDelayPackageTable: all samples of a flow that are new, in one value. Reading it costs what new samples weigh.</summary>
/// <remarks>The row of a flow is there under every time up to its latest sample's; GETNEXT stays at the time that it was asked with (RFC 4502, TimeFilter), and a walk that names none begins at 0.</remarks>
internal sealed class SamplePackageTable(SampledFlows flows) : IMibProvider
{
    /// <summary>Rule set, since, flow index.</summary>
    private const int IndexLength = 3;

    private static readonly uint[] Column = [.. DelayMib.PackageEntry, DelayMib.PackageColumn.Data];

    public ObjectIdentifier Root { get; } = new(DelayMib.PackageEntry[..^1]);

    public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
    {
        if (!name.StartsWith(Column))
            return GetOutcome.NoSuchObject;
        var index = name[Column.Length..];
        if (index.Length != IndexLength || flows.PackageOf(index[0], index[2], new(index[1])) is not { IsEmpty: false } package)
            return GetOutcome.NoSuchInstance;
        response.OctetString(name, package);
        return GetOutcome.Found;
    }

    public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
    {
        scoped ReadOnlySpan<uint> index = [];
        if (after.StartsWith(Column))
            index = after[Column.Length..];
        else if (after.CompareNames(Column) > 0)
            return false;
        var since = new Model.Uptime(index.Length > 1 ? index[1] : 0);
        var package = flows.NextPackage(index.IsEmpty ? 0 : index[0], ref since, index.Length > 2 ? index[2] : 0);
        if (package.IsEmpty)
            return false;
        OidBuffer.Begin(out var name);
        name.TrySet(Column);
        name.TryAppend(flows.RuleSet, since.Hundredths, flows.Index);
        response.OctetString(name.Span, package);
        return true;
    }
}
