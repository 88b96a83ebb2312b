namespace Rtfm.Bench.SnmpLoad;

/// <summary>What is asked, and how much at a time.</summary>
internal sealed record LoadTest(string Name, string Asker, Func<Server, Load> Make)
{
    private const int Repetitions = 50;
    private const int Several = 32;

    public static IReadOnlyList<LoadTest> All { get; } =
    [
        Raw("GET, 1 under way", 1, _ => Requests.Get(Requests.SysUpTime, version: 1)),
        Raw("GET, 32 under way", Several, _ => Requests.Get(Requests.SysUpTime, version: 1)),
        Raw("GETBULK 50 of ifTable, 1", 1, _ => Requests.GetBulk(Requests.IfTable, Repetitions)),
        Raw("GETBULK 50 of ifTable, 32", Several, _ => Requests.GetBulk(Requests.IfTable, Repetitions)),
        Raw("GETBULK 50 of the flow table or hrSWRunTable, 32", Several, server => Requests.GetBulk(Largest(server), Repetitions)),
        Secure("GET v3 authPriv, 1 under way", 1),
        Secure("GET v3 authPriv, 32 under way", Several),
        Client("GET, 1 under way", 1, _ => [.. Requests.SysUpTime], 0),
        Client("GET, 32 under way", Several, _ => [.. Requests.SysUpTime], 0),
        Client("GETBULK 50 of ifTable, 32", Several, _ => [.. Requests.IfTable], Repetitions),
        Client("GET v3 authPriv, 1 under way", 1, _ => [.. Requests.SysUpTime], 0, isSecure: true),
        Client("GET v3 authPriv, 32 under way", Several, _ => [.. Requests.SysUpTime], 0, isSecure: true),
        Client("GETBULK v3 authPriv 50 of ifTable, 32", Several, _ => [.. Requests.IfTable], Repetitions, isSecure: true),
    ];

    private static uint[] Largest(Server server) => [.. server is OurAgent ? Requests.FlowTable : Requests.RunningSoftware];

    private static LoadTest Raw(string name, int outstanding, Func<Server, byte[]> message) =>
        new(name, "raw", server => new RawLoad(server.EndPoint, Enumerable.Range(0, outstanding).Select(_ => message(server)), renumbers: true));

    private static LoadTest Secure(string name, int outstanding) =>
        new(
            name,
            "raw",
            server =>
            {
                var requests = new SecureRequests(server.EndPoint);
                var messages = Enumerable.Range(0, outstanding).Select(slot => requests.Get(Requests.FirstId | slot, Requests.SysUpTime));
                return new RawLoad(server.EndPoint, messages, renumbers: false);
            }
        );

    private static LoadTest Client(string name, int outstanding, Func<Server, uint[]> asked, int repetitions, bool isSecure = false) =>
        new(
            name,
            "client",
            server => new ClientLoad(
                server.EndPoint,
                isSecure ? Server.SecureCredentials : Server.Credentials,
                asked(server),
                outstanding,
                repetitions
            )
        );
}
