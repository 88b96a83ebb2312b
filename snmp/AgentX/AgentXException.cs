namespace Rtfm.Snmp.AgentX;

/// <summary>The master is not there, refused something, or said what makes no sense: there is no session.</summary>
internal sealed class AgentXException(string message) : Exception(message);
