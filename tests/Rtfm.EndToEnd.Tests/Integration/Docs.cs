using System.Net;
using System.Net.Sockets;
using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>The files of docs/integration, and what running other people's programs with them takes.</summary>
internal static class Docs
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "docs", "integration");

    /// <summary>All files, with their paths below the folder.</summary>
    public static IEnumerable<string> Files =>
        Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order();

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>The lines of a page that are indented as commands or settings, without the indent.</summary>
    public static IEnumerable<string> Code(string page) =>
        Read(page).Split('\n').Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line[4..]);

    /// <summary>Ignores the test where a program is missing.</summary>
    public static void Require(string path, string package)
    {
        if (!File.Exists(path))
            Assert.Ignore($"{path} is not installed (Debian: {package})");
    }

    /// <summary>A TCP port of the loopback interface that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether somebody listens on a TCP port of the loopback interface.</summary>
    public static bool Listens(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
