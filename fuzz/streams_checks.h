#ifndef FUZZ_STREAMS_CHECKS_H_
#define FUZZ_STREAMS_CHECKS_H_

// What the streams target looks at of descriptors, past net/.

#include <stdint.h>
#include <sys/types.h>

#include "net/stream.h"

namespace net_fuzz {

bool Blocks(int fd);
bool IsClosedOnExec(int fd);
bool IsOfFamily(int fd, enum net_family wanted);
// Where the next read or write without an offset begins.
off_t Position(int fd);
// The socket's own timeout in nanoseconds, 0: none.
int64_t TimeoutOf(int fd, bool sends);

// net_at_mark of a TCP connection whose other end has sent an urgent byte and nothing else.
bool UrgentByteIsTold();
// Of a descriptor that came in a message.
bool PassedIsClosedOnExec();

}  // namespace net_fuzz

#endif  // FUZZ_STREAMS_CHECKS_H_
