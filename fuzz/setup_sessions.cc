#include "fuzz/setup_sessions.h"

#include <string.h>

namespace net_fuzz {

void SetupSessions::Offer(net_tls_socket *socket, bool is_short) {
  if (session_ != nullptr) {
    bool is_set = net_tls_socket_set_session(socket, session_);
    log_.Note("set_session", net_tls_socket_error(socket));
    log_.Require(is_set || is_short || *net_tls_socket_error(socket) != '\0',
                 "T1: a session is refused without a reason");
  }
}

void SetupSessions::Pass(const net_tls_socket *socket, net_tls_config *config, size_t cut) {
  char error[NET_TLS_ERROR_SIZE] = "";
  net_tls_session *session = net_tls_socket_session(socket);
  if (session == nullptr) {
    return;
  }
  size_t length = 0;
  uint8_t *bytes = net_tls_session_export(session, &length);
  log_.Require(net_tls_session_expires(session) > 0, "T3: a session that never ends");
  log_.Require((bytes == nullptr) == (length == 0), "T3: an export without bytes has a length");
  if (bytes != nullptr && config != nullptr) {
    size_t kept = length - cut % length;
    net_tls_session *imported = net_tls_session_import(config, bytes, kept, error);
    log_.Note("import", error);
    log_.Require((imported != nullptr) == (error[0] == '\0'),
                 "T1: import and its text do not agree");
    CheckImported(imported, bytes, length, net_tls_session_server_name(session), kept == length);
  }
  net_tls_session_free_bytes(bytes);
  net_tls_session_free(session);
}

void SetupSessions::CheckImported(net_tls_session *imported, const uint8_t *bytes, size_t length,
                                  const char *name, bool is_whole) {
  if (imported == nullptr) {
    return;
  }
  const char *other = net_tls_session_server_name(imported);
  log_.Require(
      (name == nullptr) == (other == nullptr) && (name == nullptr || strcmp(name, other) == 0),
      "T3: another server's name");
  size_t again_length = 0;
  uint8_t *again = net_tls_session_export(imported, &again_length);
  log_.Require(again == nullptr || !is_whole ||
                   (again_length == length && memcmp(again, bytes, length) == 0),
               "T3: another session than was exported");
  net_tls_session_free_bytes(again);
  net_tls_session_free(session_);
  session_ = imported;
}

}  // namespace net_fuzz
