#include "fuzz/lua_script.h"

#include "fuzz/lua_names.h"
#include "fuzz/lua_values.h"

namespace net_fuzz {

namespace {

constexpr int kMaxStatements = 32;

struct Object {
  const char *name;
  // Which bit of the first byte it is there with; 0: always.
  unsigned bit;
  // Lua code, "" where an object before it has it.
  const char *declaration;
};

enum Bit {
  kTls = 1,
  kEstablished = 2,
  kMessages = 4,
  kOthers = 8
};

const Object kObjects[] = {
    {"one", 0, "one, two = pair()"},
    {"two", 0, ""},
    {"mine", 0, "mine = new_mine()"},
    {"cfg", kTls, "cfg = new_cfg()"},
    {"server_cfg", kTls, "server_cfg = new_server_cfg()"},
    {"client", kTls, "client, server, listening = connect(cfg, server_cfg)"},
    {"server", kTls, ""},
    {"listening", kTls, ""},
    {"session", kEstablished,
     "if client then shake(client, server) server:write(bytes(100)) client:peek() session = "
     "client:session() end"},
    {"iov", kMessages, "iov = iovec.new() iov:add('abc') iov:addn(5)"},
    {"mh", kMessages, "mh = msghdr.new() mh:add('message')"},
    {"list", kMessages, "list = mh:control()"},
    {"cmsg", kMessages, "cmsg = cmsghdr.rights(one:fd(), two:fd())"},
    {"ai", kMessages, "ai = one:getsockname()"},
    {"file", kOthers, "file = io.tmpfile() file:write(bytes(20000))"},
    {"descriptor", kOthers, "descriptor = one.sock"},
    {"closed", kOthers, "closed = pair() closed:close()"},
    {"stream", kOthers, "stream = inet.server.new('127.0.0.1', 0)"},
};

const char *const kModules[] = {
    "unix",  "unix.client", "unix.server", "inet.client", "inet.server", "inet", "config",
    "iovec", "msghdr",      "cmsghdr",     "class",       "addrinfo",    "poll", "tls_session",
};

// The table of rules.
const char *const kRules = "rules";

bool IsThere(const Object &object, unsigned bits) {
  return object.bit == 0 || (bits & object.bit) != 0;
}

class Decoder {
 public:
  Decoder(Tape tape, const std::vector<LuaMethods> &methods) : tape_(tape), methods_(methods) {}

  LuaScript Decode() {
    bits_ = tape_.Next();
    uint16_t fail_at = tape_.Next16();
    script_.fail_at = fail_at & 0x0fff;
    script_.stays_short = (fail_at & 0x8000) != 0;
    for (const Object &object : kObjects) {
      if (IsThere(object, bits_)) {
        objects_.push_back(object.name);
        Declare(object);
      }
    }
    for (int i = 0; i < kMaxStatements && !tape_.IsAtEnd(); i++) {
      script_.statements += Statement() + "\n";
    }
    return script_;
  }

 private:
  void Declare(const Object &object) {
    if (object.declaration[0] != '\0') {
      script_.declarations += std::string(object.declaration) + "\n";
    }
  }

  // One that is ours.
  const std::string &NextObject() {
    const std::string &object = objects_[tape_.Next() % objects_.size()];
    return object == "file" ? objects_[0] : object;
  }

  const std::vector<std::string> &MethodsOf(const std::string &object) const {
    static const std::vector<std::string> none = {"close"};
    for (const LuaMethods &methods : methods_) {
      if (methods.object == object && !methods.names.empty()) {
        return methods.names;
      }
    }
    return none;
  }

  std::string NextMethod(const std::string &object) {
    return PickName(MethodsOf(object), tape_.Next16());
  }

  // call('read', function() return pack(one:read(1)) end)
  std::string Checked(const std::string &how, const std::string &name, const std::string &code) {
    std::string before = armed_;
    armed_.clear();
    return how + "('" + name + "', function() " + before + "return pack(" + code + ") end)";
  }

  std::string Method(const std::string &how) {
    std::string object = NextObject();
    std::string name = NextMethod(object);
    std::string arguments = LuaArguments(&tape_, object, name, objects_);
    return Checked(how, name, object + ":" + name + "(" + arguments + ")");
  }

  // A method with another object in the place of its own.
  std::string WrongSelf() {
    std::string object = NextObject();
    std::string name = NextMethod(object);
    std::string self = LuaValue(&tape_, objects_);
    return Checked("call", name, object + "." + name + "(" + self + ")");
  }

  std::string Function() {
    std::string module = kModules[tape_.Next() % std::size(kModules)];
    std::string name = NextMethod(module);
    std::string arguments = LuaArguments(&tape_, module, name, objects_);
    return Checked("call", module + "." + name, module + "." + name + "(" + arguments + ")");
  }

