namespace Rtfm.MeterReader.Storage;

/// <summary>The store cannot be used; the message names it and says why.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
