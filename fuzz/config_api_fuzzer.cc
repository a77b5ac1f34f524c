// config_api_fuzzer: every setter of net/tls_config.h, and the tables and sessions beside it, with
// what the input holds, on a first configuration. A second one gets what the first one took, and
// nothing else: in the end both have to behave alike, so that a setter that failed has changed
// nothing.
//
// Input: setters. Each is a byte (its value modulo the number of setters) and its arguments: a
// number is eight bytes; a text is a byte for where it is from, and then
//   0    a byte for its length, and the text
//   1-19 a file of //testing/certificates, a byte for the number of changes, and three bytes for
//        each: where (two bytes, modulo the length) and what is there instead; 0 ends it there
//   20-  a word, for names, lists and files' names
//
// What must hold, with the name that the message of a violation begins with:
//   C1  a setter that fails has a text, one that succeeds has none
//   C2  the text names the file or the value, or says what was wrong with the text in memory
//   C3  what the headers say of a value is so: ranges, lengths, lists, revisions
//   C4  a setter that failed has left the configuration as it was
//   C5  a configuration in use cannot be changed, and says so

#include <openssl/ssl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <string>
#include <vector>

#include "fuzz/config_api_text.h"
#include "fuzz/random.h"
#include "fuzz/shared_configs.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
#include "testing/certificates.h"
#include "testing/connection.h"

namespace {

using net_fuzz::kFiles;
using net_fuzz::Limited;
using net_fuzz::ReadNumber;
using net_fuzz::ReadText;
using net_fuzz::Tape;
using net_fuzz::Terminated;
using net_fuzz::Text;

struct Call {
  std::string name;
  std::string arguments;
  std::string result;
};

// What a setter does to a configuration, and what is known of it beforehand.
struct Expected {
  // The text of a failure holds all of these.
  std::vector<std::string> parts;
  // -1: not known.
  int is_valid = -1;
};

bool IsListOfProtocols(const std::string &list) {
  size_t begin = 0;
  for (;;) {
    size_t end = list.find(',', begin);
    size_t length = (end == std::string::npos ? list.size() : end) - begin;
    if (length == 0 || length > 255) {
      return false;
    }
    if (end == std::string::npos) {
      return list.size() + 1 <= 65535;
    }
    begin = end + 1;
  }
}

class Run {
 public:
  explicit Run(const Tape &input)
      : input_(input), config_(net_tls_config_new()), mirror_(net_tls_config_new()) {}
  ~Run() {
    net_tls_config_release(config_);
    net_tls_config_release(mirror_);
  }
  Run(const Run &) = delete;
  Run &operator=(const Run &) = delete;

  void Play() {
    Tape tape = input_;
    while (!tape.IsAtEnd()) {
      Step(tape.Next() % 28, tape);
    }
    std::string behaviours[2] = {Behaviour(config_), Behaviour(mirror_)};
    if (behaviours[0] != behaviours[1]) {
      Violate("C4: a setter that failed has changed something: " + behaviours[0] + " and not " +
              behaviours[1]);
    }
    CheckInUse();
    if (net_fuzz::ScriptIsWanted()) {
      net_fuzz::PrintSection("script", Script() + behaviours[0] + "\n");
    }
    if (net_fuzz::LogIsWanted()) {
      net_fuzz::PrintSection("log", Script() + behaviours[0] + "\n");
    }
  }

 private:
  // Calls `set` for the first configuration, and where that succeeds for the other one.
  template <typename Set>
  void Do(const char *name, const std::string &arguments, const Expected &expected, Set set) {
    bool is_set = set(config_);
    std::string error = net_tls_config_error(config_);
    calls_.push_back({name, arguments, is_set ? "ok" : error});
    Require(is_set == error.empty(), "C1: a result and its text do not agree");
    for (const std::string &part : expected.parts) {
      Require(
          is_set || error.find(part) != std::string::npos || error.find("...") != std::string::npos,
          "C2: a text does not name what was wrong: " + part);
    }
    Require(expected.is_valid < 0 || is_set == (expected.is_valid != 0),
            "C3: a value was taken, or refused, that must not be");
    if (is_set) {
      Require(set(mirror_), "C4: a setter fails after other setters have failed, or the other way");
    }
  }

  void Step(int setter, Tape &tape) {
    if (setter < 8) {
      return SetIdentity(setter, tape);
    }
    if (setter < 13) {
      return SetTrust(setter, tape);
    }
    return setter < 18 ? SetProtocol(setter, tape) : SetNumber(setter, tape);
  }

