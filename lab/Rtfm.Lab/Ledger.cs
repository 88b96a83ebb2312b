using System.Collections.Concurrent;
using System.Net;

namespace Rtfm.Lab;

/// <summary>A host's conversations, kept in a file as lines of <see cref="Conversation"/>.</summary>
internal sealed class Ledger(string path)
{
    private readonly ConcurrentDictionary<(string Protocol, IPEndPoint Local, IPEndPoint Remote), Conversation> _conversations = new();

    public Conversation Of(string protocol, IPEndPoint local, IPEndPoint remote) =>
        _conversations.GetOrAdd((protocol, local, remote), key => new Conversation(key.Protocol, key.Local, key.Remote));

    /// <summary>The file is always whole: readers see it as it was or as it is.</summary>
    public void Save()
    {
        File.WriteAllLines(
            path + ".new",
            [Conversation.Header, .. _conversations.Values.Select(each => each.ToString()).Order(StringComparer.Ordinal)]
        );
        File.Move(path + ".new", path, overwrite: true);
    }
}
