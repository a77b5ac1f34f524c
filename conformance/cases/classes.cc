// The classes of sockets: their names, what they inherit, and those that a program adds

#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// With TLS and without.
constexpr Vary kClients = {true, true, false, true, true, false, true, true, true};

std::string ClassName(const World &world) {
  return std::string(world.is_plain() ? "net.stream." : "net.tls.stream.") +
         (world.axes().is_unix ? "unix" : "inet") + ".Client";
}

// Classes stay as long as the driver: each needs a name of its own.
std::string NewName() {
  static int count = 0;
  return "my.Class" + std::to_string(getpid()) + "." + std::to_string(++count);
}

void SaysItsName(World &world) {
  world.Connect();
  world.Call("instanceof").Gives({Bytes(ClassName(world))});
  world.Call("tostring").Gives({TextWith({ClassName(world) + ": "})});
  world.Call("close");
  world.Call("instanceof").Gives({Bytes(ClassName(world))});
}

void HasWhatIsAbove(World &world) {
  world.Establish();
  std::vector<std::string> names = {ClassName(world)};
  if (world.is_plain()) {
    names.insert(names.end(), {"net.stream.Socket", "net.Socket"});
  } else {
    names.push_back("net.tls.Socket");
  }
  for (const std::string &name : names) {
    world.SetAbout(name);
    world.Command("inherited 1 " + name + " write " + StringWord("x")).Gives(WriteOf(1));
  }
}

// The class's method is called, with the socket; the one that it hides is there by its class.
void Overrides(World &world) {
  std::string name = NewName();
  world.Establish();
  world.Command("function 1 " + StringWord("mine") + " nil nil").Gives({});
  world.Command("class " + name + " " + ClassName(world) + " write f:1").Gives({});
  world.Command("become 1 " + name).Gives({Object()});
  world.Call("instanceof").Gives({Bytes(name)});
  world.Call("write", StringWord("x")).Gives({Bytes("mine"), Nil(), Nil()});
  world.Command("arguments 1").Gives({Object(), Bytes("x")});
  world.Command("inherited 1 " + ClassName(world) + " write " + StringWord("x")).Gives(WriteOf(1));
  world.Call("send", StringWord("yz")).Gives(WriteOf(2));
}

void ExtendsAnExtended(World &world) {
  std::string first = NewName();
  std::string second = NewName();
  world.Establish();
  world.Command("function 1 " + StringWord("first")).Gives({});
  world.Command("function 2 " + StringWord("second")).Gives({});
  world.Command("class " + first + " " + ClassName(world) + " greet f:1").Gives({});
  world.Command("class " + second + " " + first + " leave f:2").Gives({});
  world.Command("become 1 " + second).Gives({Object()});
  world.Call("greet").Gives({Bytes("first")});
  world.Call("leave").Gives({Bytes("second")});
  world.Call("write", StringWord("x")).Gives(WriteOf(1));
}

void RefusesNames(World &world) {
  std::string name = NewName();
  world.Configure();
  world.Command("function 1").Gives({});
  std::string parent = " net.stream.inet.Client greet f:1";
  world.Command("class " + name + parent).Gives({});
  world.Command("class " + name + parent).Raises({name, "is there already"});
  world.Command("class net.Socket" + parent).Raises({"is there already"});
  world.Command("class " + NewName() + " no.Class greet f:1").Raises({"no class 'no.Class'"});
}

void RefusesOthers(World &world) {
  std::string name = NewName();
  world.Establish();
  world.Command("function 1").Gives({});
  std::string other = world.axes().is_unix ? "inet" : "unix";
  world.Command("class " + name + " net.stream." + other + ".Client greet f:1").Gives({});
  world.Command("become 1 " + name).Raises({"bad argument #1"});
  world.Call("write", StringWord("x")).Gives(WriteOf(1));
}

}  // namespace

std::vector<Case> ClassCases() {
  return {
      {"NSS-CLASS-01/1", "instanceof and tostring", kClients, SaysItsName, {}},
      {"NSS-CLASS-02/1", "the methods of each class above", kClients, HasWhatIsAbove, {}},
      {"NSS-CLASS-03/1", "a class overrides a method", kClients, Overrides, {"NSS-CLASS-02"}},
      {"NSS-CLASS-03/2", "a class below such a class", kClients, ExtendsAnExtended, {}},
      {"NSS-CLASS-04/1", "a name twice, and no parent, raise", kPlainOnce, RefusesNames, {}},
      {"NSS-CLASS-04/2", "a socket of another class raises", kClients, RefusesOthers, {}},
  };
}

}  // namespace conformance
