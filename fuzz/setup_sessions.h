#ifndef FUZZ_SETUP_SESSIONS_H_
#define FUZZ_SETUP_SESSIONS_H_

#include <stddef.h>
#include <stdint.h>

#include "fuzz/setup_log.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"

namespace net_fuzz {

// The session of the setup target that is offered next: the one that was imported last.
class SetupSessions {
 public:
  explicit SetupSessions(SetupLog *log) : log_(*log) {}
  ~SetupSessions() {
    net_tls_session_free(session_);
  }
  SetupSessions(const SetupSessions &) = delete;
  SetupSessions &operator=(const SetupSessions &) = delete;

  // Offers it, where there is one; with enough memory a refusal has a reason.
  void Offer(net_tls_socket *socket, bool is_short);
  // Exports the socket's session, and imports it, without its last bytes where `cut` is not 0.
  void Pass(const net_tls_socket *socket, net_tls_config *config, size_t cut);

 private:
  void CheckImported(net_tls_session *imported, const uint8_t *bytes, size_t length,
                     const char *name, bool is_whole);

  SetupLog &log_;
  net_tls_session *session_ = nullptr;
};

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_SESSIONS_H_
