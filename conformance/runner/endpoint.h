#ifndef CONFORMANCE_RUNNER_ENDPOINT_H
#define CONFORMANCE_RUNNER_ENDPOINT_H

// Where somebody listens, on either transport.

#include <string>

namespace conformance {

// Endpoint is a TCP port of 127.0.0.1 or, where it has a path, a unix socket.
struct Endpoint {
  int port = 0;
  std::string path;

  bool is_unix() const {
    return !path.empty();
  }
  // What is HOST in the commands of the protocol, a value, and HOST and PORT together.
  std::string HostWord() const;
  std::string Words() const;
};

// BindAt is ListenAt without listening: nobody else gets the port, and who connects is refused.
int BindAt(Endpoint *endpoint);

// ListenAt makes a listening socket, on a port that the system chooses and the endpoint is told, or
// at its path. Returns the descriptor, or -1 with errno.
int ListenAt(Endpoint *endpoint, int backlog);

// DialTo connects, with a receive buffer of that size (0: the system's). Returns the descriptor, or
// -1 with errno.
int DialTo(const Endpoint &endpoint, int receive_buffer);

// LimitReceiveBuffer gives a socket a receive buffer of `size` bytes, 0: the system's. That of a
// unix socket is without effect: there it is the sender's buffer that counts.
void LimitReceiveBuffer(int fd, int size);

// SocketDirectory is a private directory for unix sockets, which goes with all that is in it. Its
// path is short, as those of unix sockets have to be.
class SocketDirectory {
 public:
  SocketDirectory() = default;
  ~SocketDirectory();
  SocketDirectory(const SocketDirectory &) = delete;
  SocketDirectory &operator=(const SocketDirectory &) = delete;

  // NewPath returns a path at which there is nothing yet, "" with errno where there can be none.
  std::string NewPath();

 private:
  std::string path_;
  int num_paths_ = 0;
};

}  // namespace conformance

#endif
