// What comes instead of a handshake, and records and messages of one that are wrong

#include "conformance/cases/cases.h"
#include "conformance/cases/deaths.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// Before anything is agreed on, the version makes no difference.
constexpr Vary kFirst = OverTcp(kModesAndRoles);
constexpr Vary kFirstAsServer = OverTcp({true, true, false, true, false, true});
constexpr Vary kAgreeing = OverTcp(kEveryAxis);

Result HandshakeAgainst(World &world, const std::string &bytes) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw(bytes);
  return world.Call("handshake");
}

Tuple HandshakeError() {
  return {False(), TextWith({"handshake"}), Nil()};
}

std::function<void(World &)> Garbage(const std::string &bytes) {
  return [bytes](World &world) {
    Died(world, HandshakeAgainst(world, bytes).Gives(HandshakeError()));
  };
}

// Behind it comes the FIN, since an implementation may wait for more of it.
std::function<void(World &)> GarbageThenFin(const std::string &bytes) {
  return [bytes](World &world) {
    world.setup().peer_handshakes = false;
    world.Connect();
    world.peer().SendRaw(bytes);
    world.peer().Finish();
    Died(world, world.Call("handshake").Gives(HandshakeError()));
  };
}

// The RFCs name the alert.
std::function<void(World &)> AnsweredBy(const std::vector<int> &alerts, const std::string &bytes) {
  return [alerts, bytes](World &world) {
    Result result = HandshakeAgainst(world, bytes).Gives(HandshakeError());
    DiedOfOwnAlert(world, result, alerts);
  };
}

// The peer's first flight.
std::string FirstFlight(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Hold();
  world.Start("handshake");
  world.peer().StartHandshake();
  world.Until("the peer has its first flight", [&] { return world.peer().held() > 0; });
  return world.peer().TakeHeld();
}

size_t RecordLength(const std::string &record) {
  return SSL3_RT_HEADER_LENGTH +
         (static_cast<uint8_t>(record[3]) << 8 | static_cast<uint8_t>(record[4]));
}

// Its first handshake message, with its header.
std::string FirstMessage(const std::string &flight) {
  std::string body = flight.substr(SSL3_RT_HEADER_LENGTH);
  size_t length = static_cast<uint8_t>(body[2]) << 8 | static_cast<uint8_t>(body[3]);
  return body.substr(0, SSL3_HM_HEADER_LENGTH + length);
}

std::string Message(int type, const std::string &body) {
  return {std::string{static_cast<char>(type), 0, static_cast<char>(body.size() >> 8),
                      static_cast<char>(body.size() & 0xff)} +
          body};
}

void Completes(World &world) {
  world.Finish().Gives(Ok());
  world.Until("the peer's handshake is done", [&] { return world.peer().handshaked(); });
  world.Call("write", StringWord("done")).Gives(WriteOf(4));
  PeerHas(world, "done");
}

// Messages may be cut into records at any place (RFC 8446, section 5.1).
void Fragments(World &world, size_t size) {
  std::string flight = FirstFlight(world);
  std::string cut;
  while (!flight.empty() && flight[0] == SSL3_RT_HANDSHAKE) {
    std::string body = flight.substr(0, RecordLength(flight)).substr(SSL3_RT_HEADER_LENGTH);
    flight.erase(0, RecordLength(flight));
    for (size_t i = 0; i < body.size(); i += size) {
      cut += Record(SSL3_RT_HANDSHAKE, body.substr(i, size));
    }
  }
  world.peer().SendRaw(cut + flight);
  Completes(world);
}

// Its version says nothing (RFC 8446, section 5.1).
void RecordVersion(World &world, int minor) {
  std::string flight = FirstFlight(world);
  flight[2] = static_cast<char>(minor);
  world.peer().SendRaw(flight);
  Completes(world);
}

