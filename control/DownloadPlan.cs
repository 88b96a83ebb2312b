using Rtfm.Model;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;

namespace Rtfm.Control;

/// <summary>A rule set as varbinds, and how many of its rules go into one SET.</summary>
public sealed class DownloadPlan(RuleSet ruleSet, uint number)
{
    /// <summary>A request of this many octets fits an Ethernet frame, with a long community and IPv6 headers.</summary>
    public const int UsualRequest = 1_400;

    /// <summary>What every SNMP engine takes (RFC 3417 §3.2).</summary>
    public const int SmallestRequest = 484;

    /// <summary>Headers around the varbinds, with a long community, or those of SNMPv3 with a usual user.</summary>
    private const int Envelope = 180;

    private static readonly (uint Number, string Name)[] Columns =
    [
        (3, "flowRuleSelector"),
        (4, "flowRuleMask"),
        (5, "flowRuleMatchedValue"),
        (6, "flowRuleAction"),
        (7, "flowRuleParameter"),
    ];

    public int RuleCount => ruleSet.Rules.Length;

    /// <summary>How many rules from <paramref name="first"/> on, counted from 0, fit a request of so many octets; at least one.</summary>
    public int CountFrom(int first, int requestOctets)
    {
        var room = requestOctets - Envelope;
        var count = 0;
        while (first + count < RuleCount && (room -= LengthOf(VarBinds(first + count, 1))) >= 0)
            count++;
        return Math.Max(count, 1);
    }

    /// <summary>The varbinds of some rules, the first counted from 0: selector, mask, value, action, parameter each.</summary>
    public VarBind[] VarBinds(int first, int count)
    {
        var varBinds = new List<VarBind>(count * Columns.Length);
        for (var i = first; i < first + count; i++)
        {
            var rule = ruleSet.Rules[i];
            varBinds.Add(new(Name(0, i), SnmpValue.Integer((int)rule.Selector)));
            varBinds.Add(new(Name(1, i), SnmpValue.OctetString(rule.Mask.Octets)));
            varBinds.Add(new(Name(2, i), SnmpValue.OctetString(rule.Value.Octets)));
            varBinds.Add(new(Name(3, i), SnmpValue.Integer((int)rule.Action)));
            varBinds.Add(new(Name(4, i), SnmpValue.Integer(rule.Parameter)));
        }
        return [.. varBinds];
    }

    /// <summary>Which rule, counted from 1, a varbind of the request from <paramref name="first"/> on is of, and the object's name.</summary>
    /// <param name="errorIndex">As the meter gave it: from 1.</param>
    public (int Rule, string Object) Locate(int first, int errorIndex)
    {
        var rule = first + (errorIndex - 1) / Columns.Length + 1;
        return (rule, $"{Columns[(errorIndex - 1) % Columns.Length].Name}.{number}.{rule}");
    }

    private ObjectIdentifier Name(int column, int rule) => Meter.Rule(Columns[column].Number, number, rule + 1);

    private static int LengthOf(VarBind[] varBinds)
    {
        var writer = new BerWriter(stackalloc byte[512]);
        foreach (var varBind in varBinds)
        {
            var mark = writer.Begin((byte)BerTag.Sequence);
            writer.Oid(varBind.Name.Span);
            varBind.Value.WriteTo(ref writer);
            writer.End(mark);
        }
        return writer.Written.Length;
    }
}
