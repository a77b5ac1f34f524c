#include "fuzz/lua_values.h"

#include <map>

namespace net_fuzz {

namespace {

using Choices = std::vector<std::string>;

// The kinds of arguments. Those from kOnlySize on are never replaced by any value: see the header.
enum Kind {
  kAny,
  kSize,
  kNumber,
  kString,
  kFlag,
  kBoolean,
  kFunction,
  kVector,
  kMessage,
  kControl,
  kControlList,
  kAddress,
  kSocket,
  kConfiguration,
  kOptions,
  kMethods,
  kClassName,
  kOnlySize,
  kOnlyDescriptor,
  kOnlyFile,
  kOnlyPath,
  kOnlyHost,
  kOnlyPort,
  kOnlyZero,
  kOnlyNumeric,
  kOnlyNotFalse,
  kOnlyDescriptors,
};

const Choices &Pool(Kind kind) {
  static const std::map<Kind, Choices> pools = {
      {kSize,
       {"100", "nil", "0", "-1", "1", "2", "5", "16384", "16385", "70000", "1 << 40",
        "math.maxinteger", "math.mininteger", "20000", "8000"}},
      {kNumber,
       {"0", "1", "-1", "0.5", "1e300", "-0.0", "0 / 0", "1 / 0", "-1 / 0", "2^53", "1 << 40",
        "math.maxinteger", "math.mininteger", "2147483647", "2147483648", "-2147483649", "24",
        "7"}},
      {kString,
       {"'x'",
        "''",
        "bytes(100)",
        "bytes(16385)",
        "bytes(300000)",
        "'X25519,P-256'",
        "'a\\0b'",
        "'localhost'",
        "'\\2h2'",
        "'h2,http/1.1'",
        "'default'",
        "host.read('server.pem')",
        "host.read('server.key')",
        "host.read('ca.pem')",
        "host.read('client.pem')",
        "host.read('server_ocsp.der')",
        "'ECDHE-ECDSA-AES128-GCM-SHA256'",
        "'none'",
        "'auto'",
        "'secure,!tlsv1.2'",
        "bytes(48)",
        "'\\0\\0\\0\\0'",
        "'iov'"}},
      {kFlag,
       {"net.MSG_DONTWAIT", "nil", "net.MSG_PEEK", "net.MSG_TRUNC", "net.MSG_OOB",
        "net.MSG_WAITALL", "net.MSG_NOSIGNAL", "net.MSG_MORE", "net.MSG_ERRQUEUE", "1 << 40",
        "-1"}},
      {kBoolean, {"true", "false", "nil"}},
      {kFunction,
       {"hook", "hook_refuses", "hook_raises", "hook_yields", "nil", "math.abs", "one.read",
        "one.write", "coroutine.yield", "function(sock) gc(sock) return true end",
        "function(sock) sock:close() return true end"}},
      {kClassName,
       {"'my.Other'", "'net.stream.unix.Socket'", "'net.Socket'", "'my.Class'", "'net.tls.Socket'",
        "'a\\0b'"}},
      {kMethods,
       {"{}", "nil", "{x = 1, read = hook}", "{__len = hook}", "{__gc = hook}", "{1}",
        "{init = hook_yields}", "{init = hook_raises}", "{__tostring = hook}"}},
      {kOptions,
       {"{tlscfg = cfg}", "{tlscfg = server_cfg}", "{}", "nil", "{deadline = 1}", "{deadline = -1}",
        "{tlscfg = cfg, servername = 'localhost'}", "{tlscfg = cfg, servername = 1}",
        "{tlscfg = cfg, servername = 'localhost', session = session}", "{tlscfg = 1}",
        "{reuseaddr = true, reuseport = true}", "server_cfg",
        "setmetatable({tlscfg = cfg}, {__index = function() gc(cfg) end})",
        "setmetatable({tlscfg = server_cfg}, {__index = function() gc(server_cfg) end})",
        "setmetatable({}, {__index = function() return cfg end})"}},
      {kOnlySize,
       {"5", "1", "0", "-1", "100", "20000", "1.5", "math.mininteger", "1 << 40", "'1'"}},
      {kOnlyDescriptor,
       {"one:fd()", "two:fd()", "-1", "1 << 40", "1.5", "nil", "'1'", "mine:fd()", "{}"}},
      {kOnlyFile, {"file", "one:fd()", "-1", "nil", "'x'", "1.5", "{}", "two"}},
      {kOnlyPath, {"'/nowhere/at/all'", "''", "nil", "1", "'a\\0b'", "bytes(200)", "{}"}},
      {kOnlyHost, {"'127.0.0.1'", "'::1'", "1", "{}", "'1.2.3.4.5'", "'127.0.0.1\\0'", "true"}},
      {kOnlyPort, {"0", "'0'", "-1", "65536", "1.5", "{}", "'0\\0'", "nil"}},
      {kOnlyZero, {"0"}},
      {kOnlyNumeric, {"net.NI_NUMERICHOST | net.NI_NUMERICSERV"}},
      {kOnlyNotFalse, {"true", "nil", "1", "'x'"}},
      {kOnlyDescriptors, {"{}", "{one:fd()}", "{one:fd(), two:fd()}", "{-1}", "1", "{[2] = 1}"}},
      {kVector, {"iov"}},
      {kMessage, {"mh"}},
      {kControl, {"cmsg", "nil"}},
      {kControlList, {"list", "nil"}},
      {kAddress, {"ai", "nil"}},
      {kSocket, {"one", "two", "mine", "closed"}},
      {kConfiguration, {"cfg", "server_cfg"}},
      {kAny,
       {"nil",
        "true",
        "false",
        "0",
        "-1",
        "1",
        "2",
        "1.5",
        "0 / 0",
        "1 / 0",
        "math.maxinteger",
        "math.mininteger",
        "1 << 40",
        "'x'",
        "''",
        "'7'",
        "'a\\0b'",
        "bytes(20000)",
        "{}",
        "{1}",
        "hook",
        "math.abs",
        "hook_raises",
        "coroutine.create(hook)",
        "io.stdout",
        "metatable(one)",
        "setmetatable({}, metatable(one))",
        "_G",
        "unix",
        "net.MSG_PEEK",
        "iovec.new()",
        "msghdr.new()",
        "cmsghdr.rights(-1)",
        "config.new()"}},
  };
  return pools.at(kind);
}

const std::map<std::string, std::vector<Kind>> &KindsOfNames() {
  static const std::map<std::string, std::vector<Kind>> kinds = {
      {"read", {kSize}},
      {"recv", {kSize, kFlag}},
      {"peek", {kSize}},
      {"readsync", {kSize}},
      {"recvsync", {kSize, kFlag}},
      {"write", {kString}},
      {"send", {kString, kFlag}},
      {"writesync", {kString}},
      {"sendsync", {kString, kFlag}},
      {"sendfile", {kOnlyFile, kSize, kSize}},
      {"sendfilesync", {kOnlyFile, kSize, kSize}},
      {"readv", {kVector, kSize, kSize}},
      {"readvsync", {kVector, kSize, kSize}},
      {"writev", {kVector, kSize, kSize}},
      {"writevsync", {kVector, kSize, kSize}},
      {"iov:readv", {kOnlyDescriptor, kSize, kSize}},
      {"iov:writev", {kOnlyDescriptor, kSize, kSize}},
      {"recvmsg", {kMessage, kFlag}},
      {"recvmsgsync", {kMessage, kFlag}},
      {"sendmsg", {kMessage, kFlag}},
      {"sendmsgsync", {kMessage, kFlag}},
      {"sendfd", {kOnlyDescriptor, kAddress, kFlag}},
      {"sendfdsync", {kOnlyDescriptor, kAddress, kFlag}},
      {"recvfd", {kFlag}},
      {"recvfdsync", {kFlag}},
      {"onwaitrecv", {kFunction, kAny}},
      {"onwaitsend", {kFunction, kAny}},
      {"syncread", {kFunction, kSize}},
      {"syncwrite", {kFunction, kString}},
      {"poll_wait", {kNumber}},
      {"key_update", {kBoolean}},
      {"accept", {kBoolean}},
      {"new_connection", {kSocket, kBoolean}},
      {"accepted", {kSocket, kBoolean, kAddress}},
      {"add_servername", {kString, kConfiguration}},
      {"exporter", {kString, kString, kSize}},
      {"import", {kString, kConfiguration}},
      {"set_keypair", {kString, kString, kString}},
      {"add_keypair", {kString, kString, kString}},
      {"add_ticket_key", {kNumber, kString}},
      {"extend", {kClassName, kClassName, kMethods}},
      {"methods", {kClassName}},
      {"rights", {kOnlyDescriptor, kOnlyDescriptor}},
      {"push", {kControl}},
      {"control", {kControlList}},
      {"name", {kAddress}},
      {"add", {kString}},
      {"addn", {kOnlySize}},
      {"set", {kString, kSize}},
      {"get", {kSize}},
      {"del", {kSize}},
      {"consume", {kSize}},
      {"concat", {kSize, kSize}},
      {"nonblock", {kOnlyNotFalse}},
      {"getnameinfo", {kOnlyNumeric}},
      {"cmsghdr:new", {kNumber, kNumber, kString}},
      {"unix.client:new", {kOnlyPath, kOptions}},
      {"unix.server:new", {kOnlyPath, kOptions}},
      {"inet.client:new", {kOnlyHost, kOnlyPort, kOptions}},
      {"inet.server:new", {kOnlyHost, kOnlyPort, kOptions}},
      {"wrap", {kOnlyDescriptor, kOptions}},
      {"load_file", {kOnlyPath, kString}},
      {"set_key_log_file", {kOnlyPath}},
      {"set_keypair_file", {kOnlyPath, kOnlyPath, kOnlyPath}},
      {"select", {kOnlyDescriptors, kOnlyDescriptors, kOnlyZero}},
      {"getaddrinfo", {kOnlyHost, kOnlyPort, kOnlyZero}},
      {"setclocklimit", {kNumber}},
      {"rcvtimeo", {kNumber}},
      {"sndtimeo", {kNumber}},
      {"deadlines", {kNumber, kNumber}},
  };
  return kinds;
}

std::vector<Kind> KindsOf(const std::string &object, const std::string &name) {
  const auto &kinds = KindsOfNames();
  auto found = kinds.find(object + ":" + name);
  if (found == kinds.end()) {
    found = kinds.find(name);
  }
  if (found != kinds.end()) {
    return found->second;
  }
  if (object == "addrinfo") {
    return {kOnlyHost, kOnlyPort, kBoolean, kBoolean};
  }
  bool is_setter = name.compare(0, 4, "set_") == 0 || name.compare(0, 6, "parse_") == 0;
  return {is_setter ? kString : kAny};
}

// Names of objects that this input has not are nil.
std::string Choose(Tape *tape, Kind kind) {
  const Choices &choices = Pool(kind);
  return choices[tape->Next() % choices.size()];
}

}  // namespace

std::string LuaValue(Tape *tape, const std::vector<std::string> &objects) {
  uint8_t choice = tape->Next();
  return choice % 4 == 0 ? objects[choice / 4 % objects.size()] : Choose(tape, kAny);
}

std::string LuaArguments(Tape *tape, const std::string &object, const std::string &name,
                         const std::vector<std::string> &objects) {
  std::string arguments;
  std::vector<Kind> kinds = KindsOf(object, name);
  uint8_t choice = tape->Next();
  size_t count = choice % 8 == 7 ? kinds.size() + 1 : choice % (kinds.size() + 1);
  for (size_t i = 0; i < count; i++) {
    Kind kind = i < kinds.size() ? kinds[i] : kAny;
    bool is_any = kind < kOnlySize && (choice >> 3 & 3) == 3;
    arguments += i > 0 ? ", " : "";
    arguments += is_any ? LuaValue(tape, objects) : Choose(tape, kind);
  }
  return arguments;
}

}  // namespace net_fuzz
