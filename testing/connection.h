#ifndef TESTING_CONNECTION_H_
#define TESTING_CONNECTION_H_

// A TLS socket under test, over a VirtualTransport, with a Peer at the far end.

#include <stdint.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/tls_config.h"
#include "net/tls_socket.h"
#include "testing/peer.h"
#include "testing/virtual_transport.h"

namespace net_testing {

// How the socket is driven.
enum class Driver {
  kBlocking,     // the transport sleeps
  kNonblocking,  // the socket waits
  kTry           // the caller waits, between calls of the net_tls_socket_try_ functions
};

// The cases that every behaviour is to hold in.
struct Case {
  bool is_client = true;
  uint16_t version = TLS1_3_VERSION;
  Driver driver = Driver::kBlocking;
};

// Every combination.
std::vector<Case> AllCases();

// "ClientTls13Blocking" and the like, for names of tests.
std::string CaseName(const Case &test_case);

// What an operation did.
struct Done {
  enum net_tls_outcome outcome = NET_TLS_OK;
  // Of a read.
  std::string bytes;
  // Of a write.
  size_t written = 0;
  // What net_tls_socket_error says.
  std::string error;
};

const char *OutcomeName(enum net_tls_outcome outcome);

class Connection {
 public:
  // Makes configuration, transport and peer; the socket is made by Open, or by the first operation.
  explicit Connection(const Case &test_case, const std::string &faults = "");
  // With a configuration that others use too, which it retains, and peer options that are to be
  // set.
  Connection(const Case &test_case, net_tls_config *config);
  ~Connection();
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  // To be changed before Open. A client trusts ca.pem; a server shows server.pem.
  net_tls_config *config() {
    return config_;
  }
  PeerOptions &peer_options() {
    return peer_options_;
  }
  void set_server_name(const std::string &server_name) {
    server_name_ = server_name;
  }
  // Aborts where the socket cannot be made.
  void Open();
  // Returns "" or why the socket cannot be made.
  std::string TryOpen();
  // Replaces the configuration by another one, which it retains.
  void UseConfig(net_tls_config *config);

  // What happens, instead of an abort, where an outcome and what came with it do not fit.
  void set_on_misfit(std::function<void(const std::string &)> on_misfit) {
    on_misfit_ = std::move(on_misfit);
  }

  const Case &test_case() const {
    return case_;
  }
  VirtualTransport &transport() {
    return transport_;
  }
  Peer &peer() {
    return *peer_;
  }
  net_tls_socket *socket() {
    return socket_;
  }

  Done Handshake();
  Done Read(size_t capacity = 65536);
  Done Peek(size_t capacity = 65536);
  // Reads until `length` bytes have come or a read is not OK; the outcome is that of the last one.
  Done ReadAll(size_t length);
  Done Write(const std::string &bytes);
  Done KeyUpdate(bool request_peer);
  Done TlsClose();
  Done Close();
  void Free();

  // Writes `count` rounds: the socket to the peer and back. True when all of it came.
  bool Exchange(int count, size_t length);

 private:
  void Demand(bool condition, const char *what);
  Done Finish(enum net_tls_outcome outcome);
  template <typename Try>
  enum net_tls_outcome RunTry(enum net_tls_operation_kind kind, Try attempt);

  Case case_;
  VirtualTransport transport_;
  net_tls_config *config_ = nullptr;
  PeerOptions peer_options_;
  std::string server_name_ = "localhost";
  std::unique_ptr<Peer> peer_;
  net_tls_socket *socket_ = nullptr;
  std::function<void(const std::string &)> on_misfit_;
};

// Room for `capacity` bytes, until the next call in the same thread. It ends where a block ends
// that is kept: a sanitizer sees what is written beyond, and not each read takes a block of its
// own.
char *ReadBuffer(size_t capacity);

// Bytes that tell where they belong.
std::string Pattern(size_t length, unsigned seed = 0);

}  // namespace net_testing

#endif  // TESTING_CONNECTION_H_
