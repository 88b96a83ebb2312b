using System.Collections.Immutable;
using System.Globalization;
using Rtfm.Snmp.Configuration;

namespace Rtfm.Agent.Domain.Collection;

/// <summary>A member of a chain, and what is wanted of its flows.</summary>
/// <param name="Since">What was active since that Uptime in the life of that number of snmpEngineBoots; all, where it lives another.</param>
internal sealed record ChainLink(CollectedMember Member, (uint Boots, uint Uptime) Since)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Member.Number} {Member.Id} {Member.Address} {Since.Boots} {Since.Uptime}");

    /// <summary>rtfmDomainChainMembers: a line each.</summary>
    public static string Write(IEnumerable<ChainLink> links) => string.Join('\n', links);

    /// <returns>False where it is no such text.</returns>
    public static bool TryParse(string text, out ImmutableArray<ChainLink> links)
    {
        var found = ImmutableArray.CreateBuilder<ChainLink>();
        links = [];
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            if (
                words.Length != 5
                || !ushort.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || !EngineId.TryParse(words[1], out var id)
                || !uint.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var boots)
                || !uint.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var uptime)
            )
                return false;
            found.Add(new(new(number, id, words[2]), (boots, uptime)));
        }
        links = found.ToImmutable();
        return true;
    }
}
