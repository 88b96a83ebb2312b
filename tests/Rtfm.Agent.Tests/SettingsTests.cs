using System.Security.Cryptography.X509Certificates;
using Rtfm.Testing;

namespace Rtfm.Agent.Tests;

/// <summary>What a wrong setting is answered with.</summary>
[TestFixture]
public sealed class SettingsTests
{
    [TestCase("MeteringThreads", "0", "Rtfm:Agent:MeteringThreads is 0. Write a number of threads from 1 to 64.")]
    [TestCase("MeteringThreads", "65", "Rtfm:Agent:MeteringThreads is 65. Write a number of threads from 1 to 64.")]
    [TestCase("StatisticsMiB", "-1", "Rtfm:Agent:StatisticsMiB is -1. Write a number of MiB from 0 to 1048576.")]
    public void A_number_out_of_range_is_told_with_its_range(string name, string value, string message) =>
        Assert.That(() => Load(name, value), Throws.InstanceOf<SettingsException>().With.Message.EqualTo(message));

    [Test]
    public void Threads_and_memory_for_statistics_are_settings()
    {
        Assert.That((Load("MaxFlows", "1").MeteringThreads, Load("MaxFlows", "1").StatisticsMiB), Is.EqualTo((1, 256)));
        Assert.That(Load("MeteringThreads", "64").MeteringThreads, Is.EqualTo(64));
        Assert.That(Load("StatisticsMiB", "0").StatisticsMiB, Is.Zero);
    }

    [TestCase("AgentX", "master", "Rtfm:Agent:AgentX is 'master': not a transport the agent has.")]
    [TestCase("AgentX", "udp:127.0.0.1:705", "Rtfm:Agent:AgentX is 'udp:127.0.0.1:705': AgentX has no such transport.")]
    [TestCase("Listen:0", "tcp:localhost:161", "Rtfm:Agent:Listen[0] is 'tcp:localhost:161': 'localhost' is not an IP address.")]
    [TestCase("Listen:0", "sctp:127.0.0.1:161", "Rtfm:Agent:Listen[0] is 'sctp:127.0.0.1:161': not a transport the agent has.")]
    public void An_address_that_cannot_be_is_told_with_what_would_be(string name, string value, string message) =>
        Assert.That(() => Load(name, value), Throws.InstanceOf<SettingsException>().With.Message.StartsWith(message).And.Message.Contains(" Write "));

    [Test]
    public void TLS_without_a_certificate_is_told() =>
        Assert.That(
            () => Load("Listen:0", "tlstcp:127.0.0.1:10161"),
            Throws
                .InstanceOf<SettingsException>()
                .With.Message.StartsWith("Rtfm:Agent:Listen has 'tlstcp:', and there is no Rtfm:Agent:Tls:Certificate.")
        );

    [TestCase("Clients:0:Fingerprint", "sha256:AB", "Rtfm:Agent:Tls:Clients has the fingerprint 'sha256:AB': it has not 32 octets")]
    [TestCase("Clients:0:SecurityName", "", "without a SecurityName of 1 to 32 octets.")]
    [TestCase("Certificate", "/nowhere/meter.pem", "Rtfm:Agent:Tls:Certificate is '/nowhere/meter.pem': ")]
    [TestCase("Trusted", "/nowhere/ca.pem", "Rtfm:Agent:Tls:Trusted is '/nowhere/ca.pem': ")]
    public void A_wrong_setting_of_TLS_is_told(string name, string value, string message)
    {
        using var certificate = TestCertificates.SelfSigned("meter");
        using var key = certificate.GetECDsaPrivateKey()!;
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
            var good = new Dictionary<string, string?>
            {
                [$"{AgentOptions.Section}:Listen:0"] = "tlstcp:127.0.0.1:10161",
                [$"{AgentOptions.Section}:Tls:Certificate"] = file,
                [$"{AgentOptions.Section}:Tls:Clients:0:Fingerprint"] = TestCertificates.FingerprintOf(certificate),
                [$"{AgentOptions.Section}:Tls:Clients:0:SecurityName"] = "operator",
            };
            Assert.That(AgentSettings.Load(null, good).Tls!.Clients[0].SecurityName, Is.EqualTo("operator"));
            good[$"{AgentOptions.Section}:Tls:{name}"] = value;
            Assert.That(() => AgentSettings.Load(null, good), Throws.InstanceOf<SettingsException>().With.Message.Contains(message));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void A_sub_agent_listens_nowhere_itself_unless_told()
    {
        Assert.That(Load("AgentX", "/var/agentx/master").Listen, Is.Empty);
        Assert.That(Load("MaxFlows", "1").Listen, Is.EqualTo(new[] { AgentOptions.DefaultListen }));
        Assert.That(Load("Listen:0", "tcp:127.0.0.1:161").Listen, Is.EqualTo(new[] { "tcp:127.0.0.1:161" }));
    }

    private static AgentOptions Load(string name, string value) => AgentSettings.Load(null, [new($"{AgentOptions.Section}:{name}", value)]);
}
