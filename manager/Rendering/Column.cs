namespace Rtfm.Manager.Rendering;

/// <summary>A column of a <see cref="Sheet"/>; numbers stand at its right edge.</summary>
internal sealed record Column(string Header, bool IsNumber)
{
    /// <summary>On a screen that is too narrow, 1 is left out first; 0: never.</summary>
    public int LeaveOut { get; init; }

    public static Column Text(string header) => new(header, IsNumber: false);

    public static Column Number(string header) => new(header, IsNumber: true);
}
