namespace Rtfm.Control.Reading;

/// <summary>A meter could not be collected from, for a reason that lies with it; the message names the meter.</summary>
public class CollectionException(string message) : Exception(message);
