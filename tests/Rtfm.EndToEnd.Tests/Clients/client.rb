# SPDX-License-Identifier: MIT
# What client.py does, with Ruby's snmp, which has SNMPv1 and v2c.
require 'snmp'

MAKE = {
  'i' => ->(text) { SNMP::Integer.new(text.to_i) },
  's' => ->(text) { SNMP::OctetString.new(text) },
  'x' => ->(text) { SNMP::OctetString.new([text].pack('H*')) },
  'o' => ->(text) { SNMP::ObjectId.new(text) },
  't' => ->(text) { SNMP::TimeTicks.new(text.to_i) },
  'u' => ->(text) { SNMP::Gauge32.new(text.to_i) }
}.freeze
NAMES = {
  SNMP::Integer => 'int', SNMP::OctetString => 'str', SNMP::ObjectId => 'oid', SNMP::IpAddress => 'ip', SNMP::Counter32 => 'counter',
  SNMP::Gauge32 => 'gauge', SNMP::Unsigned32 => 'gauge', SNMP::TimeTicks => 'ticks', SNMP::Opaque => 'opaque', SNMP::Counter64 => 'counter64',
  SNMP::Null => 'null', SNMP::NoSuchObject => 'noSuchObject', SNMP::NoSuchInstance => 'noSuchInstance', SNMP::EndOfMibView => 'endOfMibView'
}.freeze
Managers = {}
$stdout.sync = true

def show(binding)
  value = binding.value
  # Of exceptions it hands out the class.
  kind = NAMES[value.is_a?(Class) ? value : value.class]
  text = case kind
         when 'str', 'opaque' then value.to_s.unpack1('H*')
         when 'oid', 'ip' then value.to_s
         when /^null|^noSuch|^endOf/ then ''
         else value.to_i.to_s
         end
  "#{binding.name}=#{kind}:#{text}"
end

def walk(manager, version, root)
  found = []
  last = SNMP::ObjectId.new(root)
  loop do
    response = version == 'v1' ? manager.get_next([last]) : manager.get_bulk(0, 25, [last])
    return found if response.error_status == :noSuchName
    response.each_varbind do |binding|
      return found if binding.value == SNMP::EndOfMibView || !binding.name.subtree_of?(root)
      found << show(binding)
      last = binding.name
    end
  end
end

def ask(operation, version, community, _auth, _auth_password, _priv, _priv_password, _context, *arguments)
  manager = Managers[[version, community]] ||= SNMP::Manager.new(
    host: '127.0.0.1', port: ARGV[0].to_i, version: version == 'v1' ? :SNMPv1 : :SNMPv2c,
    community: community, write_community: community, timeout: 5, retries: 0, mib_modules: [], max_recv_bytes: ARGV[1].to_i
  )
  return walk(manager, version, arguments[0]).join(' ') if operation == 'walk'

  response = case operation
             when 'get' then manager.get(arguments)
             when 'next' then manager.get_next(arguments)
             when 'bulk' then manager.get_bulk(arguments[0].to_i, arguments[1].to_i, arguments[2..])
             else manager.set(arguments.each_slice(3).map { |name, kind, value| SNMP::VarBind.new(SNMP::ObjectId.new(name), MAKE[kind].call(value)) })
             end
  return "error #{response.error_status} #{response.error_index}" if response.error_status != :noError

  response.each_varbind.map { |binding| show(binding) }.join(' ')
end

$stdin.each_line do |line|
  answer = begin
    ask(*line.chomp.split("\t", -1))
  rescue StandardError => e
    "failed #{e.class}: #{e.message}"
  end
  puts answer.tr("\n", ' ')
end
