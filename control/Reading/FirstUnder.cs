using Rtfm.Snmp.Ber;

namespace Rtfm.Control.Reading;

/// <summary>Asks whether a meter has anything under a name.</summary>
public sealed class FirstUnder(ObjectIdentifier prefix) : IVarBindSink
{
    private bool _isThere;

    public static async Task<bool> IsThereAsync(IMeterSession meter, ObjectIdentifier prefix, CancellationToken cancellationToken)
    {
        var first = new FirstUnder(prefix);
        await meter.NextAsync([prefix], 1, first, cancellationToken).ConfigureAwait(false);
        return first._isThere;
    }

    public bool Accept(ReadOnlySpan<uint> name, BerTag tag, ReadOnlySpan<byte> content)
    {
        _isThere = tag != BerTag.EndOfMibView && prefix.IsPrefixOf(name);
        return false;
    }
}