// A first message whose body is `change`d, and nothing after it.
void BadMessage(World &world, const std::function<void(std::string *)> &change) {
  std::string message = FirstMessage(FirstFlight(world));
  std::string body = message.substr(SSL3_HM_HEADER_LENGTH);
  change(&body);
  world.peer().SendRaw(Record(SSL3_RT_HANDSHAKE, Message(message[0], body)));
  DiedOfOwnAlert(world, world.Finish().Gives(HandshakeError()), {SSL_AD_DECODE_ERROR});
}

void CutMessage(World &world) {
  BadMessage(world, [](std::string *body) { body->pop_back(); });
}

void EmptyMessage(World &world) {
  BadMessage(world, [](std::string *body) { body->clear(); });
}

void LongerMessage(World &world) {
  BadMessage(world, [](std::string *body) { *body += '\0'; });
}

// RFC 8446, section 5.1, forbids them to senders.
void EmptyRecords(World &world, int count) {
  std::string flight = FirstFlight(world);
  std::string empty;
  for (int i = 0; i < count; i++) {
    empty += Record(SSL3_RT_HANDSHAKE, "");
  }
  world.peer().SendRaw(empty + flight);
  Result result = world.Finish();
  if (MatchesTuple(Ok(), result.answer().values)) {
    world.Call("write", StringWord("done")).Gives(WriteOf(4));
    PeerHas(world, "done");
    return;
  }
  DiedOfOwnAlert(world, result.Gives(HandshakeError()), {});
}

void OneEmptyRecord(World &world) {
  EmptyRecords(world, 1);
}

void ManyEmptyRecords(World &world) {
  EmptyRecords(world, 3000);
}

std::string ManyRecords(const std::string &bytes) {
  std::string records;
  for (size_t i = 0; i < bytes.size(); i += 16384) {
    records += Record(SSL3_RT_HANDSHAKE, bytes.substr(i, 16384));
  }
  return records;
}