  void SetIdentity(int setter, Tape &tape) {
    Text certificate = ReadText(tape);
    Text key = setter < 4 ? ReadText(tape) : Text();
    Text staple = setter == 1 || setter == 2 ? ReadText(tape) : Text();
    const std::string &one = certificate.bytes;
    const std::string &two = key.bytes;
    std::string names = certificate.name + ", " + key.name + ", " + staple.name;
    std::string file = Terminated(certificate);
    std::string key_file = Terminated(key);
    switch (setter) {
      case 0:
        return Do("set_keypair", names, {{"in memory"}}, [&](net_tls_config *config) {
          return net_tls_config_set_keypair(config, one.data(), one.size(), two.data(), two.size());
        });
      case 1:
        return Do("set_keypair_ocsp", names, {{"in memory"}}, [&](net_tls_config *config) {
          return net_tls_config_set_keypair_ocsp(config, one.data(), one.size(), two.data(),
                                                 two.size(), staple.bytes.data(),
                                                 staple.bytes.size());
        });
      case 2:
        return Do("add_keypair", names, {{"in memory"}}, [&](net_tls_config *config) {
          return net_tls_config_add_keypair(config, one.data(), one.size(), two.data(), two.size(),
                                            staple.bytes.data(), staple.bytes.size());
        });
      case 3:
        return Do("set_keypair_file", names, {{"'"}}, [&](net_tls_config *config) {
          return net_tls_config_set_keypair_file(config, Path(file).c_str(),
                                                 Path(key_file).c_str());
        });
      case 4:
        return Do("set_certificate", names, {{"in memory"}}, [&](net_tls_config *config) {
          return net_tls_config_set_certificate(config, one.data(), one.size());
        });
      case 5:
        return Do("set_key", names, {{"in memory"}}, [&](net_tls_config *config) {
          return net_tls_config_set_key(config, one.data(), one.size());
        });
      case 6:
        return Do("set_ocsp_staple", names, {{"OCSP staple in memory"}},
                  [&](net_tls_config *config) {
                    return net_tls_config_set_ocsp_staple(config, one.data(), one.size());
                  });
      default:
        return Do("clear_keys", "", {{}, 1},
                  [](net_tls_config *config) { return net_tls_config_clear_keys(config); });
    }
  }

  // Names of our certificates stand for their paths.
  static std::string Path(const std::string &name) {
    for (const char *file : kFiles) {
      if (name == file) {
        return net_testing::CertificatePath(name);
      }
    }
    return name;
  }

  void SetTrust(int setter, Tape &tape) {
    Text text = ReadText(tape);
    const std::string &bytes = text.bytes;
    std::string file = Terminated(text);
    switch (setter) {
      case 8:
        return Do("set_ca", text.name, {{"CA in memory"}}, [&](net_tls_config *config) {
          return net_tls_config_set_ca(config, bytes.data(), bytes.size());
        });
      case 9:
        return Do("set_ca_file", text.name, {{"'" + Limited(Path(file))}},
                  [&](net_tls_config *config) {
                    return net_tls_config_set_ca_file(config, Path(file).c_str());
                  });
      case 10:
        return Do("set_ca_path", text.name, {{"'" + Limited(file)}}, [&](net_tls_config *config) {
          return net_tls_config_set_ca_path(config, file.c_str());
        });
      case 11:
        return Do("set_crl", text.name, {{"CRL in memory"}}, [&](net_tls_config *config) {
          return net_tls_config_set_crl(config, bytes.data(), bytes.size());
        });
      default:
        return Do("set_crl_file", text.name, {{"'" + Limited(Path(file))}},
                  [&](net_tls_config *config) {
                    return net_tls_config_set_crl_file(config, Path(file).c_str());
                  });
    }
  }

  void SetProtocol(int setter, Tape &tape) {
    Text text = ReadText(tape);
    std::string list = Terminated(text);
    switch (setter) {
      case 13:
        return Do("set_ciphers", list, {{"'" + Limited(list) + "'"}}, [&](net_tls_config *config) {
          return net_tls_config_set_ciphers(config, list.c_str());
        });
      case 14:
        return Do("set_groups", list, {{"'" + Limited(list) + "'"}}, [&](net_tls_config *config) {
          return net_tls_config_set_groups(config, list.c_str());
        });
      case 15:
        return Do(
            "set_alpn", list, {{"alpn protocol"}, IsListOfProtocols(list) ? 1 : 0},
            [&](net_tls_config *config) { return net_tls_config_set_alpn(config, list.c_str()); });
      case 16:
        return AddName(list);
      default:
        return ImportSession(text);
    }
  }