  // What holds of objects of the rule's own, whatever three numbers it is given. Where memory is
  // short it does not.
  std::string Rule() {
    if (script_.fail_at > 0) {
      return Method("call");
    }
    std::string code = "rule('" + NextMethod(kRules) + "'";
    for (int i = 0; i < 3; i++) {
      code += ", " + std::to_string(tape_.Next());
    }
    return code + ")";
  }

  std::string Finalize() {
    return "gc(" + NextObject() + ")";
  }

  std::string CloseVariable() {
    return Checked("call", "__close", "metatable(mine).__close(" + NextObject() + ")");
  }

  // A method, in which the first allocation runs a collection, and that another statement.
  std::string Armed() {
    uint8_t choice = tape_.Next();
    std::string code = choice % 4 < 3 ? Finalize() : Method("call");
    armed_ = script_.fail_at > 0 ? "" : "arm(function() " + code + " end) ";
    return choice / 4 % 4 == 3 ? Function() : Method(choice / 4 % 4 == 2 ? "spawn" : "call");
  }

  std::string Resume() {
    static const char *const values[] = {
        "true", "true", "false, nil, true", "false, 'refused'", "'raise'", "nil", "false", "1",
    };
    uint8_t number = tape_.Next();
    return "resume(" + std::to_string(number % 8) + ", " + values[number / 8 % 8] + ")";
  }

  std::string Collect() {
    static const char *const codes[] = {
        "collectgarbage()",
        "collectgarbage('step', 1)",
        "collectgarbage('step')",
        "collectgarbage('generational')",
        "collectgarbage('incremental', 1, 1000, 1)",
        "drop_threads() collectgarbage()",
    };
    const char *code = codes[tape_.Next() % std::size(codes)];
    return script_.fail_at > 0 ? "" : code;
  }

  std::string Poller() {
    static const char *const codes[] = {
        "poller('yield')",  "poller('refuse')",   "poller('raise')",
        "poller('locked')", "poller('yield', 3)",
    };
    return codes[tape_.Next() % std::size(codes)];
  }

  std::string SetField() {
    static const char *const fields[] = {"x", "nonblock", "sock", "iov", "[1]", "[nil]"};
    std::string field = fields[tape_.Next() % std::size(fields)];
    std::string name = field[0] == '[' ? field : "." + field;
    std::string object = NextObject();
    std::string value = LuaValue(&tape_, objects_);
    return "call('field', function() " + object + name + " = " + value + " return pack() end)";
  }

  std::string Renew() {
    static const char *const codes[] = {
        "one, two = pair()",
        "mine = new_mine()",
        "if client then client, server, listening = connect(new_cfg(), new_server_cfg()) end",
        "cfg = cfg and new_cfg()",
        "server_cfg = server_cfg and new_server_cfg()",
        "if client then shake(client, server) end",
        "one, two = two, one",
        "client, server = server, client",
    };
    return codes[tape_.Next() % std::size(codes)];
  }

  std::string Statement() {
    switch (tape_.Next() % 32) {
      case 12:
      case 13:
      case 14:
      case 15:
        return Method("spawn");
      case 16:
      case 17:
      case 18:
        return Resume();
      case 19:
        return "close_thread(" + std::to_string(tape_.Next() % 8) + ")";
      case 20:
        return Finalize();
      case 21:
        return CloseVariable();
      case 22:
        return Armed();
      case 23:
        return Collect();
      case 24:
      case 25:
        return Renew();
      case 26:
        return Poller();
      case 27:
        return SetField();
      case 28:
        return WrongSelf();
      case 29:
      case 30:
        return Function();
      case 31:
        return Rule();
      default:
        return Method("call");
    }
  }

  Tape tape_;
  const std::vector<LuaMethods> &methods_;
  unsigned bits_ = 0;
  std::vector<std::string> objects_;
  // Code that the next checked call begins with.
  std::string armed_;
  LuaScript script_;
};

}  // namespace

std::string DeclareAllLuaObjects() {
  std::string code;
  for (const Object &object : kObjects) {
    code += std::string(object.declaration) + "\n";
  }
  return code;
}

std::vector<std::string> AllLuaObjects() {
  std::vector<std::string> names(std::begin(kModules), std::end(kModules));
  for (const Object &object : kObjects) {
    names.push_back(object.name);
  }
  names.push_back(kRules);
  return names;
}

LuaScript DecodeLuaScript(Tape tape, const std::vector<LuaMethods> &methods) {
  return Decoder(tape, methods).Decode();
}

}  // namespace net_fuzz
