using System.Collections.Immutable;
using Rtfm.Control.Reading;
using Rtfm.Model;

namespace Rtfm.MeterReader.Collection;

/// <summary>Reads flows from one meter in the best way that it offers: data packages, else columns. What it offers is found out once.</summary>
internal sealed class FlowReading(MeterSettings settings)
{
    /// <summary>On the machine itself, and over a connection: more than fit into the largest datagram, so each answer is full.</summary>
    private const int FlowsPerLargeAnswer = 1_000;

    /// <summary>Over a network by UDP: an answer of some 20 KiB. IP cuts it into 15 pieces; should one be lost, little has to be sent again.</summary>
    private const int FlowsPerDatagram = 100;

    private readonly PushedAttributes? _pushed = settings.AddsPushed ? new() : null;
    private bool _hasStandardPackages;
    private bool _hasExtendedPackages;
    private bool _lacksExtendedPackages;
    private ImmutableArray<FlowAttribute>? _columns;

    /// <summary>True once the meter turned out to have no flowDataPackageTable.</summary>
    public bool ReadsColumns => _columns is not null;

    /// <summary>The flows of the rule set that were active at <paramref name="since"/> or later.</summary>
    /// <exception cref="CollectionException">The meter's answers make no sense.</exception>
    public async Task<PackageSpool> ReadAsync(IMeterSession meter, int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var flows = settings.FlowsPerRequest ?? (meter.TakesLargeAnswers ? FlowsPerLargeAnswer : FlowsPerDatagram);
        var attributes = await AttributesAsync(meter, ruleSet, cancellationToken).ConfigureAwait(false);
        var spool = new PackageSpool(ruleSet, attributes);
        try
        {
            if (ReadsColumns)
            {
                await ColumnReading
                    .ReadAsync(meter, ruleSet, since, Math.Max(1, flows / attributes.Length), spool, cancellationToken)
                    .ConfigureAwait(false);
                return spool;
            }
            await PackageReading.ReadAsync(meter, ruleSet, since, flows, settings.RequestsInFlight, spool, cancellationToken).ConfigureAwait(false);
            ref var hasPackages = ref HasPackages(attributes);
            hasPackages |= spool.Count > 0;
            if (hasPackages)
                return spool;
            if (!await LacksPackagesAsync(meter, ruleSet, attributes, cancellationToken).ConfigureAwait(false))
                return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
        spool.Dispose();
        return await ReadAsync(meter, ruleSet, since, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<FlowAttribute>> AttributesAsync(IMeterSession meter, int ruleSet, CancellationToken cancellationToken)
    {
        if (_columns is { } columns)
            return columns;
        var attributes = settings.Attributes;
        if (_pushed is not null)
            attributes = [.. attributes.Union(await _pushed.FindAsync(meter, ruleSet, cancellationToken).ConfigureAwait(false))];
        return _lacksExtendedPackages ? [.. attributes.Where(FlowAttributes.FitsStandardPackage)] : attributes;
    }

    private ref bool HasPackages(ImmutableArray<FlowAttribute> attributes) =>
        ref IsExtended(attributes) ? ref _hasExtendedPackages : ref _hasStandardPackages;

    private static bool IsExtended(ImmutableArray<FlowAttribute> attributes) => !attributes.All(FlowAttributes.FitsStandardPackage);

    /// <summary>
    /// Nothing was read: because nothing is new, or because the meter has no such packages? Where it has flows and no package for any, the latter: then it is
    /// asked for those of RFC 2720 only, or for columns.
    /// </summary>
    private async Task<bool> LacksPackagesAsync(
        IMeterSession meter,
        int ruleSet,
        ImmutableArray<FlowAttribute> attributes,
        CancellationToken cancellationToken
    )
    {
        // In this order: a flow that comes up in between must not look like one without a package.
        if (!await ColumnReading.HasAnyAsync(meter, ruleSet, cancellationToken).ConfigureAwait(false))
            return false;
        var isThere = await PackageReading.HasAnyAsync(meter, attributes, ruleSet, cancellationToken).ConfigureAwait(false);
        HasPackages(attributes) = isThere;
        if (isThere)
            return false;
        if (IsExtended(attributes))
            _lacksExtendedPackages = true;
        else
            _columns = await ColumnReading.ColumnsAsync(meter, attributes, ruleSet, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
