using System.Security.Cryptography;
using Rtfm.Agent.Metering;
using Rtfm.Agent.Mib;
using Rtfm.Model;
using Rtfm.Model.Delay;
using Rtfm.Snmp.Client;
using Rtfm.Snmp.Configuration;
using Rtfm.Snmp.Messages;

namespace Rtfm.Agent.Commands;

/// <summary>The user that all members of a domain have: one password, of which each engine has keys of its own, and no more rights than members need.</summary>
internal static class MemberUser
{
    /// <summary>Of the user, his group and his view.</summary>
    private const string Name = "rtfm-domain";

    /// <summary>Adds him to the agent that keeps its state in the folder.</summary>
    /// <param name="file">His credentials; made where there are none.</param>
    /// <exception cref="SettingsException">The agent runs, or the file is no such user's.</exception>
    public static void Add(string file, string folder)
    {
        StateFile.MakeFolder(folder);
        using var edit = SnmpConfigurationStore.Edit(folder);
        if (!File.Exists(file))
            Mib.CredentialsFile.Write(file, Name, Convert.ToHexString(RandomNumberGenerator.GetBytes(24)));
        var user = Read(file).At(new EngineId(Convert.FromHexString(MeterStateFile.Prepare(folder).EngineId)));
        var configuration = edit.Configuration;
        edit.Save(
            configuration with
            {
                Users = configuration.Users.With(user),
                Groups = configuration.Groups.With(
                    new GroupMember
                    {
                        Model = SecurityModel.Usm,
                        SecurityName = user.Name,
                        Group = Name,
                    }
                ),
                // Any context: the flows of the domain have one of their own.
                Access = configuration.Access.With(
                    new AccessEntry
                    {
                        Group = Name,
                        Model = SecurityModel.Usm,
                        Level = SecurityLevel.AuthPriv,
                        IsPrefix = true,
                        ReadView = StandardAccess.Restricted,
                        WriteView = Name,
                        NotifyView = StandardAccess.Restricted,
                    }
                ),
                Views = configuration.Views.With([Family(DomainMib.Root), Family(FlowMeterMib.Root), Family(DelayMib.Work)]),
            }
        );
        Console.WriteLine($"Credentials:  {file}");
    }

    private static UserCredentials Read(string file)
    {
        try
        {
            return Snmp.Client.CredentialsFile.Read(file) is UserCredentials { Level: SecurityLevel.AuthPriv, IsForAnyEngine: true } user
                ? user
                : throw new SettingsException($"{file} is not of a user with authentication, privacy and passwords. Name a new file: it is made.");
        }
        catch (CredentialsException wrong)
        {
            throw new SettingsException(wrong.Message);
        }
    }

    private static ViewFamily Family(ReadOnlySpan<uint> subtree) =>
        new()
        {
            View = Name,
            Subtree = new(subtree),
            IsIncluded = true,
        };
}
