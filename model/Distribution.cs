using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Rtfm.Model;

/// <summary>The value of a distribution-valued attribute: the parameters that its rule gave, and the counters of its buckets (RFC 2724 §3.2, §3.3).</summary>
public sealed class Distribution
{
    /// <summary>Octets of parameters in each of mask and value.</summary>
    public const int ParameterOctets = 6;

    private readonly byte[] _parameters;

    private Distribution(byte[] parameters, ImmutableArray<ulong> counters) => (_parameters, Counters) = (parameters, counters);

    /// <summary>Transform, scale, lower limit, upper limit.</summary>
    public ReadOnlySpan<byte> Mask => _parameters.AsSpan(0, ParameterOctets);

    /// <summary>Number of buckets, parameters 1 to 3.</summary>
    public ReadOnlySpan<byte> Value => _parameters.AsSpan(ParameterOctets);

    /// <summary>One for each bucket, then that of samples above them all.</summary>
    public ImmutableArray<ulong> Counters { get; }

    /// <summary>Reads what an agent sent: SEQUENCE { mask, value, counters } (NEW-10).</summary>
    /// <returns>False where the octets are not that.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> octets, out Distribution? distribution)
    {
        distribution = null;
        if (!FlowDataPackage.TryReadSequence(ref octets, out var elements) || !octets.IsEmpty)
            return false;
        var parameters = new byte[2 * ParameterOctets];
        for (var i = 0; i < 2; i++)
        {
            if (!FlowDataPackage.TryReadOctets(ref elements, out var content) || content.Length != ParameterOctets)
                return false;
            content.CopyTo(parameters.AsSpan(i * ParameterOctets));
        }
        var counters = ImmutableArray.CreateBuilder<ulong>(parameters[ParameterOctets] + 1);
        while (!elements.IsEmpty && counters.Count < counters.Capacity)
        {
            if (!FlowDataPackage.TryReadCounter(ref elements, out var counter))
                return false;
            counters.Add(counter);
        }
        if (!elements.IsEmpty || counters.Count != counters.Capacity)
            return false;
        distribution = new Distribution(parameters, counters.MoveToImmutable());
        return true;
    }

    /// <summary>Writes what <see cref="ToString"/> says of such octets, in UTF-8 and without taking memory.</summary>
    /// <returns>Its length; -1 where the octets are no distribution, or <paramref name="text"/> is too short.</returns>
    public static int Format(ReadOnlySpan<byte> octets, Span<byte> text)
    {
        if (
            !FlowDataPackage.TryReadSequence(ref octets, out var elements)
            || !octets.IsEmpty
            || !FlowDataPackage.TryReadOctets(ref elements, out var mask)
            || !FlowDataPackage.TryReadOctets(ref elements, out var value)
            || mask.Length != ParameterOctets
            || value.Length != ParameterOctets
        )
        {
            return -1;
        }
        var writer = new TextWriter(text);
        writer.Parameters(mask);
        writer.Character('=');
        writer.Parameters(value);
        for (var left = value[0] + 1; left > 0; left--)
        {
            if (!FlowDataPackage.TryReadCounter(ref elements, out var counter))
                return -1;
            writer.Character(left > value[0] ? ':' : ';');
            writer.Number(counter);
        }
        return elements.IsEmpty && !writer.IsFull ? writer.Length : -1;
    }

    private ref struct TextWriter(Span<byte> text)
    {
        private readonly Span<byte> _text = text;

        public int Length { get; private set; }

        public bool IsFull { get; private set; }

        public void Parameters(scoped ReadOnlySpan<byte> octets)
        {
            Number(octets[0]);
            Character('.');
            Number(octets[1]);
            Character('.');
            Number(BinaryPrimitives.ReadUInt16BigEndian(octets[2..]));
            Character('!');
            Number(BinaryPrimitives.ReadUInt16BigEndian(octets[4..]));
        }

        public void Number(ulong number)
        {
            IsFull |= !number.TryFormat(_text[Length..], out var written, provider: CultureInfo.InvariantCulture);
            Length += written;
        }

        public void Character(char character)
        {
            IsFull |= Length == _text.Length;
            if (!IsFull)
                _text[Length++] = (byte)character;
        }
    }

    /// <summary>As a rule writes the parameters, and the counters behind them: <c>1.0.10!50=5.0.0!0:2;2;1;0;1;1</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Mask[0]}.{Mask[1]}.{BinaryPrimitives.ReadUInt16BigEndian(Mask[2..])}!{BinaryPrimitives.ReadUInt16BigEndian(Mask[4..])}="
            )
        );
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Value[0]}.{Value[1]}.{BinaryPrimitives.ReadUInt16BigEndian(Value[2..])}!{BinaryPrimitives.ReadUInt16BigEndian(Value[4..])}:"
        );
        return text.AppendJoin(';', Counters).ToString();
    }
}
