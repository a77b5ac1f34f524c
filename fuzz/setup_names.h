#ifndef FUZZ_SETUP_NAMES_H_
#define FUZZ_SETUP_NAMES_H_

#include <stdint.h>

#include "fuzz/setup_log.h"
#include "net/tls_server_names.h"

namespace net_fuzz {

// The table of servers' names of the setup target; there is none before the first is added.
class SetupNames {
 public:
  explicit SetupNames(SetupLog *log) : log_(*log) {}
  ~SetupNames() {
    net_tls_server_names_release(names_);
  }
  SetupNames(const SetupNames &) = delete;
  SetupNames &operator=(const SetupNames &) = delete;

  void Add(uint8_t which, net_tls_config *config, bool is_retained) {
    static const char *const kNames[] = {"localhost", "*.example.test", "example.test",
                                         "a.example.test", "not a name"};
    char error[NET_TLS_ERROR_SIZE] = "";
    if (names_ == nullptr) {
      names_ = net_tls_server_names_new();
    }
    if (names_ == nullptr || config == nullptr) {
      return;
    }
    bool is_added = net_tls_server_names_add(names_, kNames[which % 5], config, error);
    log_.Note("add", error);
    log_.Require(is_added == (error[0] == '\0'), "T1: add and its text do not agree");
    if (is_retained) {
      net_tls_server_names_release(net_tls_server_names_retain(names_));
    }
  }

  void Use(net_tls_socket *socket, bool is_client) {
    if (socket != nullptr && names_ != nullptr) {
      bool is_set = net_tls_socket_set_server_names(socket, names_);
      log_.Note("set_server_names", is_set ? "" : "refused");
      log_.Require(!is_set || !is_client, "T7: a client has a table of names");
    }
  }

 private:
  SetupLog &log_;
  net_tls_server_names *names_ = nullptr;
};

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_NAMES_H_
