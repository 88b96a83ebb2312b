namespace Rtfm.MeterReader;

/// <summary>A setting is wrong; the message is for the operator, the exit code is 2.</summary>
internal sealed class SettingsException(string message) : Exception(message);
