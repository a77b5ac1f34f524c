#include "testing/connection.h"

#include <stdio.h>
#include <stdlib.h>

#include <memory>

#include "testing/certificates.h"

namespace net_testing {

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (bool is_client : {true, false}) {
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      for (Driver driver : {Driver::kBlocking, Driver::kNonblocking, Driver::kTry}) {
        cases.push_back({is_client, static_cast<uint16_t>(version), driver});
      }
    }
  }
  return cases;
}

std::string CaseName(const Case &test_case) {
  std::string name = test_case.is_client ? "Client" : "Server";
  name += test_case.version == TLS1_2_VERSION ? "Tls12" : "Tls13";
  switch (test_case.driver) {
    case Driver::kBlocking:
      return name + "Blocking";
    case Driver::kNonblocking:
      return name + "Nonblocking";
    case Driver::kTry:
      break;
  }
  return name + "Try";
}

const char *OutcomeName(enum net_tls_outcome outcome) {
  static const char *const kNames[] = {"OK",    "CLOSED",    "TIMEOUT",
                                       "ERROR", "WANT_READ", "WANT_WRITE"};
  return kNames[outcome];
}

std::string Pattern(size_t length, unsigned seed) {
  std::string bytes(length, '\0');
  uint32_t state = seed * 2654435761u + 1;
  for (char &byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

char *ReadBuffer(size_t capacity) {
  static thread_local std::unique_ptr<char[]> block;
  static thread_local size_t size = 0;
  if (size < capacity) {
    block.reset(new char[capacity]);
    size = capacity;
  }
  return block.get() + (size - capacity);
}

namespace {

enum net_transport_mode ModeOf(const Case &test_case) {
  return test_case.driver == Driver::kBlocking ? NET_TRANSPORT_BLOCKING : NET_TRANSPORT_NONBLOCKING;
}

void Check(bool condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "connection: %s\n", what);
    abort();
  }
}

}  // namespace

Connection::Connection(const Case &test_case, const std::string &faults)
    : case_(test_case), transport_(ModeOf(test_case), faults), config_(net_tls_config_new()) {
  Check(config_ != nullptr, "no configuration");
  peer_options_.is_server = case_.is_client;
  peer_options_.minimum_version = peer_options_.maximum_version = case_.version;
  if (case_.is_client) {
    Check(net_tls_config_set_ca_file(config_, CertificatePath("ca.pem").c_str()),
          net_tls_config_error(config_));
  } else {
    peer_options_.identity = "";
    Check(net_tls_config_set_keypair_file(config_, CertificatePath("server.pem").c_str(),
                                          CertificatePath("server.key").c_str()),
          net_tls_config_error(config_));
  }
}

Connection::Connection(const Case &test_case, net_tls_config *config)
    : case_(test_case), transport_(ModeOf(test_case)), config_(net_tls_config_retain(config)) {
  peer_options_.is_server = case_.is_client;
}

Connection::~Connection() {
  Free();
  net_tls_config_release(config_);
}

void Connection::UseConfig(net_tls_config *config) {
  net_tls_config_release(config_);
  config_ = net_tls_config_retain(config);
}

std::string Connection::TryOpen() {
  char error[NET_TLS_ERROR_SIZE] = "";
  peer_ = std::make_unique<Peer>(&transport_, peer_options_);
  socket_ = case_.is_client
                ? net_tls_socket_new_client(config_, transport_.transport(), ModeOf(case_),
                                            server_name_.c_str(), error)
                : net_tls_socket_new_server(config_, transport_.transport(), ModeOf(case_), error);
  Check((socket_ != nullptr) == (error[0] == '\0'), "a constructor's error and result disagree");
  return error;
}

void Connection::Open() {
  std::string error = TryOpen();
  Check(socket_ != nullptr, error.c_str());
}

void Connection::Free() {
  net_tls_socket_free(socket_);
  socket_ = nullptr;
}

void Connection::Demand(bool condition, const char *what) {
  if (!condition && on_misfit_) {
    on_misfit_(what);
  } else {
    Check(condition, what);
  }
}

Done Connection::Finish(enum net_tls_outcome outcome) {
  Done done;
  done.outcome = outcome;
  done.error = net_tls_socket_error(socket_);
  return done;
}

template <typename Try>
enum net_tls_outcome Connection::RunTry(enum net_tls_operation_kind kind, Try attempt) {
  struct net_tls_operation operation;
  struct net_transport transport = transport_.transport();
  net_tls_socket_begin(socket_, kind, &operation);
  for (;;) {
    enum net_tls_outcome outcome = attempt(&operation);
    if (outcome != NET_TLS_WANT_READ && outcome != NET_TLS_WANT_WRITE) {
      return outcome;
    }
    transport.functions->wait(transport.context, operation.directions,
                              net_tls_socket_remaining(socket_, &operation, outcome));
    if (transport_.deadlocks() > 0) {
      return outcome;
    }
  }
}

