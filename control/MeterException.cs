namespace Rtfm.Control;

/// <summary>A meter cannot do what was asked; the message names the meter, the thing and the reason.</summary>
public class MeterException(string message, Exception? inner = null) : Exception(message, inner);
