using Rtfm.Snmp.Messages;

namespace Rtfm.Snmp.Client;

/// <summary>A request that did not get what it asked for. The message names the target and what was asked.</summary>
public abstract class SnmpException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>No answer came, after all retries.</summary>
public sealed class SnmpTimeoutException(string message) : SnmpException(message);

/// <summary>The agent answered with an error-status.</summary>
public sealed class SnmpErrorException(string message, ErrorStatus status, int errorIndex) : SnmpException(message)
{
    public ErrorStatus Status { get; } = status;

    /// <summary>Which varbind failed, counted from 1; 0 where the agent did not say.</summary>
    public int ErrorIndex { get; } = errorIndex;
}

/// <summary>The agent answered something that the protocol does not allow, for example names that do not increase in a walk.</summary>
public sealed class SnmpProtocolException(string message, Exception? inner = null) : SnmpException(message, inner);

/// <summary>The request could not be sent: no route, message too long, name not resolved.</summary>
public sealed class SnmpTransportException(string message, Exception? inner = null) : SnmpException(message, inner);

/// <summary>The agent does not let the user in: unknown name, wrong password, no such level, unknown context. The message says which.</summary>
public sealed class SnmpSecurityException(string message) : SnmpException(message);
