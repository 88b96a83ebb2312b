namespace Rtfm.Model;

/// <summary>Where an attribute may be used.</summary>
[Flags]
public enum AttributeRoles : byte
{
    None = 0,

    /// <summary>May be the selector of a rule (RuleAttributeNumber, RFC 2720 §4).</summary>
    Testable = 1,

    /// <summary>May be named in a flow data package selector.</summary>
    Package = 2,

    /// <summary>Is an accessible column of flowDataTable.</summary>
    Column = 4,

    /// <summary>Is stored in a flow's key together with the rule's mask (RFC 2722 §3.1: an address attribute).</summary>
    Masked = 8,

    /// <summary>Is computed by the rule set rather than taken from the packet (the class and kind attributes).</summary>
    Computed = 16,

    /// <summary>Is built for a flow while a rule of its path pushes it, with parameters in mask and value; never tested, never part of the key (RFC 2724 §3.2).</summary>
    Statistic = 32,
}
