using System.Text;
using Rtfm.Snmp.Agent;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Testing;

namespace Rtfm.Snmp.Tests;

[TestFixture]
public sealed class EngineTests
{
    private static readonly SnmpConfiguration Configuration = new SnmpConfiguration()
        .WithStandardAccess()
        .WithCommunity("public", "reader", Permission.Read)
        .WithCommunity("private", "writer", Permission.Write);

    private const string GetUpTime = "A019 020101 020100 020100 300E 300C 0608 2B06010201010300 0500";
    private ColumnProvider _provider = null!;
    private SnmpEngine _engine = null!;

    [SetUp]
    public void MakeEngine()
    {
        _provider = new ColumnProvider();
        _engine = Engine(_provider);
    }

    [Test]
    public void A_GET_is_answered_octet_for_octet() =>
        Assert.That(
            Text(Ask(Message(1, "public", GetUpTime))),
            Is.EqualTo(Text(Hex.Bytes("3027 020101 0406 7075626C6963 A21A 020101 020100 020100 300F 300D 0608 2B06010201010300 4301 07")))
        );

    [Test]
    public void An_unknown_community_is_dropped_and_counted()
    {
        Assert.That(Ask(Message(1, "guess", GetUpTime)), Is.Empty);
        Assert.That(_engine.Counters.InBadCommunityNames, Is.EqualTo(1));
    }

    [Test]
    public void An_unknown_version_is_dropped_and_counted()
    {
        Assert.That(Ask(Message(2, "public", GetUpTime)), Is.Empty);
        Assert.That(_engine.Counters.InBadVersions, Is.EqualTo(1));
    }

    [Test]
    public void Octets_that_are_no_message_are_dropped_and_counted()
    {
        Assert.That(Ask([0x30, 0x80, 0x01]), Is.Empty);
        Assert.That(_engine.Counters.InAsnParseErrors, Is.EqualTo(1));
    }

    [Test]
    public void GETBULK_ends_when_everything_has_ended()
    {
        var answer = Parse(Ask(Message(1, "public", Pdu(0xA5, 0, 50, "1.3.6.1.4.1.1.2"))));
        Assert.That(answer.VarBinds.Select(each => each.Name.Span[^1]), Is.EqualTo(new uint[] { 3, 4, 5, 5 }));
        Assert.That(answer.VarBinds[^1].Value.Tag, Is.EqualTo(BerTag.EndOfMibView));
    }

    [Test]
    public void GETBULK_repeats_only_what_comes_after_the_non_repeaters()
    {
        var answer = Parse(Ask(Message(1, "public", Pdu(0xA5, 1, 2, "1.3.6.1.2.1.1.3", "1.3.6.1.4.1.1.1"))));
        Assert.That(
            answer.VarBinds.Select(each => each.Name.ToString()),
            Is.EqualTo(new[] { "1.3.6.1.2.1.1.3.0", "1.3.6.1.4.1.1.2", "1.3.6.1.4.1.1.3" })
        );
    }

    [Test]
    public void GETBULK_returns_as_many_varbinds_as_fit()
    {
        _provider.ValueLength = 120;
        var engine = Engine(_provider, maxMessageSize: 484);
        var answer = Parse(Ask(engine, Message(1, "public", Pdu(0xA5, 0, 50, "1.3.6.1.4.1.1.1"))));
        Assert.That(answer.Status, Is.EqualTo(ErrorStatus.NoError));
        Assert.That(answer.VarBinds, Has.Count.EqualTo(3));
    }

    [TestCase(1, 0, Description = "v2c: no varbinds")]
    [TestCase(0, 5, Description = "v1: those of the request")]
    public void An_answer_that_cannot_fit_is_tooBig(int version, int varBinds)
    {
        _provider.ValueLength = 100;
        var engine = Engine(_provider, maxMessageSize: 484);
        string[] names = ["1.3.6.1.4.1.1.1", "1.3.6.1.4.1.1.2", "1.3.6.1.4.1.1.3", "1.3.6.1.4.1.1.4", "1.3.6.1.4.1.1.5"];
        var answer = Parse(Ask(engine, Message(version, "public", Pdu(0xA0, 0, 0, names))));
        Assert.That((answer.Status, answer.VarBinds.Count), Is.EqualTo((ErrorStatus.TooBig, varBinds)));
    }

    [Test]
    public void SNMPv1_passes_over_Counter64_and_ends_with_noSuchName()
    {
        _provider.Syntax = BerTag.Counter64;
        var answer = Parse(Ask(Message(0, "public", Pdu(0xA1, 0, 0, "1.3.6.1.4.1.1"))));
        Assert.That((answer.Status, answer.Index), Is.EqualTo((ErrorStatus.NoSuchName, 1)));
    }

