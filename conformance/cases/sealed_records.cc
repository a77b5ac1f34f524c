// Records and messages after the handshake that a peer has no business to send, and odd ones that
// it has

#include "conformance/cases/cases.h"
#include "conformance/cases/deaths.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr Vary kAll = OverTcp(kEveryAxis);
constexpr Vary kTls13 = OverTcp(kOnlyTls13);
constexpr Vary kTls13Client = OverTcp({true, true, false, true, true, false});
constexpr Vary kTls13Server = OverTcp({true, true, false, true, false, true});
constexpr Vary kTls12Client = OverTcp({true, true, true, false, true, false});
constexpr Vary kTls12Server = OverTcp({true, true, true, false, false, true});

Tuple ReadError() {
  return {Nil(), TextWith({"read"}), Nil()};
}

// What comes cannot have been sealed by the peer: nothing that it says is believed.
std::function<void(World &)> Forged(const std::string &record) {
  return [record](World &world) {
    world.Establish();
    world.peer().SendRaw(record);
    Result result = world.Call("read").Gives(ReadError());
    DiedOfOwnAlert(world, result, {SSL_AD_BAD_RECORD_MAC, SSL_AD_UNEXPECTED_MESSAGE});
  };
}

// The peer seals something that ends the connection; `alerts` are those that the RFCs name.
std::function<void(World &)> Ends(int type, const std::string &content,
                                  const std::vector<int> &alerts, size_t padding = 0) {
  return [=](World &world) {
    world.Establish();
    world.peer().Seal(static_cast<uint8_t>(type), content, padding);
    DiedOfOwnAlert(world, world.Call("read").Gives(ReadError()), alerts);
  };
}

// What came before it is read first.
void DataThenBadRecord(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "good");
  world.peer().Seal(99, "bad");
  world.peer().Release();
  world.Call("read").Gives(ReadOf("good"));
  DiedOfOwnAlert(world, world.Call("read").Gives(ReadError()), {SSL_AD_UNEXPECTED_MESSAGE});
}

// `count` of them, and then data.
std::function<void(World &)> LeftToIt(int type, const std::string &content, int count) {
  return [=](World &world) {
    world.Establish();
    world.peer().Hold();
    for (int i = 0; i < count; i++) {
      world.peer().Seal(static_cast<uint8_t>(type), content);
    }
    world.peer().Seal(SSL3_RT_APPLICATION_DATA, "later");
    world.peer().Release();
    LivesOnOrDies(world);
  };
}

// RFC 8446, section 5.1: they may be sent, against traffic analysis.
void EmptyRecords(World &world, int count) {
  world.Establish();
  world.peer().Hold();
  for (int i = 0; i < count; i++) {
    world.peer().Seal(SSL3_RT_APPLICATION_DATA, "");
  }
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "data");
  world.peer().Release();
  world.Call("read").Gives(ReadOf("data"));
  world.Call("write", StringWord("alive")).Gives(WriteOf(5));
  PeerHas(world, "alive");
}

void EmptyRecordAlone(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "");
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "data");
  world.Call("read").Gives(ReadOf("data"));
}

// Empty ones between those with data are no flood, however many they are in all.
void EmptyRecordsBetween(World &world) {
  std::string bytes = Pattern(0, 200);
  world.Establish();
  for (char byte : bytes) {
    world.peer().Seal(SSL3_RT_APPLICATION_DATA, "");
    world.peer().Seal(SSL3_RT_APPLICATION_DATA, std::string(1, byte));
  }
  ReadsAll(world, bytes);
}

void LargestRecord(World &world) {
  std::string bytes = Pattern(0, 16384);
  world.Establish();
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, bytes);
  ReadsAll(world, bytes);
  world.Call("closed_by").Gives({Nil()});
}

void PaddedRecord(World &world) {
  world.Establish();
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "padded", 16384 - 6);
  world.Call("read").Gives(ReadOf("padded"));
}

// An alert in two records: an error, for whatever reason.
void HalvedAlert(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Seal(SSL3_RT_ALERT, "\2");
  world.peer().Seal(SSL3_RT_ALERT, "\x28");
  world.peer().Release();
  Died(world, world.Call("read").Gives(ReadError()));
}

void LongRecord(World &world) {
  world.Establish();
  world.peer().SendRaw(Record(SSL3_RT_APPLICATION_DATA, std::string(65535, 'x')));
  DiedOfOwnAlert(world, world.Call("read").Gives(ReadError()), {SSL_AD_RECORD_OVERFLOW});
}

std::string Message(int type, const std::string &body) {
  return std::string{static_cast<char>(type), 0, 0, static_cast<char>(body.size())} + body;
}

const std::string kUpdateKeys = Message(SSL3_MT_KEY_UPDATE, std::string(1, '\0'));

// RFC 8446, section 4.6.1: lifetime, age, nonce, ticket, extensions.
const std::string kTicket =
    Message(SSL3_MT_NEW_SESSION_TICKET, std::string("\0\0\0\x3c\0\0\0\0\1n\0\6ticket\0\0", 20));

