namespace Rtfm.Snmp.AgentX;

/// <summary>The master refused something, or said what makes no sense: the session cannot go on.</summary>
internal sealed class AgentXException(string message) : Exception(message);
