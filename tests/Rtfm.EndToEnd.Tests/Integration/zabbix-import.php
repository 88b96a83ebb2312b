<?php
// Reads a template with the importer of Zabbix' frontend: php zabbix-import.php FRONTEND FILE. Needs no database.
error_reporting(E_ALL & ~E_DEPRECATED);
[, $root, $file] = $argv;
set_include_path("$root/include");
require_once "$root/vendor/autoload.php";

$folders = ["$root/include/classes"];
$below = new RecursiveDirectoryIterator($folders[0], FilesystemIterator::SKIP_DOTS);
foreach (new RecursiveIteratorIterator($below, RecursiveIteratorIterator::SELF_FIRST) as $each)
    if ($each->isDir())
        $folders[] = $each->getPathname();
spl_autoload_register(function ($class) use ($folders) {
    foreach ($folders as $folder)
        if (is_file("$folder/$class.php"))
            return require_once "$folder/$class.php";
});
foreach (['defines', 'func', 'gettextwrapper', 'locales', 'translateDefines', 'validate', 'items', 'xml', 'macros'] as $name)
    if (is_file("$root/include/$name.inc.php"))
        require_once "$root/include/$name.inc.php";

// Both throw where something is not as it should be.
$template = CImportReaderFactory::getReader('yaml')->read(file_get_contents($file));
$template = (new CXmlValidator(new CImportValidatorFactory('yaml'), 'yaml'))->validate($template, '/');

$count = ['expression' => 0, 'key' => 0];
$bad = [];
$options = ['usermacros' => true, 'lldmacros' => true];
array_walk_recursive($template, function ($value, $name) use (&$count, &$bad, $options) {
    if ($name === 'expression') {
        $parser = new CExpressionParser($options);
        $validator = new CExpressionValidator($options);
        if ($parser->parse($value) !== CParser::PARSE_SUCCESS || !$validator->validate($parser->getResult()->getTokens()))
            $bad[] = "bad expression: $value";
    } elseif ($name === 'key') {
        if ((new CItemKey())->parse($value) !== CParser::PARSE_SUCCESS)
            $bad[] = "bad key: $value";
    } else {
        return;
    }
    $count[$name]++;
});
echo "$count[expression] expressions, $count[key] keys\n";
echo implode("\n", $bad);
exit($bad ? 1 : 0);
