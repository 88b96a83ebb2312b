namespace Rtfm.Snmp.Client;

/// <summary>Credentials that cannot be used. The message says where they stand, why, and what would be right; never a secret.</summary>
public sealed class CredentialsException(string message, Exception? inner = null) : Exception(message, inner);
