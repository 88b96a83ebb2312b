namespace Rtfm.Control.Domain.Selection;

/// <summary>A member that might become master.</summary>
/// <param name="Id">Its snmpEngineID, in hexadecimal digits.</param>
/// <param name="Priority">What its score is multiplied by, 100 being 1; 0: never master.</param>
/// <param name="Obstacle">Why it cannot be master whatever its figures are: it is silent, its state is old; null: nothing is in the way.</param>
public sealed record Candidate(string Id, string Name, int Priority, DomainFigures? Figures, string? Obstacle = null);
