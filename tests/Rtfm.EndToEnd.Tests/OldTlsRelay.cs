using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Rtfm.EndToEnd.Tests;

/// <summary>Takes one connection under TLS 1.0, all that Net-SNMP 5.9 speaks and nothing that an agent takes, and carries what goes over it on under TLS of today.</summary>
/// <remarks>So Net-SNMP's own messages under the transport security model reach the agent. The old end is <c>openssl s_server</c>.</remarks>
internal sealed class OldTlsRelay : IDisposable
{
    public static bool IsAvailable => File.Exists("/usr/bin/openssl");

    private readonly Process _old;
    private readonly TcpClient _agent = new();
    private readonly SslStream _new;

    /// <param name="folder">With <c>meter.crt</c> and <c>meter.key</c>, which the relay shows.</param>
    /// <param name="client">Shown to the agent.</param>
    public OldTlsRelay(string folder, string opensslConfiguration, IPEndPoint agent, X509Certificate2 client)
    {
        EndPoint = FreePort();
        var start = new ProcessStartInfo(
            "/usr/bin/openssl",
            [
                "s_server",
                "-accept",
                EndPoint.ToString(),
                "-naccept",
                "1",
                "-quiet",
                "-cert",
                Path.Combine(folder, "certs", "meter.crt"),
                "-key",
                Path.Combine(folder, "private", "meter.key"),
            ]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OPENSSL_CONF"] = opensslConfiguration;
        _old = Process.Start(start)!;
        using var meter = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "certs", "meter.crt"));
        _agent.Connect(agent);
        _new = new SslStream(_agent.GetStream());
        _new.AuthenticateAsClient(
            new SslClientAuthenticationOptions
            {
                TargetHost = "meter",
                ClientCertificates = [client],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == meter.GetCertHashString(),
            }
        );
        _ = CarryAsync(_old.StandardOutput.BaseStream, _new);
        _ = CarryAsync(_new, _old.StandardInput.BaseStream);
        Assert.That(() => _old.HasExited || IsListening(), Is.True.After(10_000, 20));
        Assert.That(_old.HasExited, Is.False, _old.HasExited ? _old.StandardError.ReadToEnd() : "");
    }

    public IPEndPoint EndPoint { get; }

    public void Dispose()
    {
        _old.Kill();
        _old.Dispose();
        _new.Dispose();
        _agent.Dispose();
    }

    private static async Task CarryAsync(Stream from, Stream to)
    {
        try
        {
            await from.CopyToAsync(to);
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException)
        {
            // The one connection has ended.
        }
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Without connecting, as only one connection is taken.</summary>
    private bool IsListening()
    {
        var listeners = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        return Array.Exists(listeners, each => each.Port == EndPoint.Port);
    }
}
