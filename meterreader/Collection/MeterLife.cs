using Rtfm.Control.Reading;
using Rtfm.MeterReader.Storage;
using Rtfm.Snmp.Ber;

namespace Rtfm.MeterReader.Collection;

/// <summary>Tells one life of a meter from the next, by what its agent says of itself (READ-05).</summary>
internal sealed class MeterLife
{
    /// <summary>How far a meter's clock and ours may come apart within one collection, and an answer be late.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(3);

    private static readonly ObjectIdentifier[] Names = [MeterMib.SysUpTime, MeterMib.EngineId, MeterMib.EngineBoots];

    private readonly TimeProvider _clock;
    private readonly long _readAt;

    private MeterLife(TimeProvider clock, MeterIdentity identity)
    {
        _clock = clock;
        _readAt = clock.GetTimestamp();
        Identity = identity;
    }

    public MeterIdentity Identity { get; }

    public static async Task<MeterLife> ReadAsync(IMeterSession meter, TimeProvider clock, CancellationToken cancellationToken)
    {
        var values = await meter.GetAsync(Names, cancellationToken).ConfigureAwait(false);
        if (values[0].Tag != BerTag.TimeTicks)
            throw new CollectionException($"{meter.Name}: it has no sysUpTime");
        var hasEngine = values[1].Tag == BerTag.OctetString && values[2].Tag == BerTag.Integer;
        var (engineId, boots) = hasEngine ? (Convert.ToHexString(values[1].Octets), (int)values[2].Signed) : ("", 0);
        return new MeterLife(clock, new MeterIdentity(engineId, boots, (uint)values[0].Number, clock.GetUtcNow()));
    }

    /// <summary>Makes sure that what was read since came from this life of the meter and belongs to this collection.</summary>
    /// <param name="lastTime">When the collection began, by the meter's Uptime: our row must still say so.</param>
    /// <exception cref="MeterRestartedException">The meter was restarted, or has removed our row.</exception>
    /// <exception cref="CollectionException">Another collection began in our row: the meter may since have let go of flows.</exception>
    public async Task CheckAsync(IMeterSession meter, ReaderRow row, uint lastTime, CancellationToken cancellationToken)
    {
        var values = await meter.GetAsync([.. Names, row.LastTimeName], cancellationToken).ConfigureAwait(false);
        var elapsed = _clock.GetElapsedTime(_readAt);
        var hasEngine = Identity.EngineId.Length > 0;
        var isSame =
            values[0].Tag == BerTag.TimeTicks
            && values[3].Tag == BerTag.TimeTicks
            && TimeSpan.FromMilliseconds(((long)values[0].Number - Identity.Uptime) * 10.0) >= elapsed * 0.9 - Tolerance
            && (!hasEngine || (Convert.ToHexString(values[1].Octets) == Identity.EngineId && values[2].Signed == Identity.EngineBoots));
        if (!isSame)
            throw new MeterRestartedException($"{meter.Name}: it was restarted, or has forgotten us, during the collection");
        if (values[3].Number != lastTime)
            throw new CollectionException(
                $"{meter.Name}: somebody else collects in our row of flowReaderInfoTable. Give each meter reader its own Owner."
            );
    }
}