  void SetNumber(int setter, Tape &tape) {
    int64_t number = ReadNumber(tape);
    std::string text = std::to_string(number);
    switch (setter) {
      case 18:
        return SetVersions(static_cast<unsigned>(number >> 32), static_cast<unsigned>(number));
      case 19: {
        int policy = static_cast<int>(number);
        return Do("set_client_certificate", text,
                  {{std::to_string(policy)}, policy >= 0 && policy <= 2 ? 1 : 0},
                  [&](net_tls_config *config) {
                    return net_tls_config_set_client_certificate(
                        config, static_cast<enum net_tls_client_certificate>(policy));
                  });
      }
      case 20: {
        int depth = static_cast<int>(number);
        return Do(
            "set_verify_depth", std::to_string(depth),
            {{std::to_string(depth)}, depth >= 0 && depth != INT32_MAX ? 1 : 0},
            [&](net_tls_config *config) { return net_tls_config_set_verify_depth(config, depth); });
      }
      case 21: {
        bool is_valid = number == 0 || (number >= 4 && number <= 86400);
        return Do("set_session_lifetime", text, {{"session lifetime too"}, is_valid ? 1 : 0},
                  [&](net_tls_config *config) {
                    return net_tls_config_set_session_lifetime(config, number);
                  });
      }
      case 22:
        return Do("set_session_tickets", text, {{}, 1}, [&](net_tls_config *config) {
          return net_tls_config_set_session_tickets(config, (number & 1) != 0);
        });
      case 23:
        return SetSessionId(ReadText(tape));
      case 24:
      case 25:
        return AddTicketKey(static_cast<uint32_t>(number % 6), ReadText(tape));
      default:
        return SetFlag(static_cast<unsigned>(number) % 9);
    }
  }

  void SetVersions(unsigned minimum, unsigned maximum) {
    // Half of the numbers are versions.
    minimum = (minimum & 64) != 0 ? NET_TLS_1_0 + minimum % 4 : minimum;
    maximum = (maximum & 64) != 0 ? NET_TLS_1_0 + maximum % 4 : maximum;
    bool is_valid = minimum <= maximum && minimum >= NET_TLS_1_0 && maximum <= NET_TLS_1_3;
    Do("set_versions", std::to_string(minimum) + ", " + std::to_string(maximum),
       {{"invalid range of versions"}, is_valid ? 1 : 0}, [&](net_tls_config *config) {
         return net_tls_config_set_versions(config, static_cast<enum net_tls_version>(minimum),
                                            static_cast<enum net_tls_version>(maximum));
       });
  }

  void SetSessionId(const Text &text) {
    Do("set_session_id", text.name,
       {{"session ID too large"}, text.bytes.size() <= NET_TLS_MAX_SESSION_ID_LENGTH ? 1 : 0},
       [&](net_tls_config *config) {
         return net_tls_config_set_session_id(config, text.bytes.data(), text.bytes.size());
       });
  }

  void AddTicketKey(uint32_t revision, Text text) {
    text.bytes.resize(text.bytes.size() > 60 ? 48 : text.bytes.size());
    bool has_length = text.bytes.size() == NET_TLS_TICKET_KEY_SIZE;
    std::string key = std::string(1, static_cast<char>(revision)) + text.bytes;
    bool is_newest = !ticket_keys_.empty() && ticket_keys_.back() == key;
    bool is_there = false;
    for (size_t i = ticket_keys_.size() > 4 ? ticket_keys_.size() - 4 : 0; i < ticket_keys_.size();
         i++) {
      is_there |= ticket_keys_[i][0] == key[0];
    }
    bool is_valid = has_length && (is_newest || !is_there);
    if (is_valid && !is_newest) {
      ticket_keys_.push_back(key);
    }
    Do("add_ticket_key", std::to_string(revision) + ", " + text.name,
       {{"ticket key"}, is_valid ? 1 : 0}, [&](net_tls_config *config) {
         return net_tls_config_add_ticket_key(config, revision, text.bytes.data(),
                                              text.bytes.size());
       });
  }

  void SetFlag(unsigned flag) {
    static bool (*const kSetters[])(net_tls_config *) = {
        net_tls_config_insecure_no_verify_certificate,
        net_tls_config_insecure_no_verify_name,
        net_tls_config_insecure_no_verify_time,
        net_tls_config_verify,
        net_tls_config_insecure_allow_truncation,
        net_tls_config_require_ocsp_staple,
        net_tls_config_prefer_ciphers_client,
        net_tls_config_prefer_ciphers_server,
        [](net_tls_config *config) {
          return net_tls_config_set_key_log_file(config, "/dev/null");
        }};
    Do("set_flag", std::to_string(flag), {{}, 1}, kSetters[flag]);
  }

  // What is no setter of this configuration.

  void AddName(const std::string &name) {
    static net_tls_config *config = net_fuzz::SharedConfig({false, TLS1_3_VERSION});
    net_tls_server_names *names = net_tls_server_names_new();
    char error[NET_TLS_ERROR_SIZE] = "";
    bool is_added = net_tls_server_names_add(names, name.c_str(), config, error);
    calls_.push_back({"server_names_add", name, is_added ? "ok" : error});
    Require(is_added == (error[0] == '\0'), "C1: a result and its text do not agree");
    Require(is_added || strstr(error, Limited(name).c_str()) != nullptr,
            "C2: a text does not name the server name");
    net_tls_server_names_release(names);
  }

