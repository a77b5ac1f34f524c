#include "conformance/cases/deaths.h"

#include <algorithm>

#include "conformance/cases/steps.h"
#include "conformance/runner/wire_names.h"

namespace conformance {
namespace {

std::string Bytes2(size_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

}  // namespace

std::string AlertText(int description) {
  std::string name = AlertDescription(static_cast<uint8_t>(description));
  return name.substr(name.find(' ') + 1);
}

std::string Alert(int level, int description) {
  return {static_cast<char>(level), static_cast<char>(description)};
}

std::string Record(int type, const std::string &content) {
  return static_cast<char>(type) + std::string("\x03\x03") + Bytes2(content.size()) + content;
}

std::string AlertRecord(int level, int description) {
  return Record(SSL3_RT_ALERT, Alert(level, description));
}

void StaysDead(World &world, const Result &first) {
  std::string text = first.TextOf(1);
  world.Expect(!text.empty(), "there is no error to begin with");
  world.Expect(text.find("Success") == std::string::npos, "the error is `Success`");
  world.Call("read").Gives({Nil(), Bytes(text), Nil()});
  world.Call("write", StringWord("x")).Gives({Nil(), Bytes(text), Nil()});
  world.Call("handshake").Gives({False(), Bytes(text), Nil()});
  world.Call("read").Gives({Nil(), Bytes(text), Nil()});
}

void EndsDead(World &world) {
  int64_t fd = Descriptor(world);
  world.Call("tls_close").Gives(Ok());
  IsOpen(world, fd);
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  PeerSeesEnd(world, 0);
}

void DiedOfOwnAlert(World &world, const Result &result, const std::vector<int> &alerts) {
  StaysDead(world, result);
  const std::vector<int> &seen = world.peer().alerts();
  world.Until("the peer gets an alert", [&] { return !seen.empty(); });
  std::string name = AlertText(seen[0]);
  bool is_allowed =
      alerts.empty() || std::find(alerts.begin(), alerts.end(), seen[0]) != alerts.end();
  world.Expect(is_allowed, "the peer got another alert, " + name);
  world.Expect(TextWith({name}).matches(result.answer().values[1]),
               "the peer got the alert " + name + ", and the error was: " + result.TextOf(1));
  world.Call("closed_by").Gives({Bytes("alert")});
  EndsDead(world);
  world.Expect(seen.size() == 1, "the peer got more than one alert");
}

void Died(World &world, const Result &result) {
  StaysDead(world, result);
  EndsDead(world);
  const std::vector<int> &seen = world.peer().alerts();
  world.Expect(seen.size() <= 1, "the peer got more than one alert");
  std::string name = seen.empty() ? "" : AlertText(seen[0]);
  world.Expect(TextWith({name}).matches(result.answer().values[1]),
               "the peer got the alert " + name + ", and the error was: " + result.TextOf(1));
}

void DiedOfPeersAlert(World &world, const Result &result, int description) {
  Expected text = TextWith({AlertText(description), "peer"});
  world.Expect(text.matches(result.answer().values[1]),
               "the error was to be " + text.description + ", and is: " + result.TextOf(1));
  StaysDead(world, result);
  world.Call("closed_by").Gives({Bytes("alert")});
  EndsDead(world);
}

void LivesOnOrDies(World &world) {
  Result result = world.Call("read");
  if (!MatchesTuple(ReadOf("later"), result.answer().values)) {
    DiedOfOwnAlert(world, result.Gives(NilError()), {});
    return;
  }
  world.Call("write", StringWord("alive")).Gives(WriteOf(5));
  PeerHas(world, "alive");
  world.Call("closed_by").Gives({Nil()});
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

}  // namespace conformance
