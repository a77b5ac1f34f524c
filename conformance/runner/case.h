#ifndef CONFORMANCE_RUNNER_CASE_H
#define CONFORMANCE_RUNNER_CASE_H

// A conformance case: what it is called, on which axes it runs, and what it does.

#include <functional>
#include <string>
#include <vector>

namespace conformance {

class World;

// Axes is one point on the axes that a case runs on.
struct Axes {
  bool nonblocking = false;
  // "tls12", "tls13", or "plain" for a connection without TLS.
  std::string version;
  // Whether the driver is the client of the connection; otherwise it is the server.
  bool is_client = true;
  // Whether the connection is one of unix sockets; otherwise it is TCP.
  bool is_unix = false;
};

// Vary tells on which axes a case runs: in all points, or in those that its subject knows.
struct Vary {
  bool blocking = true;
  bool nonblocking = true;
  bool tls12 = true;
  bool tls13 = true;
  bool client = true;
  bool server = true;
  bool tcp = true;
  bool unix_socket = true;
  // Without TLS, and then of no version of it.
  bool plain = false;
};

inline constexpr Vary kEveryAxis = {};
// TLS 1.3 alone, where the version makes no difference.
inline constexpr Vary kEitherMode = {true, true, false, true, true, false};
inline constexpr Vary kModesAndRoles = {true, true, false, true, true, true};
inline constexpr Vary kBlocking = {true, false, true, true, true, true};
inline constexpr Vary kNonblocking = {false, true, true, true, true, true};
inline constexpr Vary kBlockingOnce = {true, false, false, true, true, false};
inline constexpr Vary kNonblockingOnce = {false, true, false, true, true, false};
inline constexpr Vary kOnlyTls13 = {true, true, false, true, true, true};
inline constexpr Vary kOnlyTls12 = {true, true, true, false, true, true};
inline constexpr Vary kOnlyClient = {true, true, true, true, true, false};
inline constexpr Vary kOnlyServer = {true, true, true, true, false, true};

// Sockets without TLS, whose role makes no difference once they are connected.
inline constexpr Vary kPlain = {true, true, false, false, true, false, true, true, true};
inline constexpr Vary kPlainRoles = {true, true, false, false, true, true, true, true, true};
inline constexpr Vary kPlainBlocking = {true, false, false, false, true, false, true, true, true};
inline constexpr Vary kPlainNonblocking = {false, true, false, false, true,
                                           false, true, true,  true};
inline constexpr Vary kPlainOnce = {true, false, false, false, true, false, true, false, true};

// OverTcp and OverUnix take the other transport from the points of `vary`: from cases about what
// only one of them has, and from those that no byte on a transport could change.
constexpr Vary OverTcp(Vary vary) {
  vary.unix_socket = false;
  return vary;
}
constexpr Vary OverUnix(Vary vary) {
  vary.tcp = false;
  return vary;
}
inline constexpr Vary kOnlyTcp = OverTcp(kEveryAxis);
inline constexpr Vary kOnlyUnix = OverUnix(kEveryAxis);

// Points lists the points of `vary`.
std::vector<Axes> Points(const Vary &vary);

struct Case {
  // The clause that the case is about, and its ordinal: "NTS-READ-04/2".
  std::string id;
  // What is expected, in one line.
  std::string title;
  Vary vary;
  std::function<void(World &)> run;
  // Further clauses that it shows.
  std::vector<std::string> also;
  // Whether it takes long: then it runs with --full alone.
  bool full = false;
};

// ClauseOf returns the id of the case's clause.
std::string ClauseOf(const Case &a_case);

// ShowsAny tells whether one of the clauses `ids` is the case's own or among its further ones.
bool ShowsAny(const Case &a_case, const std::vector<std::string> &ids);

// SuiteName and TestName are the case's names in GoogleTest, whose filters give '-' and ':' a
// meaning: "NTS_READ_04/2" and "lua.tcp.blocking.tls13.client".
std::string SuiteName(const Case &a_case);
std::string TestName(const std::string &driver, const Axes &axes);

}  // namespace conformance

#endif
