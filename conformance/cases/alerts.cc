// Alerts that the peer sends: before, in and after the handshake, fatal ones and warnings

#include "conformance/cases/cases.h"
#include "conformance/cases/deaths.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// The kernel carries an alert like anything else: one transport and one mode for each table.
constexpr Vary kFirstThing = {true, false, false, true, true, true, true, false};
constexpr Vary kInHandshake = {false, true, true, true, true, true, true, false};
constexpr Vary kAfterwards = {true, false, true, true, true, true, true, false};

// All that RFC 8446, section 6.2, and RFC 5246, section 7.2, know, and three that nobody knows.
constexpr int kFatalAlerts[] = {10,  20,  21,  22,  30,  40,  41,  42, 43,  44, 45, 46,
                                47,  48,  49,  50,  51,  60,  70,  71, 80,  86, 90, 100,
                                109, 110, 112, 113, 115, 116, 120, 1,  137, 255};

Result FailedHandshake(World &world) {
  return world.Finish().Gives({False(), TextWith({"handshake"}), Nil()});
}

// Before it has said anything else.
void FirstThing(World &world, int description) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw(AlertRecord(kFatal, description));
  world.Start("handshake");
  DiedOfPeersAlert(world, FailedHandshake(world), description);
}

// The client's flight that completes its handshake does not leave; `send` sends something else.
void InsteadOfClientsFlight(World &world, const std::function<void()> &send) {
  Peer &peer = world.peer();
  peer.StartHandshake();
  peer.Hold();
  world.Start("handshake");
  world.Until("the peer has its last flight ready", [&] { return peer.held() > 0; });
  peer.TakeHeld();
  send();
}

// The server's flight ends behind its first record, the ServerHello's.
void InsteadOfServersFlight(World &world, const std::function<void()> &send) {
  Peer &peer = world.peer();
  peer.Hold();
  world.Start("handshake");
  peer.StartHandshake();
  world.Until("the peer has its flight ready", [&] { return peer.held() > 0; });
  std::string flight = peer.TakeHeld();
  size_t length = static_cast<uint8_t>(flight[3]) << 8 | static_cast<uint8_t>(flight[4]);
  peer.SendRaw(flight.substr(0, SSL3_RT_HEADER_LENGTH + length));
  send();
}

void Midway(World &world, const std::string &alert) {
  world.setup().peer_handshakes = false;
  world.Connect();
  auto send = [&] {
    if (world.is_tls13()) {
      world.peer().SealInHandshake(SSL3_RT_ALERT, alert);
    } else {
      world.peer().SendRaw(Record(SSL3_RT_ALERT, alert));
    }
  };
  if (world.axes().is_client) {
    InsteadOfServersFlight(world, send);
  } else {
    InsteadOfClientsFlight(world, send);
  }
}

void InHandshake(World &world, int description) {
  Midway(world, Alert(kFatal, description));
  DiedOfPeersAlert(world, FailedHandshake(world), description);
}

void Afterwards(World &world, int description) {
  world.Establish();
  world.peer().FatalAlert(static_cast<uint8_t>(description));
  Result result = world.Call("read").Gives({Nil(), TextWith({"read"}), Nil()});
  DiedOfPeersAlert(world, result, description);
  world.Expect(world.peer().alerts().empty(), "the alert was answered by one");
}

void CloseNotifyInHandshake(World &world) {
  Midway(world, Alert(kWarning, SSL_AD_CLOSE_NOTIFY));
  Result result = FailedHandshake(world).Gives({False(), TextWith({"close_notify"}), Nil()});
  StaysDead(world, result);
  world.Call("closed_by").Gives({Bytes("close_notify")});
  EndsDead(world);
}

void CloseNotifyFirstThing(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw(AlertRecord(kWarning, SSL_AD_CLOSE_NOTIFY));
  world.peer().Finish();
  world.Start("handshake");
  StaysDead(world, FailedHandshake(world));
  world.Call("closed_by").Gives({Bytes("close_notify")});
  EndsDead(world);
}

