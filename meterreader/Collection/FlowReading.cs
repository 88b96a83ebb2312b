using System.Collections.Immutable;
using Rtfm.Model;

namespace Rtfm.MeterReader.Collection;

/// <summary>Reads flows from one meter in the best way that it offers: data packages, else columns. What it offers is found out once.</summary>
internal sealed class FlowReading(ImmutableArray<FlowAttribute> attributes, int? flowsPerRequest, int requestsInFlight)
{
    /// <summary>On the machine itself: more than fit into the largest datagram, so each answer is full.</summary>
    private const int FlowsPerLocalRequest = 1_000;

    /// <summary>Over a network: an answer of some 20 KiB. IP cuts it into 15 pieces; should one be lost, little has to be sent again.</summary>
    private const int FlowsPerRemoteRequest = 100;

    private ImmutableArray<FlowAttribute> _attributes = attributes;
    private bool _hasPackages;
    private ImmutableArray<FlowAttribute>? _columns;

    /// <summary>True once the meter turned out to have no flowDataPackageTable.</summary>
    public bool ReadsColumns => _columns is not null;

    /// <summary>The flows of the rule set that were active at <paramref name="since"/> or later.</summary>
    /// <exception cref="CollectionException">The meter's answers make no sense.</exception>
    public async Task<PackageSpool> ReadAsync(IMeterSession meter, int ruleSet, uint since, CancellationToken cancellationToken)
    {
        var flows = flowsPerRequest ?? (meter.IsLocal ? FlowsPerLocalRequest : FlowsPerRemoteRequest);
        var spool = new PackageSpool(ruleSet, _columns ?? _attributes);
        try
        {
            if (!ReadsColumns)
                await PackageReading.ReadAsync(meter, ruleSet, since, flows, requestsInFlight, spool, cancellationToken).ConfigureAwait(false);
            _hasPackages |= spool.Count > 0;
            if (!_hasPackages && !ReadsColumns && await LacksPackagesAsync(meter, ruleSet, cancellationToken).ConfigureAwait(false))
            {
                spool.Dispose();
                return await ReadAsync(meter, ruleSet, since, cancellationToken).ConfigureAwait(false);
            }
            if (ReadsColumns)
            {
                var rowsPerRequest = Math.Max(1, flows / spool.Attributes.Length);
                await ColumnReading.ReadAsync(meter, ruleSet, since, rowsPerRequest, spool, cancellationToken).ConfigureAwait(false);
            }
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Nothing was read: because nothing is new, or because the meter has no such packages? Where it has flows and no package for any, the latter: then it is
    /// asked for those of RFC 2720 only, or for columns.
    /// </summary>
    private async Task<bool> LacksPackagesAsync(IMeterSession meter, int ruleSet, CancellationToken cancellationToken)
    {
        // In this order: a flow that comes up in between must not look like one without a package.
        if (!await ColumnReading.HasAnyAsync(meter, ruleSet, cancellationToken).ConfigureAwait(false))
            return false;
        _hasPackages = await PackageReading.HasAnyAsync(meter, _attributes, ruleSet, cancellationToken).ConfigureAwait(false);
        if (_hasPackages)
            return false;
        ImmutableArray<FlowAttribute> standard = [.. _attributes.Where(FlowAttributes.FitsStandardPackage)];
        if (standard.Length < _attributes.Length)
            _attributes = standard;
        else
            _columns = await ColumnReading.ColumnsAsync(meter, _attributes, ruleSet, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
