namespace Rtfm.Manager.Rendering;

/// <summary>A column of a <see cref="Sheet"/>; numbers stand at its right edge.</summary>
internal sealed record Column(string Header, bool IsNumber)
{
    public static Column Text(string header) => new(header, IsNumber: false);

    public static Column Number(string header) => new(header, IsNumber: true);
}