    [Test]
    public void MIB_05_SNMPv1_has_its_own_errors()
    {
        foreach (var status in Enum.GetValues<ErrorStatus>())
            Assert.That(CommandResponder.ToV1(status), Is.LessThanOrEqualTo(ErrorStatus.GenErr), status.ToString());
        Assert.That(CommandResponder.ToV1(ErrorStatus.InconsistentValue), Is.EqualTo(ErrorStatus.BadValue));
        Assert.That(CommandResponder.ToV1(ErrorStatus.InconsistentName), Is.EqualTo(ErrorStatus.NoSuchName));
        Assert.That(CommandResponder.ToV1(ErrorStatus.ResourceUnavailable), Is.EqualTo(ErrorStatus.GenErr));
    }

    [TestCase(1, ErrorStatus.AuthorizationError)]
    [TestCase(0, ErrorStatus.NoSuchName)]
    public void A_SET_with_a_community_that_may_only_read_is_refused(int version, ErrorStatus expected)
    {
        var answer = Parse(Ask(Message(version, "public", Pdu(0xA3, 0, 0, "1.3.6.1.4.1.1.1"))));
        Assert.That((answer.Status, answer.Index), Is.EqualTo((expected, 0)));
        Assert.That(_engine.Counters.InBadCommunityUses, Is.EqualTo(1));
    }

    [Test]
    public void A_SET_that_one_varbind_fails_changes_nothing()
    {
        _provider.RefusedAt = 3;
        var answer = Parse(Ask(Message(1, "private", Pdu(0xA3, 0, 0, "1.3.6.1.4.1.1.1", "1.3.6.1.4.1.1.2", "1.3.6.1.4.1.1.3"))));
        Assert.That((answer.Status, answer.Index), Is.EqualTo((ErrorStatus.WrongValue, 3)));
        Assert.That(_provider.Steps, Has.None.StartsWith("commit"));
    }

    [Test]
    public void A_commit_that_fails_undoes_those_before_it_in_reverse()
    {
        _provider.CommitFailsAt = 3;
        var answer = Parse(Ask(Message(1, "private", Pdu(0xA3, 0, 0, "1.3.6.1.4.1.1.1", "1.3.6.1.4.1.1.2", "1.3.6.1.4.1.1.3"))));
        Assert.That((answer.Status, answer.Index), Is.EqualTo((ErrorStatus.CommitFailed, 3)));
        Assert.That(
            _provider.Steps,
            Is.EqualTo(new[] { "test 1", "test 2", "test 3", "commit 1", "commit 2", "commit 3", "undo 3", "undo 2", "undo 1" })
        );
    }

    [Test]
    public void A_provider_that_throws_is_genErr_at_its_varbind_and_is_told()
    {
        _provider.Throws = true;
        var answer = Parse(Ask(Message(1, "public", Pdu(0xA0, 0, 0, "1.3.6.1.2.1.1.3.0", "1.3.6.1.4.1.1.1"))));
        Assert.That((answer.Status, answer.Index), Is.EqualTo((ErrorStatus.GenErr, 2)));
        Assert.That(_faults, Has.Count.EqualTo(1));
    }