  void ImportSession(const Text &text) {
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_session *session =
        net_tls_session_import(mirror_, text.bytes.data(), text.bytes.size(), error);
    calls_.push_back({"session_import", text.name, session != nullptr ? "ok" : error});
    Require((session != nullptr) == (error[0] == '\0'), "C1: a result and its text do not agree");
    if (session != nullptr) {
      size_t length = 0;
      uint8_t *bytes = net_tls_session_export(session, &length);
      net_tls_session *again = net_tls_session_import(mirror_, bytes, length, error);
      Require(again != nullptr, "C3: a session that was imported cannot be imported again");
      net_tls_session_free(again);
      net_tls_session_free_bytes(bytes);
    }
    net_tls_session_free(session);
  }

  // A handshake as a client and one as a server tell what a configuration is.

  static std::string Behaviour(net_tls_config *config) {
    return "client: " + Handshake(config, true) + "; server: " + Handshake(config, false);
  }

  static std::string Handshake(net_tls_config *config, bool is_client) {
    net_testing::Connection connection(
        {is_client, TLS1_3_VERSION, net_testing::Driver::kNonblocking}, config);
    net_testing::PeerOptions &options = connection.peer_options();
    options.context = PeerContext(is_client);
    options.alpn = std::string("\x02h2\x08http/1.1", 12);
    net_fuzz::ResetRandom();
    std::string error = connection.TryOpen();
    if (!error.empty()) {
      return error;
    }
    net_testing::Done done = connection.Handshake();
    connection.peer().Run();
    const net_tls_socket *socket = connection.socket();
    size_t length = 0;
    const char *alpn = net_tls_socket_alpn(socket, &length);
    std::string text = std::string(net_testing::OutcomeName(done.outcome)) + " " + done.error;
    for (const char *known : {net_tls_socket_version(socket), net_tls_socket_cipher(socket),
                              net_tls_socket_group(socket)}) {
      text += std::string(" ") + (known != nullptr ? known : "-");
    }
    text +=
        " " + (alpn != nullptr ? std::string(alpn, length) : "-") + " " + connection.peer().error();
    connection.Close();
    return text;
  }

  static SSL_CTX *PeerContext(bool is_client) {
    static SSL_CTX *contexts[2] = {};
    SSL_CTX *&context = contexts[is_client ? 1 : 0];
    if (context == nullptr) {
      net_testing::VirtualTransport transport(NET_TRANSPORT_NONBLOCKING);
      net_testing::PeerOptions options;
      options.is_server = is_client;
      options.identity = is_client ? "server" : "client";
      options.alpn = std::string("\x02h2\x08http/1.1", 12);
      net_testing::Peer peer(&transport, options);
      context = peer.context();
      SSL_CTX_up_ref(context);
    }
    return context;
  }

  // A socket has been made with it where that was possible.
  void CheckInUse() {
    char error[NET_TLS_ERROR_SIZE] = "";
    net_testing::VirtualTransport transport(NET_TRANSPORT_NONBLOCKING);
    net_tls_socket *socket = net_tls_socket_new_client(
        config_, transport.transport(), NET_TRANSPORT_NONBLOCKING, "localhost", error);
    if (socket == nullptr) {
      Require(error[0] != '\0', "C1: a socket could not be made, and nothing says why");
      return;
    }
    Require(!net_tls_config_set_alpn(config_, "h2") && !net_tls_config_clear_keys(config_) &&
                !net_tls_config_verify(config_) &&
                strcmp(net_tls_config_error(config_),
                       "the configuration is in use and cannot be changed") == 0,
            "C5: a configuration in use was changed");
    net_tls_socket_free(socket);
  }

  std::string Script() const {
    std::string text;
    for (const Call &call : calls_) {
      text += call.name + " " + call.arguments + " -> " + call.result + "\n";
    }
    return text;
  }

  void Require(bool condition, const std::string &what) {
    if (!condition) {
      Violate(what);
    }
  }
  void Violate(const std::string &what) {
    net_fuzz::Violation(what, Script(), net_fuzz::RegressionCase("config_api", input_));
  }

  const Tape input_;
  net_tls_config *config_;
  net_tls_config *mirror_;
  std::vector<Call> calls_;
  // Revision and key, the newest last.
  std::vector<std::string> ticket_keys_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // So that nothing depends on the system's store.
  static const int is_set =
      setenv("SSL_CERT_FILE", net_testing::CertificatePath("ca.pem").c_str(), 1);
  (void)is_set;
  Run(Tape(data, size)).Play();
  return 0;
}
