using Rtfm.Testing;

namespace Rtfm.EndToEnd.Tests.Integration;

/// <summary>docs/integration/zabbix-rtfm.yaml, read by the importer of Zabbix' frontend.</summary>
public sealed class ZabbixTests
{
    private const string Frontend = "/usr/share/zabbix";

    [Test]
    public void Zabbix_accepts_the_template()
    {
        Docs.Require("/usr/bin/php", "php-cli");
        Docs.Require($"{Frontend}/include/classes/import/validators/CXmlValidator.php", "zabbix-frontend-php");
        var script = Path.Combine(Repository.Root, "tests", "Rtfm.EndToEnd.Tests", "Integration", "zabbix-import.php");

        var result = SnmpTool.Run("php", [script, Frontend, Path.Combine(Docs.Folder, "zabbix-rtfm.yaml")]);

        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
        Assert.That(result.Output, Does.Match(@"^[1-9]\d* expressions, [1-9]\d* keys\n$"));
    }

    [TestCase("librenms/os_detection/rtfm.yaml")]
    [TestCase("librenms/os_discovery/rtfm.yaml")]
    [TestCase("zabbix-rtfm.yaml")]
    [TestCase("generator.yml")]
    [TestCase("snmp-rtfm.yml")]
    public void A_file_is_YAML(string file)
    {
        const string program = "import sys, yaml; yaml.safe_load(open(sys.argv[1]))";
        if (SnmpTool.Run("sh", ["-c", "python3 -c 'import yaml'"]).ExitCode != 0)
            Assert.Ignore("python3-yaml is not installed");
        var result = SnmpTool.Run("python3", ["-c", program, Path.Combine(Docs.Folder, file)]);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
    }
}
