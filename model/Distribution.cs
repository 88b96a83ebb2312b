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