const std::string kSsl2Hello = std::string("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11) +
                               std::string(21, '\x01') + std::string(16, 'c');

void AddGarbage(std::vector<Case> *cases) {
  const struct {
    const char *name;
    std::string bytes;
  } kinds[] = {
      {"http-response", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"},
      {"http-request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"zeros", std::string(16384, '\0')},
      {"ff", std::string(16384, '\xff')},
      {"ssl2-hello", kSsl2Hello},
      {"record-of-tls-4", std::string("\x16\x04\x00\x00\x01\x01", 6)},
      {"record-of-ssl-2", std::string("\x16\x02\x00\x00\x01\x01", 6)},
  };
  for (const auto &kind : kinds) {
    cases->push_back({std::string("NTS-HANDSHAKE-04/") + kind.name,
                      std::string("instead of a handshake: ") + kind.name,
                      kFirst,
                      Garbage(kind.bytes),
                      {"D-11", "D-12", "D-19"}});
  }
}

void AddAnswered(std::vector<Case> *cases) {
  const std::string too_long = Message(1, std::string(16381, '\0'));
  const struct {
    const char *name;
    int alert;
    std::string bytes;
  } kinds[] = {
      {"record-of-16385", SSL_AD_RECORD_OVERFLOW, Record(SSL3_RT_HANDSHAKE, too_long)},
      {"record-of-65535", SSL_AD_RECORD_OVERFLOW,
       Record(SSL3_RT_HANDSHAKE, std::string(65535, '\1'))},
      {"record-of-unknown-type", SSL_AD_UNEXPECTED_MESSAGE, Record(99, "x")},
      {"heartbeat", SSL_AD_UNEXPECTED_MESSAGE, Record(24, std::string("\1\0\0", 3))},
      {"application-data", SSL_AD_UNEXPECTED_MESSAGE, Record(SSL3_RT_APPLICATION_DATA, "x")},
      {"finished", SSL_AD_UNEXPECTED_MESSAGE,
       Record(SSL3_RT_HANDSHAKE, Message(SSL3_MT_FINISHED, std::string(12, 'f')))},
  };
  for (const auto &kind : kinds) {
    cases->push_back({std::string("NTS-HANDSHAKE-04/") + kind.name,
                      std::string("the first thing that comes: ") + kind.name + "; the peer gets " +
                          AlertText(kind.alert) + ", and the error names it",
                      kFirst,
                      AnsweredBy({kind.alert}, kind.bytes),
                      {"D-10", "D-11", "D-12", "D-19"}});
  }
}

}  // namespace

std::vector<Case> RecordCases() {
  auto fragments = [](size_t size) { return [size](World &world) { Fragments(world, size); }; };
  auto version = [](int minor) { return [minor](World &world) { RecordVersion(world, minor); }; };
  std::vector<Case> cases = {
      {"NTS-HANDSHAKE-03/fragments-of-1", "messages cut into bytes", kAgreeing, fragments(1), {}},
      {"NTS-HANDSHAKE-03/fragments-of-7", "messages cut into sevens", kAgreeing, fragments(7), {}},
      {"NTS-HANDSHAKE-03/record-of-3-0",
       "a first record of version 3.0",
       kAgreeing,
       version(0),
       {}},
      {"NTS-HANDSHAKE-03/record-of-3-4",
       "a first record of version 3.4",
       kAgreeing,
       version(4),
       {}},
      {"NTS-HANDSHAKE-03/record-of-3-255",
       "a first record of version 3.255",
       kAgreeing,
       version(255),
       {}},
      {"NTS-HANDSHAKE-03/empty-record",
       "an empty handshake record is passed over, or an error that names its alert",
       kAgreeing,
       OneEmptyRecord,
       {"D-12"}},
      {"NTS-HANDSHAKE-04/many-empty-records",
       "3000 empty handshake records are passed over, or an error that names its alert",
       kAgreeing,
       ManyEmptyRecords,
       {"D-12"}},
      {"NTS-HANDSHAKE-04/cut-message",
       "a first message that ends early: decode_error",
       kAgreeing,
       CutMessage,
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/empty-message",
       "a first message without a body: decode_error",
       kAgreeing,
       EmptyMessage,
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/longer-message",
       "a first message with a byte too many: decode_error",
       kAgreeing,
       LongerMessage,
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/endless-message",
       "a first message that says it has 16 MiB, and ends after 256 KiB",
       kFirst,
       GarbageThenFin(ManyRecords("\x01\xff\xff\xff" + std::string(1 << 18, '\1'))),
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/message-of-the-other-side",
       "a server gets a ServerHello: unexpected_message",
       kFirstAsServer,
       AnsweredBy({SSL_AD_UNEXPECTED_MESSAGE},
                  Record(SSL3_RT_HANDSHAKE, Message(SSL3_MT_SERVER_HELLO, std::string(70, '\3')))),
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/change-cipher-spec",
       "a server gets a ChangeCipherSpec first: unexpected_message",
       kFirstAsServer,
       AnsweredBy({SSL_AD_UNEXPECTED_MESSAGE}, Record(SSL3_RT_CHANGE_CIPHER_SPEC, "\1")),
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/half-a-header",
       "half the header of a record, and FIN",
       kFirst,
       GarbageThenFin("\x16\x03"),
       {"D-10", "D-11"}},
      {"NTS-HANDSHAKE-04/empty-alert",
       "an alert of no byte: an error that names its alert",
       kFirst,
       AnsweredBy({}, Record(SSL3_RT_ALERT, "")),
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/alert-of-1",
       "an alert of one byte: an error",
       kFirst,
       GarbageThenFin(Record(SSL3_RT_ALERT, "\2")),
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/alert-of-3",
       "an alert of three bytes: an error that names its alert",
       kFirst,
       AnsweredBy({}, Record(SSL3_RT_ALERT, "\2\x28\x28")),
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/alert-in-halves",
       "an alert in two records of one byte: an error",
       kFirst,
       GarbageThenFin(Record(SSL3_RT_ALERT, "\2") + Record(SSL3_RT_ALERT, "\x28")),
       {"D-11", "D-12"}},
  };
  AddGarbage(&cases);
  AddAnswered(&cases);
  return cases;
}

}  // namespace conformance