Done Connection::Handshake() {
  if (socket_ == nullptr) {
    Open();
  }
  if (case_.driver != Driver::kTry) {
    return Finish(net_tls_socket_handshake(socket_));
  }
  return Finish(RunTry(NET_TLS_HANDSHAKE, [this](struct net_tls_operation *operation) {
    return net_tls_socket_try_handshake(socket_, operation);
  }));
}

Done Connection::Read(size_t capacity) {
  if (socket_ == nullptr) {
    Open();
  }
  char *buffer = ReadBuffer(capacity);
  size_t length = SIZE_MAX;
  enum net_tls_outcome outcome = NET_TLS_OK;
  if (case_.driver != Driver::kTry) {
    outcome = net_tls_socket_read(socket_, buffer, capacity, &length);
  } else {
    outcome = RunTry(NET_TLS_READ, [&](struct net_tls_operation *operation) {
      return net_tls_socket_try_read(socket_, operation, buffer, capacity, &length);
    });
  }
  Done done = Finish(outcome);
  Demand(length <= capacity, "a read beyond its buffer");
  Demand((outcome == NET_TLS_OK) == (length > 0), "a read's outcome and length do not agree");
  done.bytes.assign(buffer, length);
  return done;
}

Done Connection::Peek(size_t capacity) {
  if (socket_ == nullptr) {
    Open();
  }
  char *buffer = ReadBuffer(capacity);
  size_t length = SIZE_MAX;
  enum net_tls_outcome outcome = NET_TLS_OK;
  if (case_.driver != Driver::kTry) {
    outcome = net_tls_socket_peek(socket_, buffer, capacity, &length);
  } else {
    outcome = RunTry(NET_TLS_PEEK, [&](struct net_tls_operation *operation) {
      return net_tls_socket_try_peek(socket_, operation, buffer, capacity, &length);
    });
  }
  Done done = Finish(outcome);
  Demand(length <= capacity, "a peek beyond its buffer");
  Demand((outcome == NET_TLS_OK) == (length > 0), "a peek's outcome and length do not agree");
  done.bytes.assign(buffer, length);
  return done;
}

Done Connection::ReadAll(size_t length) {
  Done all;
  while (all.bytes.size() < length && all.outcome == NET_TLS_OK) {
    Done next = Read(length - all.bytes.size());
    all.bytes += next.bytes;
    all.outcome = next.outcome;
    all.error = next.error;
  }
  return all;
}

Done Connection::Write(const std::string &bytes) {
  if (socket_ == nullptr) {
    Open();
  }
  size_t written = 0;
  enum net_tls_outcome outcome = NET_TLS_OK;
  if (case_.driver != Driver::kTry) {
    written = SIZE_MAX;
    outcome = net_tls_socket_write(socket_, bytes.data(), bytes.size(), &written);
  } else {
    outcome = RunTry(NET_TLS_WRITE, [&](struct net_tls_operation *operation) {
      // The bytes move between the calls, and what has been written is not looked at again.
      std::string moved(bytes);
      moved.replace(0, written, written, '#');
      return net_tls_socket_try_write(socket_, operation, moved.data(), moved.size(), &written);
    });
  }
  Done done = Finish(outcome);
  Demand(written <= bytes.size(), "a write of more than there was");
  Demand(outcome != NET_TLS_OK || written == bytes.size(), "a write that is OK but not complete");
  done.written = written;
  return done;
}

Done Connection::KeyUpdate(bool request_peer) {
  if (socket_ == nullptr) {
    Open();
  }
  if (case_.driver != Driver::kTry) {
    return Finish(net_tls_socket_key_update(socket_, request_peer));
  }
  return Finish(RunTry(NET_TLS_KEY_UPDATE, [&](struct net_tls_operation *operation) {
    return net_tls_socket_try_key_update(socket_, operation, request_peer);
  }));
}

Done Connection::TlsClose() {
  if (socket_ == nullptr) {
    Open();
  }
  if (case_.driver != Driver::kTry) {
    return Finish(net_tls_socket_tls_close(socket_));
  }
  return Finish(RunTry(NET_TLS_CLOSE, [this](struct net_tls_operation *operation) {
    return net_tls_socket_try_tls_close(socket_, operation);
  }));
}

// With the try functions it is what a binding makes of them.
Done Connection::Close() {
  if (socket_ == nullptr) {
    Open();
  }
  if (case_.driver != Driver::kTry) {
    return Finish(net_tls_socket_close(socket_));
  }
  Done notified = TlsClose();
  Done closed = Finish(net_tls_socket_close_transport(socket_));
  return notified.outcome != NET_TLS_OK ? notified : closed;
}

bool Connection::Exchange(int count, size_t length) {
  for (int i = 0; i < count; i++) {
    std::string sent = Pattern(length, static_cast<unsigned>(2 * i));
    std::string answer = Pattern(length, static_cast<unsigned>(2 * i + 1));
    size_t before = peer_ != nullptr ? peer_->received().size() : 0;
    if (Write(sent).outcome != NET_TLS_OK) {
      return false;
    }
    peer_->Run();
    peer_->Write(answer);
    Done read = ReadAll(length);
    if (peer_->received().substr(before) != sent || read.bytes != answer) {
      return false;
    }
  }
  return true;
}

}  // namespace net_testing