// RFC 5246, section 7.2.2: after a warning the connection generally goes on.
void WarningPasses(World &world, int description) {
  world.Establish();
  world.peer().Seal(SSL3_RT_ALERT, Alert(kWarning, description));
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "after the warning");
  world.Call("read").Gives(ReadOf("after the warning"));
  world.Call("closed_by").Gives({Nil()});
  world.Call("write", StringWord("so what")).Gives(WriteOf(7));
  PeerHas(world, "so what");
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

// A warning alone is neither data nor an end.
void WarningAlone(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.peer().Seal(SSL3_RT_ALERT, Alert(kWarning, SSL_AD_USER_CANCELLED));
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  world.Call("closed_by").Gives({Nil()});
}

// RFC 6066, section 3: a server that does not know the name may say so and go on.
void UnrecognizedName(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw(AlertRecord(kWarning, SSL_AD_UNRECOGNIZED_NAME));
  world.peer().StartHandshake();
  world.Call("handshake").Gives(Ok());
  world.Call("closed_by").Gives({Nil()});
}

void WarningFlood(World &world, int description) {
  world.Establish();
  world.peer().Hold();
  for (int i = 0; i < 1000; i++) {
    world.peer().Seal(SSL3_RT_ALERT, Alert(kWarning, description));
  }
  world.peer().Seal(SSL3_RT_APPLICATION_DATA, "later");
  world.peer().Release();
  LivesOnOrDies(world);
}

// RFC 8446, section 6.1: user_canceled announces the close_notify that follows.
void CanceledThenClosed(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Seal(SSL3_RT_ALERT, Alert(kWarning, SSL_AD_USER_CANCELLED));
  world.peer().Seal(SSL3_RT_ALERT, Alert(kWarning, SSL_AD_CLOSE_NOTIFY));
  world.peer().Release();
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("closed_by").Gives({Bytes("close_notify")});
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

// RFC 8446, section 6: whatever the level says, these are errors.
void ErrorWhateverItsLevel(World &world, int level, int description) {
  world.Establish();
  world.peer().Seal(SSL3_RT_ALERT, Alert(level, description));
  Result result = world.Call("read").Gives({Nil(), TextWith({"read"}), Nil()});
  DiedOfPeersAlert(world, result, description);
}

// The peer says why it goes: that is the cause, and not that the kernel then refuses to send.
void AlertThenGone(World &world) {
  world.Establish();
  world.peer().FatalAlert(SSL_AD_ACCESS_DENIED);
  world.peer().Leave();
  Result result = world.Call("read").Gives(NilError());
  world.Expect(TextWith({"access_denied", "peer"}).matches(result.answer().values[1]),
               "the error does not name the peer's alert");
  StaysDead(world, result);
  world.Call("closed_by").Gives({Bytes("alert")});
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
}

void DataThenAlert(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("what came before");
  world.peer().FatalAlert(SSL_AD_INTERNAL_ERROR);
  world.peer().Release();
  world.Call("read", IntegerWord(4)).Gives(ReadOf("what"));
  world.Call("read").Gives(ReadOf(" came before"));
  DiedOfPeersAlert(world, world.Call("read").Gives(NilError()), SSL_AD_INTERNAL_ERROR);
}

// The write that follows tells of it, or else goes where nobody reads; the read knows.
void AlertDuringWrite(World &world) {
  TimedOutWrite(world);
  world.peer().FatalAlert(SSL_AD_INTERNAL_ERROR);
  Deadlines(world, kLong, kLong);
  world.peer().Stall(false);
  DiedOfPeersAlert(world, world.Call("read").Gives(NilError()), SSL_AD_INTERNAL_ERROR);
}

std::function<void(World &)> Of(void (*run)(World &, int), int description) {
  return [run, description](World &world) { run(world, description); };
}

void AddTable(std::vector<Case> *cases) {
  for (int alert : kFatalAlerts) {
    std::string name = AlertText(alert);
    cases->push_back({"NTS-HANDSHAKE-04/" + name + "-first",
                      "the peer's first word is the alert " + name + ": an error that names it",
                      kFirstThing,
                      Of(FirstThing, alert),
                      {"D-11", "D-12", "D-19"}});
    cases->push_back({"D-11/" + name + "-in-handshake",
                      "the peer sends the alert " + name + " in the middle of the handshake",
                      kInHandshake,
                      Of(InHandshake, alert),
                      {"D-12", "D-19"}});
    cases->push_back({"D-12/" + name,
                      "the peer's alert by name: " + name,
                      kAfterwards,
                      Of(Afterwards, alert),
                      {"D-10", "D-11", "D-19"}});
  }
}

}  // namespace

