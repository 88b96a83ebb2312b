namespace Rtfm.Manager.Commands;

/// <summary>The command line is wrong in a way that only its values show; the message names the option, its value and what would be right.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
