#ifndef TESTING_FAULT_H_
#define TESTING_FAULT_H_

// What can go wrong in one call of a VirtualTransport, as a value and as a word.

#include <string>

namespace net_testing {

struct Fault {
  enum Kind {
    kNone,         // "ok"
    kLimit,        // NUMBER: at most so many bytes are moved
    kAgain,        // "again": it would block (once)
    kInterrupted,  // "intr": a signal ended it
    kZero,         // "zero": send moves nothing
    kTimeout,      // "timeout": the time was up: of the wait, or the socket's own
    kReset,        // "reset": the peer has reset the connection, for good
    kPipe,         // "pipe": send alone: the peer has gone; EPIPE, for good; what has come in can
                   // still be read
    kEnd,          // "end": receive: the peer's FIN, for good; what is on its way is lost
    kEarly,        // "early": a wait (of more than 0 ms) returns at once although nothing is ready
    kLate,         // "late": a second has passed when the call begins
    kErrno         // eNUMBER: it fails with this errno, once
  };
  Kind kind = kNone;
  // Of a limit and of an errno.
  int number = 0;
};

// Reads a word; one that is none counts as "ok".
Fault ParseFault(const std::string &word);

std::string FaultWord(const Fault &fault);

}  // namespace net_testing

#endif  // TESTING_FAULT_H_
