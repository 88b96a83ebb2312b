using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Rtfm.MeterReader;

/// <summary>Finds what the binder would not say in an operator's words: settings that do not exist, and values that are no numbers.</summary>
internal static partial class SettingsNames
{
    /// <summary>Checks the names in a section against the properties of its options.</summary>
    /// <exception cref="SettingsException">One is not known.</exception>
    public static void Check(IConfigurationSection section, Type options)
    {
        var properties = options.GetProperties().Where(each => each.CanWrite).ToDictionary(each => each.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
                throw new SettingsException(
                    $"{Place(child.Path)}: there is no such setting. There are {string.Join(", ", properties.Keys.Order(StringComparer.Ordinal))}."
                );
            var type = property.PropertyType;
            if (type.IsArray && type.GetElementType() is { } element && IsOptions(element))
            {
                foreach (var item in child.GetChildren())
                    Check(item, element);
            }
            else if (IsOptions(type))
                Check(child, type);
        }
    }

    /// <summary>What the binder found fault with, in one line.</summary>
    public static string Explain(Exception fault)
    {
        for (var each = fault; each is not null; each = each.InnerException)
        {
            if (BadValue().Match(each.Message) is { Success: true } match)
                return $"{Place(match.Groups["path"].Value)} is '{match.Groups["value"].Value}': not a whole number.";
        }
        var reason = fault.GetBaseException().Message;
        return (fault.Message.Contains(reason, StringComparison.Ordinal) ? fault.Message : $"{fault.Message} {reason}").ReplaceLineEndings(" ");
    }

    /// <summary>Meters:0:Interval is Meters[0]:Interval to people.</summary>
    private static string Place(string path) => Position().Replace(path, "[$1]");

    private static bool IsOptions(Type type) => type.Namespace == typeof(ReaderOptions).Namespace;

    [GeneratedRegex("configuration value '(?<value>.*)' at '(?<path>[^']*)' to type")]
    private static partial Regex BadValue();

    [GeneratedRegex(@":(\d+)(?=:|$)")]
    private static partial Regex Position();
}
