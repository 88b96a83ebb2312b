using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Security.Access;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Snmp.Security;

/// <summary>A state of the configuration, made ready for looking things up with each message.</summary>
public sealed class SecurityTables
{
    private readonly CommunityEntry[] _communities;

    /// <summary>By engine and name, each octet a character.</summary>
    private readonly Dictionary<string, UsmPrincipal> _users = [];
    private readonly Dictionary<string, UsmPrincipal>.AlternateLookup<ReadOnlySpan<char>> _usersBySpan;

    public SecurityTables(SnmpConfiguration configuration)
    {
        Configuration = configuration;
        Access = new AccessControl(configuration);
        _communities = [.. configuration.Communities.Where(entry => entry.Status == RowStatus.Active && entry.Name.Length > 0)];
        foreach (var user in configuration.Users.Where(user => user.Status == RowStatus.Active))
            _users[KeyOf(user)] = new UsmPrincipal(user);
        _usersBySpan = _users.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>What they were made of.</summary>
    public SnmpConfiguration Configuration { get; }

    public AccessControl Access { get; }

    /// <summary>The community of that name that may be used from that address; null: there is none.</summary>
    public CommunityEntry? FindCommunity(ReadOnlySpan<byte> name, in Requester from)
    {
        // Every community is compared, each in constant time: how long it takes says nothing of how much was right.
        CommunityEntry? found = null;
        foreach (var entry in _communities)
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Name, name) && (entry.TransportTag.Length == 0 || IsTagged(entry.TransportTag, from)))
                found ??= entry;
        }
        return found;
    }

    /// <summary>The user of that name at that engine; null: there is none.</summary>
    internal UsmPrincipal? FindUser(ReadOnlySpan<byte> engineId, ReadOnlySpan<byte> name)
    {
        if (engineId.Length > EngineId.Longest || name.Length > UsmUser.LongestName)
            return null;
        Span<char> key = stackalloc char[1 + EngineId.Longest + UsmUser.LongestName];
        key = key[..WriteKey(engineId, name, key)];
        return _usersBySpan.TryGetValue(key, out var user) ? user : null;
    }

    // RFC 3584 §5.3: the tag names addresses, the mask says which of their bits count.
    private bool IsTagged(string tag, in Requester from)
    {
        foreach (var target in Configuration.TargetAddresses)
        {
            if (target.Status == RowStatus.Active && target.HasTag(tag) && from.Matches(target.Address, target.Mask))
                return true;
        }
        return false;
    }

    private static string KeyOf(UsmUser user)
    {
        var name = Encoding.UTF8.GetBytes(user.Name);
        Span<char> key = stackalloc char[1 + EngineId.Longest + name.Length];
        return new(key[..WriteKey(user.EngineId.Octets, name, key)]);
    }

    private static int WriteKey(ReadOnlySpan<byte> engineId, ReadOnlySpan<byte> name, Span<char> key)
    {
        key[0] = (char)engineId.Length;
        Encoding.Latin1.GetChars(engineId, key[1..]);
        Encoding.Latin1.GetChars(name, key[(1 + engineId.Length)..]);
        return 1 + engineId.Length + name.Length;
    }
}
