using System.Globalization;
using System.Text;
using System.Text.Json;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Client.Notifications;
using Rtfm.Snmp.Messages;

namespace Rtfm.Manager.Rendering;

/// <summary>A notification on one line.</summary>
internal static class NotificationLine
{
    private static readonly JsonSerializerOptions JsonOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static string Text(Notification notification)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{Time(notification)} {notification.Source} {VersionOf(notification)}");
        if (notification.Version == SnmpVersion.V3)
            line.Append(CultureInfo.InvariantCulture, $" {notification.Level.Words()} {Printable(notification.SecurityName)}");
        line.Append(CultureInfo.InvariantCulture, $" {Kind(notification)} {notification.TrapOid} uptime={notification.UpTime}");
        foreach (var varBind in notification.VarBinds)
            line.Append(CultureInfo.InvariantCulture, $" {varBind.Name}={Value(varBind.Value, quoted: true)}");
        return line.ToString();
    }

    public static string Json(Notification notification) =>
        JsonSerializer.Serialize(
            new
            {
                Time = Time(notification),
                Source = notification.Source.ToString(),
                Version = VersionOf(notification),
                Level = notification.Level.Words(),
                notification.SecurityName,
                notification.ContextName,
                Engine = notification.Engine.ToString(),
                Kind = Kind(notification),
                Trap = notification.TrapOid.ToString(),
                notification.UpTime,
                VarBinds = notification.VarBinds.Select(each => new
                {
                    Name = each.Name.ToString(),
                    Syntax = each.Value.Tag.ToString(),
                    Value = Value(each.Value, quoted: false),
                }),
            },
            JsonOptions
        );

    private static string Time(Notification notification) =>
        notification.ReceivedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string VersionOf(Notification notification) => notification.Version.ToString().ToLowerInvariant();

    private static string Kind(Notification notification) => notification.IsInform ? "inform" : "trap";

    /// <summary>Strings as text where they are text, else as hexadecimal digits. What a sender writes must not drive a terminal.</summary>
    private static string Value(SnmpValue value, bool quoted)
    {
        if (value.Tag != BerTag.OctetString)
            return value.ToString();
        var text = value.Text;
        if (text.Any(c => char.IsControl(c) || c == '\uFFFD'))
            return $"0x{value}";
        return quoted ? $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : text;
    }

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
