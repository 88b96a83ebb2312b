using Rtfm.Snmp.AgentX;
using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;

namespace Rtfm.Snmp.Tests.AgentX;

/// <summary>What a sub-agent answers a master, PDU by PDU (RFC 2741 §7.2).</summary>
[TestFixture]
public sealed class AgentXResponderTests
{
    private const uint Session = 77;
    private static readonly ObjectIdentifier Root = new(1, 3, 6, 1, 4, 1, 1, 1);
    private readonly byte[] _response = new byte[AgentXResponder.LongestResponse];
    private NumberColumn _column = null!;
    private AgentXResponder _responder = null!;

    private delegate void Payload(ref AgentXWriter writer);

    [SetUp]
    public void Make()
    {
        _column = new NumberColumn(Root, rows: 5);
        _responder = new AgentXResponder(new MibTree([_column]), new Lock(), null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_response_is_in_the_byte_order_of_its_request(bool isNetworkByteOrder)
    {
        _column[2] = -7;
        var (error, _, varBinds) = Ask(AgentXType.Get, Ranges((Name(2), false, default)), isNetworkByteOrder);
        Assert.That(error, Is.Zero);
        Assert.That(varBinds, Is.EqualTo(new[] { new VarBind(Name(2), SnmpValue.Integer(-7)) }));
    }

    [Test]
    public void Get_tells_objects_that_are_not_there_from_instances_that_are_not()
    {
        var (_, _, varBinds) = Ask(AgentXType.Get, Ranges((Name(9), false, default), (new(1, 3, 6, 1, 9), false, default)));
        Assert.That(varBinds.Select(each => each.Value.Tag), Is.EqualTo(new[] { BerTag.NoSuchInstance, BerTag.NoSuchObject }));
    }

    [Test]
    public void GetNext_may_find_the_name_itself_where_it_is_included() =>
        Assert.That(
            Ask(AgentXType.GetNext, Ranges((Name(2), true, default), (Name(2), false, default))).VarBinds.Select(each => each.Name),
            Is.EqualTo(new[] { Name(2), Name(3) })
        );

    [Test]
    public void GetNext_ends_before_the_end_of_its_range()
    {
        var (_, _, varBinds) = Ask(AgentXType.GetNext, Ranges((Name(2), false, Name(3)), (Name(2), false, Name(4)), (Name(5), false, default)));
        Assert.That(
            varBinds.Select(each => (each.Name, each.Value.Tag)),
            Is.EqualTo(new[] { (Name(2), BerTag.EndOfMibView), (Name(3), BerTag.Integer), (Name(5), BerTag.EndOfMibView) })
        );
    }

    [Test]
    public void GetBulk_repeats_what_comes_after_the_non_repeaters_until_all_have_ended()
    {
        var (_, _, varBinds) = Ask(
            AgentXType.GetBulk,
            (ref AgentXWriter writer) =>
            {
                writer.Short(1);
                writer.Short(10);
                Ranges((Root, false, default), (Name(3), false, default))(ref writer);
            }
        );
        Assert.That(varBinds.Select(each => each.Name), Is.EqualTo(new[] { Name(1), Name(4), Name(5), Name(5) }));
        Assert.That(varBinds[^1].Value.Tag, Is.EqualTo(BerTag.EndOfMibView));
    }

    [Test]
    public void GetBulk_returns_as_many_varbinds_as_fit()
    {
        _responder = new AgentXResponder(new MibTree([new NumberColumn(Root, 60_000)]), new Lock(), null);
        var (error, _, varBinds) = Ask(
            AgentXType.GetBulk,
            (ref AgentXWriter writer) =>
            {
                writer.Short(0);
                writer.Short(ushort.MaxValue);
                Ranges((Root, false, default))(ref writer);
            }
        );
        Assert.That(error, Is.Zero);
        Assert.That(varBinds, Has.Count.InRange(1_000, 59_999));
    }

    [Test]
    public void A_SET_is_tested_then_committed_then_cleaned_up()
    {
        Assert.That(TestSet(1, (Name(1), 5), (Name(2), 6)), Is.EqualTo((0, 0)));
        Assert.That(_column[1], Is.Zero);
        Assert.That(Phase(AgentXType.CommitSet, 1), Is.EqualTo((0, 0)));
        Assert.That((_column[1], _column[2]), Is.EqualTo((5, 6)));
        Assert.That(Send(AgentXType.CleanupSet, Nothing, transaction: 1), Is.Zero, "CleanupSet has no response");
    }

    [Test]
    public void A_SET_is_undone_in_reverse()
    {
        TestSet(1, (Name(1), 5), (Name(2), 6));
        Phase(AgentXType.CommitSet, 1);
        Assert.That(Phase(AgentXType.UndoSet, 1), Is.EqualTo((0, 0)));
        Assert.That((_column[1], _column[2]), Is.EqualTo((0, 0)));
        Assert.That(_column.Steps[^2..], Is.EqualTo(new[] { "undo 2", "undo 1" }));
    }

    [Test]
    public void A_varbind_that_cannot_be_set_is_told_with_its_place()
    {
        Assert.That(TestSet(1, (Name(1), 5), (Name(2), 13)), Is.EqualTo(((int)ErrorStatus.WrongValue, 2)));
        Assert.That(TestSet(2, (new(1, 3, 6, 1, 9), 5)), Is.EqualTo(((int)ErrorStatus.NotWritable, 1)));
        Assert.That(Phase(AgentXType.CommitSet, 1).Error, Is.EqualTo((int)ErrorStatus.CommitFailed), "what failed its test was committed");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_commit_that_fails_half_way_leaves_nothing_behind(bool masterIsGone)
    {
        _column.CommitFailsAt = 2;
        TestSet(1, (Name(1), 5), (Name(2), 6));
        Assert.That(Phase(AgentXType.CommitSet, 1), Is.EqualTo(((int)ErrorStatus.CommitFailed, 2)));
        if (masterIsGone)
            _responder.EndSession();
        else
            Assert.That(Phase(AgentXType.UndoSet, 1), Is.EqualTo((0, 0)));
        Assert.That(_column[1], Is.Zero);
    }

    [Test]
    public void A_SET_the_master_forgot_is_given_up_for_the_next()
    {
        TestSet(1, (Name(1), 5));
        TestSet(2, (Name(2), 6));
        Assert.That(Phase(AgentXType.CommitSet, 1).Error, Is.EqualTo((int)ErrorStatus.CommitFailed));
        Assert.That(Phase(AgentXType.CommitSet, 2), Is.EqualTo((0, 0)));
        Assert.That((_column[1], _column[2]), Is.EqualTo((0, 6)));
    }

    [Test]
    public void Another_context_and_another_session_are_refused()
    {
        var flags = (byte)(AgentXHeader.NetworkByteOrder | AgentXHeader.NonDefaultContext);
        Send(AgentXType.Get, Nothing, flags: flags);
        Assert.That(Result().Error, Is.EqualTo((int)AgentXError.UnsupportedContext));
        Send(AgentXType.Get, Nothing, session: Session + 1);
        Assert.That(Result().Error, Is.EqualTo((int)AgentXError.NotOpen));
    }

    [Test]
    public void A_hundred_thousand_mutated_requests_never_throw()
    {
        var random = new Random(13);
        var types = new[] { AgentXType.Get, AgentXType.GetNext, AgentXType.GetBulk, AgentXType.TestSet, AgentXType.CommitSet, AgentXType.UndoSet };
        var pdu = new byte[4_096];
        for (var i = 0; i < 100_000; i++)
        {
            var type = types[random.Next(types.Length)];
            var header = new AgentXHeader(type, (byte)(random.Next(2) * AgentXHeader.NetworkByteOrder), Session, (uint)random.Next(3), 1, 0);
            var writer = new AgentXWriter(pdu, header);
            if (type == AgentXType.GetBulk)
                writer.Number((uint)random.Next());
            if (type == AgentXType.TestSet)
                writer.VarBind(new(Name((uint)random.Next(7)), SnmpValue.OctetString([1, 2, 3])));
            else
                Ranges((Name((uint)random.Next(7)), random.Next(2) == 0, default), (Root, false, Name(3)))(ref writer);
            var length = writer.End();
            for (var changes = random.Next(5); changes > 0; changes--)
                pdu[random.Next(AgentXHeader.Length, length)] = (byte)random.Next(256);
            var payload = pdu.AsSpan(AgentXHeader.Length, random.Next(length - AgentXHeader.Length + 1));
            Assert.That(_responder.Answer(header, payload, Session, _response), Is.GreaterThanOrEqualTo(AgentXHeader.Length + 8));
        }
        Assert.That(Ask(AgentXType.Get, Ranges((Name(1), false, default))).Error, Is.Zero);
    }

    [Test]
    public void Reading_allocates_nothing_in_steady_state()
    {
        var pdu = new byte[200];
        var header = new AgentXHeader(AgentXType.GetNext, AgentXHeader.NetworkByteOrder, Session, 1, 1, 0);
        var writer = new AgentXWriter(pdu, header);
        Ranges((Root, false, default))(ref writer);
        var payload = pdu.AsSpan(AgentXHeader.Length, writer.End() - AgentXHeader.Length);
        _responder.Answer(header, payload, Session, _response);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _responder.Answer(header, payload, Session, _response);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static ObjectIdentifier Name(uint row) => Root.Append(row);

    private static void Nothing(ref AgentXWriter writer) { }

    private static Payload Ranges(params (ObjectIdentifier Start, bool Include, ObjectIdentifier End)[] ranges) =>
        (ref AgentXWriter writer) =>
        {
            foreach (var (start, include, end) in ranges)
            {
                writer.Oid(start.Span, include);
                writer.Oid(end.Span);
            }
        };

    private (int Error, int Index) TestSet(uint transaction, params (ObjectIdentifier Name, int Value)[] varBinds)
    {
        Send(
            AgentXType.TestSet,
            (ref AgentXWriter writer) =>
            {
                foreach (var (name, value) in varBinds)
                    writer.VarBind(new(name, SnmpValue.Integer(value)));
            },
            transaction: transaction
        );
        var (error, index, _) = Result();
        return (error, index);
    }

    private (int Error, int Index) Phase(AgentXType type, uint transaction)
    {
        Send(type, Nothing, transaction: transaction);
        var (error, index, _) = Result();
        return (error, index);
    }

    private (int Error, int Index, List<VarBind> VarBinds) Ask(AgentXType type, Payload payload, bool isNetworkByteOrder = true)
    {
        Send(type, payload, flags: isNetworkByteOrder ? AgentXHeader.NetworkByteOrder : (byte)0);
        return Result();
    }

    private int Send(AgentXType type, Payload payload, byte flags = AgentXHeader.NetworkByteOrder, uint session = Session, uint transaction = 1)
    {
        var pdu = new byte[4_096];
        var header = new AgentXHeader(type, flags, session, transaction, 3, 0);
        var writer = new AgentXWriter(pdu, header);
        payload(ref writer);
        return _responder.Answer(header, pdu.AsSpan(AgentXHeader.Length, writer.End() - AgentXHeader.Length), Session, _response);
    }

    private (int Error, int Index, List<VarBind> VarBinds) Result()
    {
        Assert.That(AgentXHeader.TryRead(_response, out var header));
        Assert.That((header.Type, header.PacketId), Is.EqualTo((AgentXType.Response, 3)));
        var reader = new AgentXReader(_response.AsSpan(AgentXHeader.Length, (int)header.PayloadLength), header.IsNetworkByteOrder);
        reader.Number();
        var (error, index) = (reader.Short(), reader.Short());
        var varBinds = new List<VarBind>();
        while (!reader.IsAtEnd)
            varBinds.Add(reader.VarBind());
        Assert.That(reader.Failed, Is.False);
        return (error, index, varBinds);
    }
}
