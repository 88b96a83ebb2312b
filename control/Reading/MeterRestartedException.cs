namespace Rtfm.Control.Reading;

/// <summary>The meter is not the one that the collection began with: it was restarted, or has forgotten us. Beginning anew is what helps.</summary>
public sealed class MeterRestartedException(string message) : Exception(message);
