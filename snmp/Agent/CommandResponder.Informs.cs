using Rtfm.Snmp.Ber;
using Rtfm.Snmp.Messages;
using Rtfm.Snmp.Mib;
using Rtfm.Snmp.Notifications;
using Rtfm.Snmp.Security.Access;

namespace Rtfm.Snmp.Agent;

internal sealed partial class CommandResponder
{
    private bool IsTaken(in IncomingMessage incoming, in PduHeader pdu) =>
        pdu.Type == PduType.InformRequest && options.Informs is not null && incoming.Request.Level >= SecurityLevel.AuthNoPriv;

    // RFC 3416 §4.2.7: what is taken is confirmed with the varbinds that came.
    private Outcome Inform(in IncomingMessage incoming, View view, ref VarBindReader request, ref VarBindWriter response)
    {
        var receiver = options.Informs!;
        if (!view.Includes(receiver.Permission.Span))
            return new(ErrorStatus.AuthorizationError, 0);
        var varBinds = new List<VarBind>();
        while (request.Read())
        {
            if (!request.TryValue(out var value))
                return new(ErrorStatus.WrongEncoding, varBinds.Count + 1);
            varBinds.Add(new(new ObjectIdentifier(request.Name), value));
        }
        if (varBinds.Count < 2 || varBinds[0].Name != Notification.SysUpTime || varBinds[1].Name != Notification.SnmpTrapOid)
            return new(ErrorStatus.GenErr, 0);
        try
        {
            var status = receiver.Receive(incoming.Request, varBinds[1].Value.ObjectIdentifier, varBinds[2..]);
            if (status != ErrorStatus.NoError)
                return new(status, 0);
        }
        catch (Exception fault)
        {
            return Fault(fault, varBinds[1].Value.ObjectIdentifier.Span, 0);
        }
        foreach (var varBind in varBinds)
            response.Value(varBind.Name.Span, varBind.Value);
        return Outcome.Good;
    }
}