void CutTicket(World &world) {
  world.Establish();
  for (size_t i = 0; i < kTicket.size(); i++) {
    world.peer().Seal(SSL3_RT_HANDSHAKE, kTicket.substr(i, 1));
  }
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "after it");
  world.Call("read").Gives(ReadOf("after it"));
}

void InterleavedMessage(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Seal(SSL3_RT_HANDSHAKE, kUpdateKeys.substr(0, 2));
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "between");
  world.peer().Release();
  DiedOfOwnAlert(world, world.Call("read").Gives(ReadError()), {SSL_AD_UNEXPECTED_MESSAGE});
}

void KeyUpdates(World &world) {
  std::string bytes;
  world.Establish();
  for (int i = 0; i < 100; i++) {
    world.peer().KeyUpdate();
    world.peer().Write("message " + std::to_string(i) + "\n");
    bytes += "message " + std::to_string(i) + "\n";
  }
  ReadsAll(world, bytes);
  world.Call("write", StringWord("with new keys")).Gives(WriteOf(13));
  PeerHas(world, "with new keys");
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void KeyUpdateFlood(World &world) {
  world.Establish();
  world.peer().Hold();
  for (int i = 0; i < 1000; i++) {
    world.peer().KeyUpdate();
  }
  world.peer().Write("later");
  world.peer().Release();
  LivesOnOrDies(world);
}

void AddEnds(std::vector<Case> *cases) {
  const std::string finished = Message(SSL3_MT_FINISHED, std::string(32, 'f'));
  const struct {
    const char *name;
    Vary vary;
    int type;
    std::string content;
    std::vector<int> alerts;
    size_t padding;
  } kinds[] = {
      {"unknown-type", kAll, 99, "x", {SSL_AD_UNEXPECTED_MESSAGE}, 0},
      {"heartbeat", kAll, 24, std::string("\1\0\0", 3), {SSL_AD_UNEXPECTED_MESSAGE}, 0},
      {"change-cipher-spec",
       kAll,
       SSL3_RT_CHANGE_CIPHER_SPEC,
       "\1",
       {SSL_AD_UNEXPECTED_MESSAGE},
       0},
      {"16385-bytes",
       kAll,
       SSL3_RT_APPLICATION_DATA,
       Pattern(0, 16385),
       {SSL_AD_RECORD_OVERFLOW},
       0},
      {"16384-bytes-and-padding",
       kTls13,
       SSL3_RT_APPLICATION_DATA,
       Pattern(0, 16384),
       {SSL_AD_RECORD_OVERFLOW},
       1},
      // 16384 + 256 + 1 bytes of ciphertext.
      {"ciphertext-of-16641",
       kTls13,
       SSL3_RT_APPLICATION_DATA,
       "x",
       {SSL_AD_RECORD_OVERFLOW},
       16384 + 256 + 1 - 16 - 2},
      {"nothing-but-padding", kTls13, 0, "", {}, 10},
      {"empty-alert", kAll, SSL3_RT_ALERT, "", {}, 0},
      {"alert-of-3", kAll, SSL3_RT_ALERT, "\2\x28\x28", {}, 0},
      {"finished", kTls13, SSL3_RT_HANDSHAKE, finished, {SSL_AD_UNEXPECTED_MESSAGE}, 0},
      {"ticket-to-a-server",
       kTls13Server,
       SSL3_RT_HANDSHAKE,
       kTicket,
       {SSL_AD_UNEXPECTED_MESSAGE},
       0},
      {"cut-ticket",
       kTls13Client,
       SSL3_RT_HANDSHAKE,
       Message(SSL3_MT_NEW_SESSION_TICKET, std::string(5, '\0')),
       {SSL_AD_DECODE_ERROR},
       0},
      {"certificate-request",
       kTls13Client,
       SSL3_RT_HANDSHAKE,
       Message(SSL3_MT_CERTIFICATE_REQUEST, std::string("\0\0\0", 3)),
       {SSL_AD_UNEXPECTED_MESSAGE},
       0},
      {"key-update-of-2",
       kTls13,
       SSL3_RT_HANDSHAKE,
       Message(SSL3_MT_KEY_UPDATE, "\2"),
       {SSL_AD_ILLEGAL_PARAMETER, SSL_AD_DECODE_ERROR},
       0},
      {"empty-key-update",
       kTls13,
       SSL3_RT_HANDSHAKE,
       Message(SSL3_MT_KEY_UPDATE, ""),
       {SSL_AD_ILLEGAL_PARAMETER, SSL_AD_DECODE_ERROR},
       0},
      {"message-behind-key-update",
       kTls13,
       SSL3_RT_HANDSHAKE,
       kUpdateKeys + kUpdateKeys,
       {SSL_AD_UNEXPECTED_MESSAGE},
       0},
  };
  for (const auto &kind : kinds) {
    cases->push_back({std::string("NTS-READ-06/") + kind.name,
                      std::string("the peer seals what ends the connection: ") + kind.name,
                      kind.vary,
                      Ends(kind.type, kind.content, kind.alerts, kind.padding),
                      {"D-10", "D-11", "D-12", "D-19"}});
  }
}

void AddForged(std::vector<Case> *cases) {
  const struct {
    const char *name;
    std::string record;
  } kinds[] = {
      {"close-notify", AlertRecord(kWarning, SSL_AD_CLOSE_NOTIFY)},
      {"fatal-alert", AlertRecord(kFatal, SSL_AD_HANDSHAKE_FAILURE)},
      {"data", Record(SSL3_RT_APPLICATION_DATA, "never sealed by the peer")},
      {"message", Record(SSL3_RT_HANDSHAKE, std::string(4, '\0'))},
      {"change-cipher-spec", Record(SSL3_RT_CHANGE_CIPHER_SPEC, "\1")},
  };
  for (const auto &kind : kinds) {
    cases->push_back({std::string("D-10/plain-") + kind.name,
                      std::string("a record that is not sealed is not believed: ") + kind.name,
                      kAll,
                      Forged(kind.record),
                      {"NTS-READ-06", "D-11", "D-12", "D-19"}});
  }
}

}  // namespace

