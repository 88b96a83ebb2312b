using System.Net;
using System.Security.Cryptography.X509Certificates;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Transport;
using Rtfm.Snmp.Transport.Tls;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests.Client;

/// <summary>Our client over TLS (RFC 6353) under the transport security model, against our agent over real sockets.</summary>
[TestFixture]
public sealed class TlsRequestTests
{
    private readonly X509Certificate2 _authority = TestCertificates.Authority("operators");
    private readonly X509Certificate2 _ann = TestCertificates.SelfSigned("ann");
    private X509Certificate2 _meter = null!;
    private SnmpClient _client = null!;
    private StreamListener _agent = null!;

    [SetUp]
    public void Start()
    {
        _meter = TestCertificates.Issue(
            _authority,
            "meter",
            names =>
            {
                names.AddDnsName("meter.example.net");
                names.AddIpAddress(IPAddress.Loopback);
            }
        );
        _agent = StreamAgent.ListenTls(_meter, _ann);
        _client = new SnmpClient();
    }

    [TearDown]
    public async Task Stop()
    {
        await _client.DisposeAsync();
        _agent.Dispose();
        _meter.Dispose();
    }

    [OneTimeTearDown]
    public void Forget()
    {
        _ann.Dispose();
        _authority.Dispose();
    }

    [Test]
    public async Task An_agent_whose_fingerprint_is_known_answers() =>
        Assert.That(await AskAsync(CertificateCredentials.ForAgent(_ann, Fingerprint.Of(_meter))), Is.EqualTo(1));

    [Test]
    public async Task An_agent_that_an_authority_vouches_for_answers_by_its_address() =>
        Assert.That(await AskAsync(CertificateCredentials.ForAgentsOf(_ann, [_authority])), Is.EqualTo(1));

    [Test]
    public async Task An_agent_that_an_authority_vouches_for_answers_by_its_name() =>
        Assert.That(await AskAsync(CertificateCredentials.ForAgentsOf(_ann, [_authority], "meter.example.net")), Is.EqualTo(1));

    [Test]
    public async Task Many_requests_share_one_session()
    {
        var credentials = CertificateCredentials.ForAgent(_ann, Fingerprint.Of(_meter));
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => AskAsync(credentials)));
        Assert.That(answers, Has.All.EqualTo(1));
        Assert.That(_agent.Tls!.Counters.Accepts, Is.EqualTo(1));
    }

    [Test]
    public void An_agent_with_another_fingerprint_gets_no_request_and_its_fingerprint_is_said() =>
        Refused(CertificateCredentials.ForAgent(_ann, Fingerprint.Of(_ann)), $"its certificate is {Fingerprint.Of(_meter)}");

    [Test]
    public void An_agent_that_another_authority_vouches_for_gets_no_request()
    {
        using var other = TestCertificates.Authority("operators");
        Refused(CertificateCredentials.ForAgentsOf(_ann, [other]), "nobody who is trusted");
    }

    [Test]
    public void An_agent_with_another_name_gets_no_request() =>
        Refused(CertificateCredentials.ForAgentsOf(_ann, [_authority], "other.example.net"), "not one of 'other.example.net'");

    [Test]
    public void An_agent_whose_certificate_is_out_of_date_gets_no_request()
    {
        using var old = TestCertificates.SelfSigned("meter", validDays: -1);
        using var agent = StreamAgent.ListenTls(old, _ann);
        Refused(CertificateCredentials.ForAgent(_ann, Fingerprint.Of(old)), "is good from", agent);
    }

    [Test]
    public void A_certificate_that_stands_for_nobody_is_said_without_retries()
    {
        using var stranger = TestCertificates.SelfSigned("stranger");
        Refused(CertificateCredentials.ForAgent(stranger, Fingerprint.Of(_meter)), "certificate");
        Assert.That(() => _agent.Tls!.Counters.InvalidClientCertificates, Is.EqualTo(1).After(5_000, 10));
    }

    [Test]
    public void An_unknown_context_is_said()
    {
        var credentials = CertificateCredentials.ForAgent(_ann, Fingerprint.Of(_meter), contextName: "elsewhere");
        var error = Assert.ThrowsAsync<SnmpSecurityException>(() => AskAsync(credentials));
        Assert.That(error!.Message, Does.Contain("unknown context 'elsewhere'"));
    }

    [TestCase(TransportKind.Udp)]
    [TestCase(TransportKind.Tcp)]
    public void A_certificate_is_not_used_without_TLS(TransportKind transport)
    {
        var target = Target(CertificateCredentials.ForAgent(_ann, Fingerprint.Of(_meter))) with { Transport = transport };
        var error = Assert.ThrowsAsync<SnmpTransportException>(() => _client.GetAsync(target, [StreamAgent.Instance]));
        Assert.That(error!.Message, Does.Contain("write tlstcp:"));
    }

    [Test]
    public void A_community_is_not_sent_over_TLS()
    {
        var target = Target(new CommunityCredentials("public")) with { Transport = TransportKind.TlsTcp };
        var error = Assert.ThrowsAsync<SnmpTransportException>(() => _client.GetAsync(target, [StreamAgent.Instance]));
        Assert.That(error!.Message, Does.Contain("localCert"));
    }

    private void Refused(CertificateCredentials credentials, string reason, StreamListener? agent = null)
    {
        var error = Assert.ThrowsAsync<SnmpSecurityException>(() => AskAsync(credentials, agent));
        Assert.That(error!.Message, Does.Contain(reason));
        Assert.That((agent ?? _agent).Engine.Counters.InPackets, Is.Zero);
    }

    private async Task<long> AskAsync(CertificateCredentials credentials, StreamListener? agent = null) =>
        (await _client.GetAsync(Target(credentials, agent), [StreamAgent.Instance]))[0].Value.Signed;

    private SnmpTarget Target(SnmpCredentials credentials, StreamListener? agent = null) =>
        StreamAgent.Target((agent ?? _agent).Address.EndPoint, credentials);
}
