#ifndef NET_STREAM_INTERNAL_H
#define NET_STREAM_INTERNAL_H

/* Internal to net/: what the files of the stream functions share. */

#include <stdint.h>

#include "net/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* net_no_error returns success. */
static inline struct net_error net_no_error(void) {
  return (struct net_error){NET_ERROR_NONE, 0};
}

/* net_system_error returns the error that the errno value `code` stands for. */
static inline struct net_error net_system_error(int code) {
  return (struct net_error){NET_ERROR_SYSTEM, code};
}

/* net_timeout_error returns the error that a deadline has passed. */
static inline struct net_error net_timeout_error(void) {
  return (struct net_error){NET_ERROR_TIMEOUT, 0};
}

/* net_system_result returns the outcome of a system call that returned `result`, which is negative
   where errno is set. */
struct net_error net_system_result(int result);

/* net_complete_address fills in what the storage of `address`, got from `fd`, does not say. */
struct net_error net_complete_address(int fd, struct net_address *address);

/* net_monotonic_time returns nanoseconds of the system's monotonic clock. */
int64_t net_monotonic_time(void);

/* net_wait_until is net_wait with a point in time of net_monotonic_time. One that has passed looks
   and returns at once. */
struct net_error net_wait_until(int fd, unsigned directions, int64_t deadline);

#ifdef __cplusplus
}
#endif

#endif
