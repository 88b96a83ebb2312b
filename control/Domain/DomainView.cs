namespace Rtfm.Control.Domain;

/// <summary>A domain as it is seen through its master, or through the member with the newest state where there is no master.</summary>
/// <param name="Source">Who was asked.</param>
/// <param name="Self">What that one is.</param>
/// <param name="Members">In the order of their numbers.</param>
public sealed record DomainView(DomainAgent Source, DomainSelf Self, IReadOnlyList<DomainMemberRow> Members)
{
    public bool HasMaster => Self.IsMaster;

    public string Name => Self.Domain;

    /// <summary>The member that a person means by a name, an address, an engine ID or a number.</summary>
    /// <exception cref="MeterException">None or several are called so.</exception>
    public DomainMemberRow Find(string text)
    {
        var found = Members
            .Where(each =>
                each.Name == text
                || each.Address == text
                || each.Address.StartsWith(text + ":", StringComparison.Ordinal)
                || each.Id.Equals(text, StringComparison.OrdinalIgnoreCase)
                || each.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) == text
            )
            .ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new MeterException(
                $"domain '{Name}': no member is called '{text}'. Members: {string.Join(", ", Members.Select(each => $"{each.Name} ({each.Address})"))}."
            ),
            _ => throw new MeterException($"domain '{Name}': {found.Count} members are called '{text}'. Give the address."),
        };
    }
}
