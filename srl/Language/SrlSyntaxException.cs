namespace Rtfm.Srl.Language;

/// <summary>Ends the reading of one statement; the parser tells it and goes on behind the statement.</summary>
internal sealed class SrlSyntaxException(Place place, string message) : Exception(message)
{
    public Place Place { get; } = place;
}

/// <summary>Ends the reading of a program that cannot be read any further.</summary>
internal sealed class SrlHopelessException(Place place, string message) : Exception(message)
{
    public Place Place { get; } = place;
}
