namespace Rtfm.Control.Domain;

/// <summary>An agent refuses an order as things stand: the master is another now, or something is on its way. It may be worth asking again.</summary>
public sealed class OrderRefusedException(string message, Exception inner) : MeterException(message, inner);
