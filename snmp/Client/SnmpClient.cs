using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

public sealed record SnmpClientOptions;

/// <summary>Asks agents: many requests to many targets in flight on one socket per address family (RFC 3413 §3.1).</summary>
public sealed class SnmpClient : IAsyncDisposable
{
    public SnmpClient(SnmpClientOptions? options = null) { }

    public Task<IReadOnlyList<VarBind>> GetAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();

    public Task<IReadOnlyList<VarBind>> GetNextAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();

    public Task<IReadOnlyList<VarBind>> GetBulkAsync(
        SnmpTarget target,
        IReadOnlyList<ObjectIdentifier> names,
        int nonRepeaters,
        int maxRepetitions,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();

    public Task<IReadOnlyList<VarBind>> SetAsync(SnmpTarget target, IReadOnlyList<VarBind> varBinds, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Every instance under <paramref name="root"/>, with GETBULK where the version has it; ends at the end of the subtree.</summary>
    /// <exception cref="SnmpProtocolException">A name does not come after the one before.</exception>
    public IAsyncEnumerable<VarBind> WalkAsync(
        SnmpTarget target,
        ObjectIdentifier root,
        int maxRepetitions = 50,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
