namespace Rtfm.Model;

/// <summary>One row of the attribute table.</summary>
/// <param name="Number">The attribute.</param>
/// <param name="Name">Its name in RFC 2720's textual convention, for example <c>sourcePeerAddress</c>.</param>
/// <param name="Syntax">How values are encoded and shown.</param>
/// <param name="Size">Octets the packet matching engine compares; the longest, where the length varies; 0 where it never compares.</param>
/// <param name="Roles">Where it may be used.</param>
/// <param name="Reverse">The attribute it changes places with when a packet or key is reversed; itself where direction does not matter.</param>
/// <param name="Mask">For an address, the attribute that reports its mask; otherwise <see cref="FlowAttribute.Null"/>.</param>
public sealed record AttributeInfo(
    FlowAttribute Number,
    string Name,
    AttributeSyntax Syntax,
    int Size,
    AttributeRoles Roles,
    FlowAttribute Reverse,
    FlowAttribute Mask = FlowAttribute.Null
)
{
    public bool Is(AttributeRoles role) => (Roles & role) == role;
}
