# SPDX-License-Identifier: MIT
# What client.py does, with Perl's Net::SNMP.
use strict;
use warnings;
use Net::SNMP qw(:asn1 :snmp);

my %priv = (DES => 'des', AES => 'aes', 'AES-192' => 'cfb192-aes', 'AES-256' => 'cfb256-aes');
my %make = (
    i => INTEGER, s => OCTET_STRING, x => OCTET_STRING, o => OBJECT_IDENTIFIER, t => TIMETICKS, u => GAUGE,
);
my %names = (
    INTEGER() => 'int', OCTET_STRING() => 'str', OBJECT_IDENTIFIER() => 'oid', IPADDRESS() => 'ip', COUNTER() => 'counter', GAUGE() => 'gauge',
    TIMETICKS() => 'ticks', OPAQUE() => 'opaque', COUNTER64() => 'counter64', NULL() => 'null',
    NOSUCHOBJECT() => 'noSuchObject', NOSUCHINSTANCE() => 'noSuchInstance', ENDOFMIBVIEW() => 'endOfMibView',
);
my %sessions;
$| = 1;

sub session {
    my ($version, $name, $auth, $auth_password, $priv, $priv_password) = @_;
    my @who = ('-community', $name);
    if ($version eq 'v3') {
        @who = ('-username', $name);
        die "unsupported\n" if $auth =~ /^SHA-/ or not exists $priv{$priv} and $priv ne 'none';
        push @who, '-authprotocol', lc $auth, '-authpassword', $auth_password if $auth ne 'none';
        push @who, '-privprotocol', $priv{$priv}, '-privpassword', $priv_password if $priv ne 'none';
    }
    my ($session, $error) = Net::SNMP->session(
        '-hostname', '127.0.0.1', '-port', $ARGV[0], '-version', { v1 => 1, v2c => 2, v3 => 3 }->{$version},
        '-timeout', 5, '-retries', 1, '-translate', 0, '-maxmsgsize', $ARGV[1], @who);
    die "$error\n" unless $session;
    return $session;
}

sub show {
    my ($session) = @_;
    my ($values, $types) = ($session->var_bind_list, $session->var_bind_types);
    return map {
        # A name that comes twice is kept with blanks behind it.
        my ($name, $kind, $value) = ($_, $names{ $types->{$_} }, $values->{$_});
        $name =~ s/\s//g;
        $value = unpack 'H*', $value if $kind eq 'str' or $kind eq 'opaque';
        $value = '' if $kind =~ /^(null|noSuch|endOf)/;
        $value =~ s/^\.//;
        "$name=$kind:$value";
    } $session->var_bind_names;
}

sub walk {
    my ($session, $version, $root, @context) = @_;
    my ($last, @found) = ($root);
    while (1) {
        my $result = $version eq 'v1'
            ? $session->get_next_request(@context, '-varbindlist', [$last])
            : $session->get_bulk_request(@context, '-maxrepetitions', 25, '-varbindlist', [$last]);
        if (not defined $result) {
            return @found if $session->error_status == 2;
            return 'failed ' . $session->error;
        }
        for my $binding (show($session)) {
            my ($name, $value) = split /=/, $binding, 2;
            return @found if $value eq 'endOfMibView:' or not oid_base_match($root, $name);
            push @found, $binding;
            $last = $name;
        }
    }
}

sub ask {
    my ($operation, $version, @rest) = @_;
    # A session keeps the last context it was given.
    my $who = join "\t", $version, @rest[0 .. 5];
    my ($context, $engine) = split /@/, $rest[5];
    my @arguments = @rest[6 .. $#rest];
    my $session = $sessions{$who} //= session($version, @rest[0 .. 4]);
    my @context = $context ? ('-contextname', $context) : ();
    push @context, '-contextengineid', "0x$engine" if $engine;
    my $result;
    if ($operation eq 'walk') {
        return join ' ', walk($session, $version, $arguments[0], @context);
    } elsif ($operation eq 'get') {
        $result = $session->get_request(@context, '-varbindlist', \@arguments);
    } elsif ($operation eq 'next') {
        $result = $session->get_next_request(@context, '-varbindlist', \@arguments);
    } elsif ($operation eq 'bulk') {
        my ($first, $repetitions) = splice @arguments, 0, 2;
        $result = $session->get_bulk_request(
            @context, '-nonrepeaters', $first, '-maxrepetitions', $repetitions, '-varbindlist', \@arguments);
    } else {
        my @settings;
        while (my ($name, $kind, $value) = splice @arguments, 0, 3) {
            push @settings, $name, $make{$kind}, $kind eq 'x' ? pack('H*', $value) : $value;
        }
        $result = $session->set_request(@context, '-varbindlist', \@settings);
    }
    return join ' ', show($session) if defined $result;
    return 'error ' . ($session->error =~ /(\w+)\(\d+\)/)[0] . ' ' . $session->error_index if $session->error_status;
    return 'failed ' . $session->error;
}

while (my $line = <STDIN>) {
    chomp $line;
    my $answer = eval { ask(split /\t/, $line, -1) } // "failed $@";
    $answer =~ s/\n/ /g;
    print "$answer\n";
}
