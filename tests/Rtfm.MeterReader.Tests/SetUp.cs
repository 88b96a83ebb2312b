using Rtfm.MeterReader.Storage;
using Rtfm.MeterReader.Storage.Sqlite;

namespace Rtfm.MeterReader.Tests;

/// <summary>The library under SQLite is chosen by the first use of the store's own code; tests that open a database themselves may come first.</summary>
[SetUpFixture]
public sealed class SetUp
{
    [OneTimeSetUp]
    public void ChooseLibrary() => Assert.That(() => new FlowQueries("/nonexistent/flows.db"), Throws.TypeOf<StoreException>());
}
