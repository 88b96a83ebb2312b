namespace Rtfm.Agent.Capture;

/// <summary>A source cannot be opened or read; the message names it, says why and what to do.</summary>
public sealed class CaptureException(string message, Exception? inner = null) : Exception(message, inner);
