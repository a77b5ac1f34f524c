// Foreign peers: openssl, socat and gnutls at the other end, and how a connection with them goes

#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/foreign_programs.h"

namespace conformance {
namespace {

constexpr size_t kMebibyte = 1 << 20;

void HasPrinted(World &world, const std::string &text) {
  world.Until("the foreign peer prints `" + text.substr(0, 60) + "`",
              [&] { return world.foreign().Printed(text) || world.foreign().ended(); });
  world.Expect(world.foreign().Printed(text), "the foreign peer ended without it");
}

void Ends(World &world) {
  world.Until("the foreign peer ends", [&] { return world.foreign().ended(); });
}

// Some bytes, as text or by their digest.
Expected TextOrDigest() {
  return {"some bytes", [](const Value &value) {
            return value.kind == Value::Kind::kString || value.kind == Value::Kind::kDigest;
          }};
}

bool IsEcho(const World &world, const ForeignProgram &program) {
  return &program == &kGnutls && world.axes().is_client;
}

// Both ways. gnutls-serv has nothing to say of its own: it repeats what it hears.
void Talk(World &world, const ForeignProgram &program) {
  world.Call("handshake").Gives(Ok());
  world.Call("version").Gives({Bytes(world.is_tls13() ? "TLSv1.3" : "TLSv1.2")});
  world.Call("write", StringWord("from the driver\n")).Gives(WriteOf(16));
  HasPrinted(world, "from the driver");
  if (IsEcho(world, program)) {
    world.Call("read").Gives(ReadOf("from the driver\n"));
    return;
  }
  world.foreign().Type("from afar\n");
  world.Call("read").Gives(ReadOf("from afar\n"));
}

// gnutls-serv goes on to serve and says nothing of an orderly close. It takes connections in turn,
// so that what it says of a second one, which is no TLS, comes after what there is to say of the
// first.
void HasSeenTheClose(World &world) {
  Endpoint endpoint;
  endpoint.port = world.foreign().ListeningPort();
  close(world.Dial(endpoint));
  HasPrinted(world, "Error in handshake");
}

// Then the driver closes, and they end as they do at the end of an orderly connection.
void Exchange(World &world, const ForeignProgram &program) {
  program.connect(world, {});
  Talk(world, program);
  world.Call("close").Gives(Ok());
  if (IsEcho(world, program)) {
    HasSeenTheClose(world);
    world.Expect(!world.foreign().Printed("Error while receiving"), "it saw a truncation");
    return;
  }
  Ends(world);
  world.Expect(!world.foreign().Printed("unexpected eof"), "it saw a truncation");
  world.Expect(!world.foreign().Printed("non-properly"), "it saw a truncation");
}

// The collector closes the descriptor and nothing else: what they make of it.
void Truncates(World &world, const ForeignProgram &program, const std::string &complaint) {
  program.connect(world, {});
  Talk(world, program);
  world.Command("drop 1").Gives({});
  HasPrinted(world, complaint);
}

void SendsTo(World &world, const ForeignProgram &program, size_t length) {
  std::string text = Pattern(0, length);
  program.connect(world, {});
  world.Call("write", PatternWord(0, length)).Gives(WriteOf(length));
  world.Until("the foreign peer has all of it", [&] {
    const std::string &output = world.foreign().output();
    return output.size() >= text.size() && output.find(text) != std::string::npos;
  });
  world.Call("close").Gives(Ok());
}

void ToIt(World &world, const ForeignProgram &program) {
  SendsTo(world, program, kMebibyte);
}

// gnutls-cli prints slowly.
void SomeToIt(World &world, const ForeignProgram &program) {
  SendsTo(world, program, kMebibyte / 16);
}

void FromIt(World &world, const ForeignProgram &program) {
  std::string text = ManyLines(kMebibyte);
  program.connect(world, {});
  world.Call("handshake").Gives(Ok());
  world.foreign().Type(text);
  ReadsAll(world, text);
  world.Call("close").Gives(Ok());
}

// gnutls-serv repeats a line at a time.
void Echoed(World &world) {
  std::string text = ManyLines(1100);
  kGnutls.connect(world, {});
  for (size_t done = 0; done < text.size(); done += 11) {
    std::string line = text.substr(done, 11);
    world.Call("write", StringWord(line)).Gives(WriteOf(line.size()));
    ReadsAll(world, line);
  }
  world.Call("close").Gives(Ok());
}

// What they send when they are told to end: with close_notify, or without.
void ItCloses(World &world, const ForeignProgram &program, const std::string &command) {
  program.connect(world, {});
  Talk(world, program);
  if (command.empty()) {
    world.foreign().CloseInput();
  } else {
    world.foreign().Type(command);
  }
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("closed_by").Gives({Bytes("close_notify")});
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

// Its answer ends with the close_notify that its Q does not send.
void WebServerCloses(World &world) {
  ForeignOptions options;
  options.further = {"-www"};
  kOpenssl.connect(world, options);
  std::string request = "GET / HTTP/1.0\r\n\r\n";
  world.Call("write", StringWord(request)).Gives(WriteOf(request.size()));
  world.Call("read").Gives({TextOrDigest(), Nil(), Nil()});
  for (int i = 0; i < 1000; i++) {
    Result result = world.Call("read");
    if (MatchesTuple(Closed(), result.answer().values)) {
      break;
    }
    result.Gives({TextOrDigest(), Nil(), Nil()});
  }
  world.Call("read").Gives(Closed());
  world.Call("closed_by").Gives({Bytes("close_notify")});
}

void ItTruncates(World &world, const ForeignProgram &program) {
  program.connect(world, {});
  Talk(world, program);
  if (&program == &kOpenssl) {
    world.foreign().Type("Q\n");
  } else {
    world.foreign().Terminate();
  }
  world.Call("read").Gives(NilError());
  world.Call("read").Gives(NilError());
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

// A deadline passes while it says nothing, and the connection is as good as before.
void IsSilent(World &world, const ForeignProgram &program) {
  program.connect(world, {});
  Talk(world, program);
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  Talk(world, program);
}

using Run = void (*)(World &world, const ForeignProgram &program);

std::function<void(World &)> With(Run run, const ForeignProgram &program) {
  return [run, &program](World &world) { run(world, program); };
}

}  // namespace

// Of the three only openssl speaks TLS over unix sockets.
std::vector<Case> ForeignCases() {
  auto truncates = [](const ForeignProgram &program, const char *complaint) {
    return [&program, complaint](World &world) { Truncates(world, program, complaint); };
  };
  auto closes = [](const ForeignProgram &program, const char *command) {
    return [&program, command](World &world) { ItCloses(world, program, command); };
  };
  const Vary client = OverTcp(kOnlyClient);
  const Vary server = OverTcp(kOnlyServer);
  const Vary blocking = OverTcp(kBlocking);
  const Vary nonblocking = OverTcp(kNonblocking);
  const Vary as_server = OverTcp({true, false, true, true, false, true});
  return {
      {"NTS-HANDSHAKE-03/11", "both ways with openssl", kEveryAxis, With(Exchange, kOpenssl), {}},
      {"NTS-HANDSHAKE-03/12", "both ways with socat", kOnlyTcp, With(Exchange, kSocat), {}},
      {"NTS-HANDSHAKE-03/13", "both ways with gnutls", kOnlyTcp, With(Exchange, kGnutls), {}},
      {"NTS-WRITE-02/11", "1 MiB to socat", blocking, With(ToIt, kSocat), {"D-05"}},
      {"NTS-WRITE-02/12", "1 MiB to openssl", blocking, With(ToIt, kOpenssl), {"D-05"}},
      {"NTS-WRITE-02/13", "64 KiB to gnutls-cli", as_server, With(SomeToIt, kGnutls), {"D-05"}},
      {"NTS-WRITE-02/15", "1 MiB to gnutls-cli", as_server, With(ToIt, kGnutls), {"D-05"}, true},
      {"NTS-WRITE-02/14",
       "line after line to gnutls-serv and back",
       OverTcp({true, false, true, true, true, false}),
       Echoed,
       {"NTS-READ-02"}},
      {"NTS-READ-02/11", "1 MiB from socat", nonblocking, With(FromIt, kSocat), {}},
      {"NTS-READ-02/12", "1 MiB from openssl", nonblocking, With(FromIt, kOpenssl), {}},
      {"NTS-READ-02/13", "1 MiB from gnutls-cli", as_server, With(FromIt, kGnutls), {}},
      {"NTS-READ-07/11", "openssl is silent for a while", blocking, With(IsSilent, kOpenssl), {}},
      {"NTS-READ-07/12", "gnutls is silent for a while", blocking, With(IsSilent, kGnutls), {}},
      {"NTS-READ-08/11",
       "openssl s_client closes: nil, nil, nil",
       kOnlyServer,
       closes(kOpenssl, "Q\n"),
       {"D-09"}},
      {"NTS-READ-08/12", "socat closes: nil, nil, nil", kOnlyTcp, closes(kSocat, ""), {"D-09"}},
      {"NTS-READ-08/13", "gnutls-cli closes: nil, nil, nil", server, closes(kGnutls, ""), {"D-09"}},
      {"NTS-READ-08/14",
       "openssl's web server answers and closes: nil, nil, nil",
       client,
       WebServerCloses,
       {"D-09"}},
      {"D-10/11",
       "openssl s_server closes without close_notify: an error",
       kOnlyClient,
       With(ItTruncates, kOpenssl),
       {}},
      {"D-10/32",
       "gnutls-serv ends without close_notify: an error",
       client,
       With(ItTruncates, kGnutls),
       {}},
      {"D-21/11",
       "the socket is collected: openssl sees a truncation",
       blocking,
       truncates(kOpenssl, "unexpected eof"),
       {}},
      {"D-21/12",
       "the socket is collected: gnutls sees a truncation",
       blocking,
       truncates(kGnutls, "terminated"),
       {}},
  };
}

}  // namespace conformance
