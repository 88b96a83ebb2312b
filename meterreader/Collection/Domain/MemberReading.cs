using Rtfm.Control.Reading;
using Rtfm.Model;
using Rtfm.Snmp.Ber;

namespace Rtfm.MeterReader.Collection.Domain;

/// <summary>How far the master has collected a member's flows (rtfmDomainReadingTable).</summary>
/// <param name="Number">The member's number in the domain.</param>
/// <param name="EngineId">Its snmpEngineID, in hexadecimal digits.</param>
/// <param name="Uptime">Its own, in hundredths of a second: what it counted before is in the master's table.</param>
/// <param name="ReadAt">When that was.</param>
internal sealed record MemberReading(int Number, string EngineId, int Boots, uint Uptime, DateTimeOffset ReadAt)
{
    private const uint EngineIdColumn = 1;
    private const uint BootsColumn = 2;
    private const uint UptimeColumn = 3;
    private const uint AgeColumn = 4;

    public DateTimeOffset BootTime => ReadAt - TimeSpan.FromMilliseconds(Uptime * 10.0);

    /// <param name="domain">The master, asked about the domain's flows.</param>
    public static async Task<Dictionary<int, MemberReading>> ReadAllAsync(
        IMeterSession domain,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var engineIds = await ColumnAsync(domain, EngineIdColumn, cancellationToken).ConfigureAwait(false);
        var boots = await ColumnAsync(domain, BootsColumn, cancellationToken).ConfigureAwait(false);
        var uptimes = await ColumnAsync(domain, UptimeColumn, cancellationToken).ConfigureAwait(false);
        var ages = await ColumnAsync(domain, AgeColumn, cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var readings = new Dictionary<int, MemberReading>();
        foreach (var (number, engineId) in engineIds)
        {
            // A row that came while the columns were read is there the next time.
            if (!boots.TryGetValue(number, out var life) || !uptimes.TryGetValue(number, out var uptime) || !ages.TryGetValue(number, out var age))
                continue;
            readings[(int)number] = new(
                (int)number,
                Convert.ToHexString(engineId.Octets),
                (int)life.Number,
                (uint)uptime.Number,
                now - TimeSpan.FromMilliseconds(age.Number * 10.0)
            );
        }
        return readings;
    }

    private static Task<SortedDictionary<uint, Snmp.Messages.SnmpValue>> ColumnAsync(
        IMeterSession domain,
        uint column,
        CancellationToken cancellationToken
    ) => ColumnWalk.ReadAsync(domain, new ObjectIdentifier([.. DomainMib.ReadingEntry, column]), cancellationToken);
}
