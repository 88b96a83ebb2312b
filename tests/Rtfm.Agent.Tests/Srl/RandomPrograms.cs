using System.Text;

namespace Rtfm.Agent.Tests.Srl;

/// <summary>SRL programs with few different values, so that tests succeed about as often as they fail.</summary>
internal sealed class RandomPrograms(int seed)
{
    private static readonly string[] Addresses = ["SourcePeerAddress", "DestPeerAddress", "SourceAdjacentAddress"];
    private static readonly string[] Ports = ["SourceTransAddress", "DestTransAddress", "vlanId"];
    private static readonly string[] Types = ["SourcePeerType", "DestPeerType", "SourceTransType", "DestTransType", "SourceInterface", "ttl", "dscp"];
    private static readonly string[] Variables = ["FlowKind", "SourceKind", "DestClass"];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private readonly List<string> _labels = [];
    private string[] _addressParameters = [];
    private string[] _variableParameters = [];
    private int _subroutines;
    private int _inSubroutine;
    private int _names;

    /// <param name="most">Statements, about.</param>
    public string Next(int most)
    {
        _text.Clear();
        _names = 0;
        _subroutines = _random.Next(4);
        (_inSubroutine, _addressParameters, _variableParameters) = (0, [], []);
        var order = _random.Next(2) == 0;
        if (order)
            Subroutines();
        Statements(_random.Next(1, most), 0);
        _text.Append("SAVE SourceTransType; COUNT;\n");
        if (!order)
            Subroutines();
        return _text.ToString();
    }

    private void Subroutines()
    {
        for (var number = 1; number <= _subroutines; number++)
        {
            (_inSubroutine, _addressParameters, _variableParameters) = (number, ["a", "b"], ["v"]);
            _text.Append($"SUBROUTINE s{number} (ADDRESS a, ADDRESS b, VARIABLE v)\n");
            Statements(_random.Next(1, 5), 0);
            if (_random.Next(3) > 0)
                _text.Append($"RETURN {_random.Next(4)};\n");
            _text.Append("ENDSUB;\n");
        }
        (_inSubroutine, _addressParameters, _variableParameters) = (0, [], []);
    }

    private void Statements(int count, int depth)
    {
        for (var i = 0; i < count; i++)
            Statement(depth);
    }

    private void Statement(int depth)
    {
        switch (_random.Next(depth > 3 ? 5 : 14))
        {
            case 0:
                _text.Append($"SAVE {Attribute()}{(_random.Next(2) == 0 ? "" : "/" + _random.Next(9))};\n");
                break;
            case 1:
                var attribute = Attribute();
                _text.Append($"SAVE {attribute} = {Operand(attribute)};\n");
                break;
            case 2:
            case 3:
                _text.Append($"STORE {Pick([.. Variables, .. _variableParameters])} := {_random.Next(4)};\n");
                break;
            case 4:
                Leave();
                break;
            case 5:
                Compound(depth);
                break;
            case 6 when _inSubroutine < _subroutines:
            case 7 when _inSubroutine < _subroutines:
                Call(depth);
                break;
            default:
                If(depth);
                break;
        }
    }

    private void Leave()
    {
        var way = _random.Next(7);
        if (way < 3)
            _text.Append(
                way == 0 ? "COUNT;\n"
                : way == 1 ? "IGNORE;\n"
                : "NOMATCH;\n"
            );
        else if (way < 5 && _labels.Count > 0)
            _text.Append($"EXIT {_labels[_random.Next(_labels.Count)]};\n");
        else if (way == 5 && _inSubroutine > 0)
            _text.Append(_random.Next(3) == 0 ? "RETURN;\n" : $"RETURN {_random.Next(4)};\n");
        else
            _text.Append(";\n");
    }

    private void Compound(int depth)
    {
        var isLabelled = _random.Next(3) > 0;
        if (isLabelled)
        {
            _labels.Add($"l{++_names}");
            _text.Append($"{_labels[^1]}: ");
        }
        _text.Append("{\n");
        Statements(_random.Next(1, 4), depth + 1);
        _text.Append("}\n");
        if (isLabelled)
            _labels.RemoveAt(_labels.Count - 1);
    }

    private void Call(int depth)
    {
        // Arguments of one kind, so that what the subroutine compares them with fits.
        var arguments = _inSubroutine > 0 && _random.Next(2) == 0 ? _addressParameters : Types;
        _text.Append(
            $"CALL s{_random.Next(_inSubroutine, _subroutines) + 1} ({Pick(arguments)}, {Pick(arguments)}, {Pick([.. Variables, .. _variableParameters])})\n"
        );
        foreach (var label in Enumerable.Range(0, 4).Where(_ => _random.Next(2) == 0))
        {
            _text.Append($"{label}: ");
            Statement(depth + 2);
        }
        _text.Append("ENDCALL;\n");
    }

    private void If(int depth)
    {
        _text.Append("IF ");
        Expression(0);
        switch (_random.Next(4))
        {
            case 0:
                _text.Append(" SAVE;\n");
                break;
            case 1:
                _text.Append(" SAVE, ");
                Statement(depth + 1);
                break;
            default:
                _text.Append(' ');
                Statement(depth + 1);
                break;
        }
        if (_random.Next(2) == 0)
            return;
        _text.Append("ELSE ");
        Statement(depth + 1);
    }

    private void Expression(int depth)
    {
        var terms = _random.Next(3) == 0 && depth < 3 ? _random.Next(2, 4) : 1;
        var symbol = _random.Next(2) == 0 ? " && " : " || ";
        for (var i = 0; i < terms; i++)
        {
            if (i > 0)
                _text.Append(symbol);
            if (_random.Next(4) == 0 && depth < 3)
            {
                _text.Append('(');
                Expression(depth + 1);
                _text.Append(')');
            }
            else
            {
                Comparison();
            }
        }
    }

    private void Comparison()
    {
        var attribute = Attribute();
        var count = _random.Next(3) == 0 ? _random.Next(2, 20) : 1;
        var operands = Enumerable.Range(0, count).Select(_ => Operand(attribute));
        _text.Append($" {attribute} == {(count == 1 ? operands.Single() : $"({string.Join(", ", operands)})")}");
    }

    private string Attribute() =>
        _random.Next(4) switch
        {
            0 => Pick(Addresses),
            1 => Pick(Ports),
            2 => Pick([.. Variables, .. _variableParameters]),
            _ => Pick([.. Types, .. _addressParameters]),
        };

    private string Operand(string attribute)
    {
        var isAddress = Addresses.Contains(attribute);
        var octets =
            isAddress ? _random.Next(2, 5)
            : Ports.Contains(attribute) ? 2
            : 1;
        var value = string.Join('.', Enumerable.Range(0, octets).Select(_ => _random.Next(3)));
        return _random.Next(4) switch
        {
            0 => $"{value}/{_random.Next(octets * 8 + 1)}",
            1 => $"{value} & {string.Join('.', Enumerable.Range(0, octets).Select(_ => _random.Next(4) == 0 ? 1 : 255))}",
            _ => value,
        };
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
