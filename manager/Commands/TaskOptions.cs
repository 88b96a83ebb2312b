using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace Rtfm.Manager.Commands;

/// <summary>What the commands that make tasks have in common.</summary>
internal static class TaskOptions
{
    /// <summary>UTF8OwnerString and names: RFC 2720 §4.</summary>
    private const int MaxTextOctets = 127;

    /// <summary>Percent; the usual one where there is a standby rule set (RFC 2123 §2.3.7).</summary>
    private const int UsualHighWaterMark = 65;

    public static Option<string> Owner() =>
        new("--owner")
        {
            Description = "Who owns what is made in the meter",
            HelpName = "OWNER",
            DefaultValueFactory = _ => Environment.UserName,
            Validators = { ShortEnough },
        };

    public static Option<int?> HighWaterMark()
    {
        var option = new Option<int?>("--high-water")
        {
            Description =
                $"Percent of the flow table in use above which the standby rule set runs; {UsualHighWaterMark} where only --standby is given",
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 0 or > 100)
                result.AddError("--high-water takes a percentage from 0 to 100");
        });
        return option;
    }

    /// <summary>The mark to set; null: as it is, where none is given and no standby rule set either.</summary>
    public static int? MarkOf(int? given, bool hasStandby) => given ?? (hasStandby ? UsualHighWaterMark : null);

    /// <summary>Refuses texts that a meter has no room for.</summary>
    public static void ShortEnough(OptionResult result)
    {
        if (Encoding.UTF8.GetByteCount(result.GetValueOrDefault<string?>() ?? "") > MaxTextOctets)
            result.AddError($"{result.Option.Name} takes at most {MaxTextOctets} octets of text");
    }
}
