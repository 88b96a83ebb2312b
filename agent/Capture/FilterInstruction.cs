using System.Runtime.InteropServices;

namespace Rtfm.Agent.Capture;

/// <summary>One instruction of a BPF program: struct sock_filter of linux/filter.h, struct bpf_insn of libpcap.</summary>
/// <param name="Code">What to do.</param>
/// <param name="IfTrue">Instructions to skip where a comparison holds.</param>
/// <param name="IfFalse">Instructions to skip where it does not.</param>
/// <param name="Operand">A number, an offset, or the octets to keep.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    private const ushort LoadByte = 0x30;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;

    /// <summary>SKF_AD_OFF + SKF_AD_PKTTYPE: the way the packet goes, which is not in the packet.</summary>
    private const uint PacketTypeOffset = 0xFFFF_F000 + 4;
    private const uint PacketOutgoing = 4;

    /// <summary>Ends the program: this many octets of the packet are kept; 0: none, the packet is not for us.</summary>
    public static FilterInstruction Keep(int octets) => new(Return, 0, 0, (uint)octets);

    /// <summary>In front of a program: what is sent is not kept.</summary>
    public static FilterInstruction[] LeaveOutOutgoing => [new(LoadByte, 0, 0, PacketTypeOffset), new(JumpIfEqual, 0, 1, PacketOutgoing), Keep(0)];
}
