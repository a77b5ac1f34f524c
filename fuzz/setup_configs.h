#ifndef FUZZ_SETUP_CONFIGS_H_
#define FUZZ_SETUP_CONFIGS_H_

#include <stdint.h>

#include "fuzz/setup_log.h"
#include "net/tls_config.h"

namespace net_fuzz {

// The two configurations of the setup target, and their setters as two bytes of the input say.
class SetupConfigs {
 public:
  explicit SetupConfigs(SetupLog *log) : log_(*log) {}
  ~SetupConfigs();
  SetupConfigs(const SetupConfigs &) = delete;
  SetupConfigs &operator=(const SetupConfigs &) = delete;

  // NULL before they are made, or where memory was short.
  net_tls_config *server() const {
    return configs_[0];
  }
  net_tls_config *client() const {
    return configs_[1];
  }

  void Make(uint8_t a, uint8_t b);
  // The others change the client's where `a` has bit 7, otherwise the server's: to a file, to the
  // bytes of one, to whatever else there is to choose.
  void SetFile(uint8_t a, uint8_t b);
  void SetBytes(uint8_t a, uint8_t b);
  void SetOther(uint8_t a, uint8_t b);

 private:
  void MakeMore(uint8_t a, uint8_t b);
  void Set(net_tls_config *config, const char *what, bool is_set);

  SetupLog &log_;
  net_tls_config *configs_[2] = {};
};

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_CONFIGS_H_