std::vector<Case> SealedRecordCases() {
  auto empty = [](int count) { return [count](World &world) { EmptyRecords(world, count); }; };
  std::vector<Case> cases = {
      {"NTS-READ-02/empty-record", "an empty record before data", kAll, empty(1), {}},
      {"NTS-READ-02/ten-empty-records", "ten empty records before data", kAll, empty(10), {}},
      {"NTS-READ-02/empty-records-between",
       "an empty record before each byte",
       kAll,
       EmptyRecordsBetween,
       {}},
      {"NTS-READ-02/largest-record", "a full record of 16384 bytes", kAll, LargestRecord, {}},
      {"NTS-READ-02/padded-record", "TLS 1.3: a record full of padding", kTls13, PaddedRecord, {}},
      {"NTS-READ-02/ticket-in-bytes",
       "TLS 1.3: a session ticket cut into bytes",
       kTls13Client,
       CutTicket,
       {}},
      {"NTS-READ-02/key-updates",
       "TLS 1.3: a hundred key updates among data",
       kTls13,
       KeyUpdates,
       {}},
      {"NTS-READ-07/empty-record",
       "an empty record is neither data nor an end",
       OverTcp(kEitherMode),
       EmptyRecordAlone,
       {}},
      {"NTS-READ-06/bad-record-behind-data",
       "a bad record behind a good one: the good one's data first",
       kAll,
       DataThenBadRecord,
       {"D-10", "D-12"}},
      {"NTS-READ-06/record-of-65535",
       "a record of 65535 bytes: record_overflow",
       kAll,
       LongRecord,
       {"D-10", "D-11", "D-12", "D-19"}},
      {"NTS-READ-06/alert-in-halves",
       "an alert in two records of one byte: an error",
       kAll,
       HalvedAlert,
       {"D-11"}},
      {"NTS-READ-06/interleaved-message",
       "TLS 1.3: data in the middle of a handshake message: unexpected_message",
       kTls13,
       InterleavedMessage,
       {"D-11", "D-12"}},
      {"NTS-READ-06/flood-of-empty-records",
       "1000 empty records end in an error, or are survived",
       kAll,
       LeftToIt(SSL3_RT_APPLICATION_DATA, "", 1000),
       {"NTS-RETRY-03", "D-12"}},
      {"NTS-READ-06/flood-of-key-updates",
       "TLS 1.3: 1000 key updates end in an error, or are survived",
       kTls13,
       KeyUpdateFlood,
       {"NTS-RETRY-03", "D-12"}},
      {"NTS-READ-06/empty-handshake-record",
       "an empty handshake record ends in an error, or is survived",
       kAll,
       LeftToIt(SSL3_RT_HANDSHAKE, "", 1),
       {"D-12"}},
      {"NTS-READ-06/hello-request",
       "TLS 1.2: a server that asks to renegotiate is ignored or refused",
       kTls12Client,
       LeftToIt(SSL3_RT_HANDSHAKE, std::string(4, '\0'), 1),
       {"D-12"}},
      {"NTS-READ-06/hello-request-flood",
       "TLS 1.2: a server that asks 1000 times to renegotiate is ignored or refused",
       kTls12Client,
       LeftToIt(SSL3_RT_HANDSHAKE, std::string(4, '\0'), 1000),
       {"D-12"}},
      {"NTS-READ-06/client-hello",
       "TLS 1.2: a client that wants to renegotiate is ignored or refused",
       kTls12Server,
       LeftToIt(SSL3_RT_HANDSHAKE, Message(SSL3_MT_CLIENT_HELLO, std::string(41, '\3')), 1),
       {"D-12"}},
  };
  AddEnds(&cases);
  AddForged(&cases);
  return cases;
}

}  // namespace conformance
