# SPDX-License-Identifier: MIT
# Asks what ForeignClient wants to know, with pysnmp. Arguments: the agent's port, the longest message that is taken.
# A request is a line: operation, version, who, protocols and passwords, context[@engine], names; so is its answer.
import sys

from pysnmp.hlapi import *
from pysnmp.hlapi.asyncore import bulkCmd, getCmd, nextCmd, setCmd

AUTH = {
    "none": usmNoAuthProtocol,
    "MD5": usmHMACMD5AuthProtocol,
    "SHA": usmHMACSHAAuthProtocol,
    "SHA-224": usmHMAC128SHA224AuthProtocol,
    "SHA-256": usmHMAC192SHA256AuthProtocol,
    "SHA-384": usmHMAC256SHA384AuthProtocol,
    "SHA-512": usmHMAC384SHA512AuthProtocol,
}
PRIV = {
    "none": usmNoPrivProtocol,
    "DES": usmDESPrivProtocol,
    "AES": usmAesCfb128Protocol,
    "AES-192": usmAesBlumenthalCfb192Protocol,
    "AES-256": usmAesBlumenthalCfb256Protocol,
    "AES-192-C": usmAesCfb192Protocol,
    "AES-256-C": usmAesCfb256Protocol,
}
MAKE = {
    "i": lambda text: Integer32(int(text)),
    "s": OctetString,
    "x": lambda text: OctetString(hexValue=text),
    "o": ObjectIdentifier,
    "t": lambda text: TimeTicks(int(text)),
    "u": lambda text: Unsigned32(int(text)),
}
NAMES = {
    "Integer": "int", "Integer32": "int", "OctetString": "str", "ObjectIdentifier": "oid", "IpAddress": "ip", "Counter32": "counter",
    "Gauge32": "gauge", "Unsigned32": "gauge", "TimeTicks": "ticks", "Opaque": "opaque", "Counter64": "counter64", "Null": "null",
    "NoSuchObject": "noSuchObject", "NoSuchInstance": "noSuchInstance", "EndOfMibView": "endOfMibView",
}
engines = {}


def login(version, name, auth, auth_password, priv, priv_password):
    if version != "v3":
        return CommunityData(name, mpModel=0 if version == "v1" else 1)
    return UsmUserData(name, auth_password or None, priv_password or None, authProtocol=AUTH[auth], privProtocol=PRIV[priv])


def show(binding):
    value = binding[1]
    kind = NAMES[type(value).__name__]
    if kind in ("str", "opaque"):
        text = value.asOctets().hex()
    elif kind == "ip":
        text = ".".join(str(octet) for octet in value.asNumbers())
    elif kind == "oid":
        text = ".".join(str(number) for number in value.asTuple())
    else:
        text = "" if kind in ("null", "noSuchObject", "noSuchInstance", "endOfMibView") else str(int(value))
    return "%s=%s:%s" % (".".join(str(number) for number in binding[0].asTuple()), kind, text)


def request(command, common, *wanted):
    # hlapi's generators would ask on by themselves: here one call is one request.
    answer = []
    command(*common, *wanted, cbFun=lambda *result: answer.extend(result[2:6]), lookupMib=False)
    common[0].transportDispatcher.runDispatcher()
    return answer


def names(arguments):
    return [ObjectType(ObjectIdentity(name)) for name in arguments]


def settings(arguments):
    return [ObjectType(ObjectIdentity(name), MAKE[kind](value)) for name, kind, value in zip(*[iter(arguments)] * 3)]


def walk(common, version, root):
    found, last, prefix = [], root, tuple(map(int, root.split(".")))
    while True:
        step = request(nextCmd, common, *names([last])) if version == "v1" else request(bulkCmd, common, 0, 25, *names([last]))
        if step[0]:
            return ["failed", str(step[0])]
        if step[1] == 2:
            return found
        for binding in (bindings[0] for bindings in step[3]):
            if binding[0].asTuple()[: len(prefix)] != prefix or type(binding[1]).__name__ == "EndOfMibView":
                return found
            found.append(show(binding))
            last = str(binding[0])


def ask(operation, version, name, auth, auth_password, priv, priv_password, context, *arguments):
    who = (version, name, auth, auth_password, priv, priv_password)
    if who not in engines:
        engine = SnmpEngine(maxMessageSize=int(sys.argv[2]))
        engines[who] = engine, login(*who), UdpTransportTarget(("127.0.0.1", int(sys.argv[1])), timeout=5, retries=1)
    context, _, context_engine = context.partition("@")
    common = engines[who] + (ContextData(OctetString(hexValue=context_engine) if context_engine else None, context.encode()),)
    if operation == "walk":
        return " ".join(walk(common, version, arguments[0]))
    if operation == "get":
        failure, error, index, bindings = request(getCmd, common, *names(arguments))
    elif operation == "next":
        failure, error, index, bindings = request(nextCmd, common, *names(arguments))
        bindings = bindings[0] if bindings else []
    elif operation == "bulk":
        non_repeaters = int(arguments[0])
        failure, error, index, rows = request(bulkCmd, common, non_repeaters, int(arguments[1]), *names(arguments[2:]))
        # Each row has the non-repeaters, too.
        bindings = [binding for number, row in enumerate(rows) for binding in row[non_repeaters if number else 0 :]]
    else:
        failure, error, index, bindings = request(setCmd, common, *settings(arguments))
    if failure:
        return "failed %s" % failure
    if error:
        return "error %s %s" % (error.prettyPrint(), index)
    return " ".join(show(binding) for binding in bindings)


for line in sys.stdin:
    try:
        answer = ask(*line.rstrip("\n").split("\t"))
    except Exception as fault:
        answer = "failed %s: %s" % (type(fault).__name__, fault)
    print(answer.replace("\n", " "), flush=True)