    [Test]
    public void Reading_allocates_nothing_in_steady_state()
    {
        byte[][] messages = [Message(1, "public", GetUpTime), Message(1, "public", Pdu(0xA5, 0, 50, "1.3.6.1.4.1.1.1"))];
        var answer = new byte[65_536];
        foreach (var message in messages)
        {
            _engine.Process(message, answer, default);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
                _engine.Process(message, answer, default);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
    }

    [Test]
    public void A_hundred_thousand_random_and_mutated_messages_never_throw()
    {
        byte[][] good =
        [
            Message(1, "public", GetUpTime),
            Message(0, "private", Pdu(0xA3, 0, 0, "1.3.6.1.4.1.1.1")),
            Message(1, "public", Pdu(0xA5, 1, 9, "1.3", "1.3.6.1.4.1.1")),
        ];
        var random = new Random(3);
        var answer = new byte[65_536];
        for (var i = 0; i < 100_000; i++)
        {
            var message = (byte[])good[random.Next(good.Length)].Clone();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                message[random.Next(message.Length)] = (byte)random.Next(256);
            _engine.Process(message.AsSpan(0, random.Next(4) == 0 ? random.Next(message.Length) : message.Length), answer, default);
        }
        Assert.That(Ask(good[0]), Is.Not.Empty);
        Assert.That(_engine.Counters.InAsnParseErrors, Is.Positive);
    }

    private readonly List<Exception> _faults = [];

    private SnmpEngine Engine(ColumnProvider provider, int maxMessageSize = SnmpEngineOptions.LargestUdpMessage) =>
        new(
            new SnmpEngineOptions
            {
                Identity = new EngineIdentity(EngineId.Make(), 1, TimeProvider.System),
                Configuration = () => Configuration,
                Mib = new MibTree([new UpTime(), provider]),
                MaxMessageSize = maxMessageSize,
                OnProviderFault = (fault, _) => _faults.Add(fault),
            }
        );

    private byte[] Ask(byte[] message) => Ask(_engine, message);

    private static byte[] Ask(SnmpEngine engine, byte[] message)
    {
        var answer = new byte[65_536];
        return answer[..engine.Process(message, answer, default)];
    }

    private static string Text(byte[] octets) => Convert.ToHexString(octets);

    private static byte[] Message(int version, string community, string pdu) => Message(version, community, Hex.Bytes(pdu));

    private static byte[] Message(int version, string community, byte[] pdu)
    {
        var writer = new BerWriter(new byte[4_096]);
        writer.Integer(version);
        writer.OctetString(Encoding.ASCII.GetBytes(community));
        var whole = new BerWriter(new byte[8_192]);
        whole.OctetString([.. writer.Written, .. pdu], 0x30);
        return whole.Written.ToArray();
    }

    private static byte[] Pdu(byte type, int first, int second, params string[] names)
    {
        var writer = new BerWriter(new byte[4_096]);
        var mark = writer.Begin(type);
        writer.Integer(1);
        writer.Integer(first);
        writer.Integer(second);
        var list = writer.Begin(0x30);
        foreach (var name in names)
        {
            var varBind = writer.Begin(0x30);
            writer.Oid(ObjectIdentifier.Parse(name).Span);
            writer.Empty(BerTag.Null);
            writer.End(varBind);
        }
        writer.End(list);
        writer.End(mark);
        return writer.Written.ToArray();
    }

    private static (ErrorStatus Status, int Index, List<VarBind> VarBinds) Parse(byte[] answer)
    {
        var reader = new BerReader(answer);
        reader.Enter();
        reader.Integer();
        reader.OctetString();
        var pdu = answer[reader.Position..];
        Assert.That(PduHeader.TryRead(pdu, out var header));
        var varBinds = new List<VarBind>();
        var read = new VarBindReader(pdu.AsSpan(header.VarBinds, header.VarBindsLength));
        while (read.Read())
        {
            Assert.That(read.TryValue(out var value));
            varBinds.Add(new(new ObjectIdentifier(read.Name), value));
        }
        return ((ErrorStatus)header.ErrorStatus, header.ErrorIndex, varBinds);
    }

    private sealed class UpTime : IMibProvider
    {
        private static readonly uint[] Instance = [1, 3, 6, 1, 2, 1, 1, 3, 0];

        public ObjectIdentifier Root { get; } = new(1, 3, 6, 1, 2, 1, 1, 3);

        public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
        {
            if (!name.SequenceEqual(Instance))
                return GetOutcome.NoSuchInstance;
            response.TimeTicks(name, 7);
            return GetOutcome.Found;
        }

        public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
        {
            if (after.SequenceCompareTo(Instance) >= 0)
                return false;
            response.TimeTicks(Instance, 7);
            return true;
        }
    }

    /// <summary>1.3.6.1.4.1.1.1 to .5, of a syntax and length to choose, with SET steps that are noted.</summary>
    private sealed class ColumnProvider : IMibProvider
    {
        private static readonly byte[] Zeros = new byte[1_000];

        public ObjectIdentifier Root { get; } = new(1, 3, 6, 1, 4, 1, 1);

        public BerTag Syntax { get; set; } = BerTag.OctetString;

        public int ValueLength { get; set; } = 1;

        public bool Throws { get; set; }

        public int RefusedAt { get; set; }

        public int CommitFailsAt { get; set; }

        public List<string> Steps { get; } = [];

        public GetOutcome Get(scoped ReadOnlySpan<uint> name, scoped in MibRequest request, ref VarBindWriter response)
        {
            if (Throws)
                throw new InvalidOperationException("on purpose");
            if (name.Length != 8 || name[7] is 0 or > 5)
                return GetOutcome.NoSuchInstance;
            Write(name, ref response);
            return GetOutcome.Found;
        }

        public bool GetNext(scoped ReadOnlySpan<uint> after, scoped in MibRequest request, ref VarBindWriter response)
        {
            for (var index = 1u; index <= 5; index++)
            {
                OidBuffer name = default;
                name.TrySet(Root.Span);
                name.TryAppend(index);
                if (name.Span.SequenceCompareTo(after) <= 0)
                    continue;
                Write(name.Span, ref response);
                return true;
            }
            return false;
        }

        public ErrorStatus Test(SetTransaction transaction, int index)
        {
            Steps.Add($"test {index + 1}");
            return index + 1 == RefusedAt ? ErrorStatus.WrongValue : ErrorStatus.NoError;
        }

        public ErrorStatus Commit(SetTransaction transaction, int index)
        {
            Steps.Add($"commit {index + 1}");
            return index + 1 == CommitFailsAt ? ErrorStatus.ResourceUnavailable : ErrorStatus.NoError;
        }

        public ErrorStatus Undo(SetTransaction transaction, int index)
        {
            Steps.Add($"undo {index + 1}");
            return ErrorStatus.NoError;
        }

        private void Write(scoped ReadOnlySpan<uint> name, ref VarBindWriter response)
        {
            if (Syntax == BerTag.Counter64)
                response.Counter64(name, 1);
            else
                response.OctetString(name, Zeros.AsSpan(0, ValueLength));
        }
    }
}
