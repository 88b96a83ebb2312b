using System.CommandLine;
using System.Linq;
using System.Text;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Security.Usm;

namespace Rtfm.Agent.Commands;

/// <summary><c>rtfm-agent user</c>: who may ask, while the agent does not run. A running agent's users are changed over SNMP.</summary>
internal static class UserCommand
{
    private static readonly Option<string?> State = new("--state") { Description = "The agent's state folder", HelpName = "DIR" };
    private static readonly Argument<string> Name = new("NAME") { Description = "The user's name, 1 to 32 octets" };
    private static readonly Option<bool> Write = new("--write")
    {
        Description = "May change what SNMP can change, users included (default: may only read)",
    };
    private static readonly Option<string> Auth = new("--auth")
    {
        Description = "MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512 or none",
        HelpName = "PROTOCOL",
        DefaultValueFactory = _ => "SHA-256",
    };
    private static readonly Option<string> Priv = new("--priv")
    {
        Description = "DES, AES, AES-192, AES-256, AES-192-C, AES-256-C (key as Cisco has it) or none",
        HelpName = "PROTOCOL",
        DefaultValueFactory = _ => "AES",
    };
    private static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "Its first line is the password, a second one that for encryption (default: both are asked for)",
        HelpName = "FILE",
    };

    private static readonly Option<string?> EngineAt = new("--engine-id")
    {
        Description = "Another engine, which this agent sends informs to: the user is the one it knows (default: this agent)",
        HelpName = "HEX",
    };

    private static readonly Argument<string> MemberFile = new("FILE") { Description = "Credentials of the members of a domain" };

    public static Command Make()
    {
        var add = new Command(
            "add",
            """
            Add a user, or give one new passwords. Only keys made of them are kept, good for one engine only.

            Example:
              rtfm-agent user add noc --auth SHA-512 --priv AES-256
            """
        )
        {
            Name,
            Write,
            Auth,
            Priv,
            PasswordFile,
            EngineAt,
            State,
        };
        add.SetAction(arguments => Guarded(arguments, Add));
        var addMember = new Command(
            "add-member",
            """
            Add the user that all members of a domain have; he may write what members say to one another and load rule sets.

            FILE is made, with a password that nobody knows, where there is none. Carry it to the other members over a safe way, and give this
            command there, too. It is also what Rtfm:Agent:Domain:Credentials and --domain-credentials name.

            Example:
              rtfm-agent user add-member domain.conf
            """
        )
        {
            MemberFile,
            State,
        };
        addMember.SetAction(arguments => Guarded(arguments, (words, folder) => MemberUser.Add(words.GetValue(MemberFile)!, folder)));
        var remove = new Command("remove", "Remove a user.") { Name, State };
        remove.SetAction(arguments => Guarded(arguments, Remove));
        var list = new Command("list", "List the users and what they may do.") { State };
        list.SetAction(arguments => Guarded(arguments, List));
        return new Command("user", "Add, remove and list SNMPv3 users while the agent does not run.") { add, addMember, remove, list };
    }

    private static int Guarded(ParseResult arguments, Action<ParseResult, string> act)
    {
        try
        {
            act(arguments, RunCommand.StateDirectoryOf(new AgentOptions { StateDirectory = arguments.GetValue(State) }));
            return 0;
        }
        catch (Exception fault) when (fault is SettingsException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(fault.Message);
            return 2;
        }
    }

    private static void Add(ParseResult arguments, string folder)
    {
        var name = arguments.GetValue(Name)!;
        if (Encoding.UTF8.GetByteCount(name) is < 1 or > UsmUser.LongestName)
            throw new SettingsException($"'{name}' is no user's name: it must have 1 to {UsmUser.LongestName} octets.");
        if (!ProtocolNames.TryParseAuth(arguments.GetValue(Auth)!, out var auth))
            throw new SettingsException(
                $"--auth {arguments.GetValue(Auth)}: no such protocol. There are MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512, none."
            );
        if (!ProtocolNames.TryParsePriv(arguments.GetValue(Priv)!, out var priv))
            throw new SettingsException(
                $"--priv {arguments.GetValue(Priv)}: no such protocol. There are DES, AES, AES-192, AES-256, AES-192-C, AES-256-C, none."
            );
        if (auth == AuthProtocol.None && priv != PrivProtocol.None)
            throw new SettingsException("Encryption needs authentication: give --auth, or --priv none.");
        EngineId? at = null;
        if (arguments.GetValue(EngineAt) is { } text)
            at = EngineId.TryParse(text, out var given)
                ? given
                : throw new SettingsException($"--engine-id {text}: an engine ID is 5 to 32 octets in hexadecimal digits.");
        var passwords = auth == AuthProtocol.None ? ("", "") : Passwords.Read(arguments.GetValue(PasswordFile), name, priv != PrivProtocol.None);
        StateFile.MakeFolder(folder);
        using var edit = SnmpConfigurationStore.Edit(folder);
        var own = new EngineId(Convert.FromHexString(MeterStateFile.Prepare(folder).EngineId));
        var engineId = at ?? own;
        var user = new UsmUser
        {
            EngineId = engineId,
            Name = name,
            Auth = auth,
            AuthKey = auth == AuthProtocol.None ? [] : KeyLocalization.Localize(auth, KeyOf(auth, passwords.Item1), engineId.Octets),
            Priv = priv,
            PrivKey = priv == PrivProtocol.None ? [] : KeyLocalization.LocalizePrivacy(auth, priv, KeyOf(auth, passwords.Item2), engineId.Octets),
        };
        // Who is a receiver's user is nobody here; whoever has his name here keeps what he may do.
        edit.Save(
            engineId == own
                ? edit.Configuration.WithUser(user, arguments.GetValue(Write) ? Permission.Write : Permission.Read)
                : edit.Configuration with
                {
                    Users = edit.Configuration.Users.With(user),
                }
        );
    }

    private static void Remove(ParseResult arguments, string folder)
    {
        var name = arguments.GetValue(Name)!;
        using var edit = SnmpConfigurationStore.Edit(folder);
        var configuration = edit.Configuration;
        var users = configuration.Users.Where(user => user.Name == name).ToList();
        if (users.Count == 0)
            throw new SettingsException($"There is no user '{name}' in {folder}. 'rtfm-agent user list' shows who there is.");
        foreach (var user in users)
            configuration = configuration with { Users = configuration.Users.Without(user.Index.Span) };
        foreach (var member in configuration.Groups.Where(member => member.SecurityName == name && member.Model == Snmp.Messages.SecurityModel.Usm))
            configuration = configuration with { Groups = configuration.Groups.Without(member.Index.Span) };
        edit.Save(configuration);
    }

    private static void List(ParseResult arguments, string folder)
    {
        var path = Path.Combine(folder, SnmpConfigurationStore.FileName);
        var configuration = File.Exists(path) ? SnmpConfigurationStore.Read(path) : new SnmpConfiguration();
        Console.WriteLine($"{"USER", -32} {"AUTH", -8} {"PRIV", -10} {"GROUP", -20} ENGINE");
        foreach (var user in configuration.Users)
        {
            var member = configuration.Groups.FirstOrDefault(each => each.SecurityName == user.Name && each.Model == Snmp.Messages.SecurityModel.Usm);
            Console.WriteLine($"{user.Name, -32} {user.Auth.ToName(), -8} {user.Priv.ToName(), -10} {member?.Group ?? "-", -20} {user.EngineId}");
        }
    }

    private static byte[] KeyOf(AuthProtocol auth, string password) => KeyLocalization.PasswordToKey(auth, Encoding.UTF8.GetBytes(password));
}
