namespace Rtfm.Srl.Language;

/// <summary>Collects what is wrong with a program and the files that it includes; the same thing at the same place is told once.</summary>
internal sealed class Diagnoser
{
    private readonly DiagnosticList _list = new("");
    private readonly HashSet<(Place, string)> _told = [];

    /// <summary>What was found, in the order of the text; a file that is included comes after what includes it.</summary>
    public IReadOnlyList<Diagnostic> InOrder()
    {
        var files = _list.Found.Select(each => each.File).Distinct().ToList();
        return [.. _list.Found.OrderBy(each => files.IndexOf(each.File)).ThenBy(each => each.Line).ThenBy(each => each.Column)];
    }

    public bool HasErrors => _list.HasErrors;

    public bool IsFull => _list.IsFull;

    public void Error(Place place, string message) => Tell(place, message, isError: true);

    public void Warn(Place place, string message) => Tell(place, message, isError: false);

    private void Tell(Place place, string message, bool isError)
    {
        if (!_told.Add((place, message)))
            return;
        var (line, column) = place.Source.Locate(place.Offset);
        var text = place.Define is null ? message : $"{message} (in the text of '{place.Define}')";
        if (isError)
            _list.Error(line, column, text, place.Source.Name);
        else
            _list.Warn(line, column, text, place.Source.Name);
    }
}