std::vector<Case> AlertCases() {
  auto level = [](int level, int description) {
    return [=](World &world) { ErrorWhateverItsLevel(world, level, description); };
  };
  std::vector<Case> cases = {
      {"D-09/close-notify-in-handshake",
       "the peer's close_notify in the middle of the handshake is an error that names it",
       kEveryAxis,
       CloseNotifyInHandshake,
       {"D-11", "D-12", "D-19"}},
      {"D-09/close-notify-first",
       "the peer's close_notify before it said anything else is an error",
       kEveryAxis,
       CloseNotifyFirstThing,
       {"D-11", "D-19"}},
      {"D-09/canceled-then-closed",
       "user_canceled and then close_notify: closed by the peer",
       kEveryAxis,
       CanceledThenClosed,
       {"NTS-READ-08", "D-10"}},
      {"NTS-READ-07/warning",
       "the warning user_canceled is neither data nor an end",
       kEveryAxis,
       WarningAlone,
       {}},
      {"NTS-READ-02/warning-no-renegotiation",
       "TLS 1.2: the warning no_renegotiation passes",
       kOnlyTls12,
       Of(WarningPasses, SSL_AD_NO_RENEGOTIATION),
       {"D-10"}},
      {"NTS-READ-02/warning-user-canceled",
       "the warning user_canceled passes",
       kEveryAxis,
       Of(WarningPasses, SSL_AD_USER_CANCELLED),
       {"D-10"}},
      {"NTS-HANDSHAKE-03/warning-unrecognized-name",
       "TLS 1.2: the server's warning unrecognized_name does not end the handshake",
       {true, true, true, false, true, false},
       UnrecognizedName,
       {"D-10"}},
      {"NTS-READ-06/flood-of-warnings",
       "TLS 1.2: a flood of warnings ends in an error, or is survived",
       kOnlyTls12,
       Of(WarningFlood, SSL_AD_NO_RENEGOTIATION),
       {"D-12"}},
      {"NTS-READ-06/flood-of-user-canceled",
       "a flood of user_canceled ends in an error, or is survived",
       kEveryAxis,
       Of(WarningFlood, SSL_AD_USER_CANCELLED),
       {"D-12"}},
      {"D-12/as-a-warning",
       "TLS 1.3: handshake_failure is an error also at the level of a warning",
       kOnlyTls13,
       level(kWarning, SSL_AD_HANDSHAKE_FAILURE),
       {"D-10", "D-11"}},
      {"D-12/unknown-as-a-warning",
       "TLS 1.3: an unknown alert is an error also at the level of a warning",
       kOnlyTls13,
       level(kWarning, 137),
       {"D-10", "D-11"}},
      {"D-12/at-level-0",
       "an alert of no known level is an error",
       kEveryAxis,
       level(0, SSL_AD_INTERNAL_ERROR),
       {"D-10", "D-11"}},
      {"D-12/at-level-3",
       "an alert of no known level is an error",
       kEveryAxis,
       level(3, SSL_AD_BAD_CERTIFICATE),
       {"D-10", "D-11"}},
      {"D-10/alert-then-gone",
       "the peer sends an alert and goes: the alert is the cause",
       kEveryAxis,
       AlertThenGone,
       {"D-11", "D-12"}},
      {"D-10/data-then-alert",
       "bytes that came before the alert are read first",
       kEveryAxis,
       DataThenAlert,
       {}},
      {"D-11/alert-meets-write",
       "the peer's alert meets a write under way",
       kEveryAxis,
       AlertDuringWrite,
       {"D-10", "D-12"}},
  };
  AddTable(&cases);
  return cases;
}

}  // namespace conformance
