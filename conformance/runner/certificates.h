#ifndef CONFORMANCE_RUNNER_CERTIFICATES_H
#define CONFORMANCE_RUNNER_CERTIFICATES_H

// Certificates of the run: made when the runner starts, in a directory that goes when it ends.

#include <string>

namespace conformance {

// The name that the good server certificate is valid for, beside the address 127.0.0.1.
inline constexpr char kServerName[] = "server.example";

struct Identity;

class Certificates {
 public:
  // Makes the directory and, in it, NAME.pem (with its private key NAME.key) for
  //   ca          the authority that is trusted in the cases
  //   other_ca    one that nobody trusts
  //   server      for kServerName and the address 127.0.0.1, by ca
  //   named       for kServerName alone
  //   expired     like server, not valid since 2001
  //   future      like server, not valid before the year 9000
  //   untrusted   like server, by other_ca
  //   client      a client's, by ca
  //   intruder    a client's, by other_ca
  //   wildcard    for *.wild.example, by ca
  //   common      for nothing, but with kServerName as its common name, by ca
  //   elsewhere   for elsewhere.example, with kServerName as its common name, by ca
  //   address     for the address ::1 and the name "127.0.0.1", which is no address, by ca
  //   self_signed for kServerName, by itself
  //   inner_ca    an authority, by ca
  //   inner       like server, by inner_ca
  //   chain       inner, with inner_ca behind it in the file
  //   no_ca_chain like chain, but signed by the certificate of a mere server
  //   for_clients like server, good for clients alone
  //   for_servers like client, good for servers alone
  // and the files garbage.pem, empty.pem, cut.pem (half of server.pem) and encrypted.key
  // (server.key under a password).
  Certificates();
  ~Certificates();
  Certificates(const Certificates &) = delete;
  Certificates &operator=(const Certificates &) = delete;

  // "" or why they could not be made.
  const std::string &error() const {
    return error_;
  }

  std::string Path(const std::string &file) const {
    return directory_ + "/" + file;
  }
  std::string Certificate(const std::string &name) const {
    return Path(name + ".pem");
  }
  std::string Key(const std::string &name) const {
    return Path(name + ".key");
  }

 private:
  void MakeAll();
  void MakeNames(const Identity &ca);
  void MakeChains(const Identity &ca);
  std::string Contents(const std::string &file) const;

  std::string directory_;
  std::string error_;
};

}  // namespace conformance

#endif
