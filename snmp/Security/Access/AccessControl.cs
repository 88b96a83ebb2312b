using System.Linq;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Security.Access;

/// <summary>What a view is for.</summary>
public enum ViewType
{
    Read,
    Write,
    Notify,
}

/// <summary>View-based access control (RFC 3415 §3.2), for one state of the configuration.</summary>
public sealed class AccessControl
{
    private readonly Dictionary<(SecurityModel, string), AccessEntry[]> _entries = [];
    private readonly Dictionary<string, View> _views = [];

    public AccessControl(SnmpConfiguration configuration)
    {
        foreach (var families in configuration.Views.Where(family => family.Status == RowStatus.Active).GroupBy(family => family.View))
            _views.Add(families.Key, new View(families));
        var byGroup = configuration.Access.Where(entry => entry.Status == RowStatus.Active).ToLookup(entry => entry.Group);
        foreach (var member in configuration.Groups.Where(member => member.Status == RowStatus.Active))
            _entries[(member.Model, member.SecurityName)] = [.. InOrder(byGroup[member.Group], member.Model)];
    }

    /// <summary>The view of someone in a context; null where he is in no group, or his group may do nothing there at that level.</summary>
    public View? Find(SecurityModel model, string securityName, SecurityLevel level, string context, ViewType type)
    {
        if (!_entries.TryGetValue((model, securityName), out var entries))
            return null;
        foreach (var entry in entries)
        {
            var isThere = entry.IsPrefix ? context.StartsWith(entry.ContextPrefix, StringComparison.Ordinal) : context == entry.ContextPrefix;
            if (!isThere || entry.Level > level)
                continue;
            var name = type switch
            {
                ViewType.Read => entry.ReadView,
                ViewType.Write => entry.WriteView,
                _ => entry.NotifyView,
            };
            return name.Length == 0 ? null : _views.GetValueOrDefault(name, View.Empty);
        }
        return null;
    }

    // RFC 3415 §4 vacmAccessTable: this model before any, the exact context before a prefix, the longer prefix, the higher level.
    private static IEnumerable<AccessEntry> InOrder(IEnumerable<AccessEntry> entries, SecurityModel model) =>
        entries
            .Where(entry => entry.Model == model || entry.Model == SecurityModel.Any)
            .OrderBy(entry => entry.Model == SecurityModel.Any)
            .ThenBy(entry => entry.IsPrefix)
            .ThenByDescending(entry => entry.ContextPrefix.Length)
            .ThenByDescending(entry => entry.Level);
}
