#ifndef CONFORMANCE_DRIVERS_C_ALLOCATIONS_H
#define CONFORMANCE_DRIVERS_C_ALLOCATIONS_H

/* Allocations that fail when they are told to (PROTOCOL.md), in a program that is linked with
   ALLOCATIONS_LINKOPTS (testing/allocations.bzl): those of everything that is linked statically,
   BoringSSL among it. Where none is told to, nothing fails and they are only counted. */

#include <stdbool.h>
#include <stddef.h>

/* allocations_arm makes allocation `number`, from 0, of those that follow inside fail; with
   `goes_on` all after it, too. It begins to count anew. */
void allocations_arm(size_t number, bool goes_on);
void allocations_disarm(void);

/* allocations_enter and _leave enclose calls of the implementation: what the driver allocates for
   itself is outside. */
void allocations_enter(void);
void allocations_leave(void);

/* allocations_resize is realloc for what a garbage collector owns: not among the live blocks. Only
   what grows can fail. */
void *allocations_resize(void *block, size_t old_size, size_t size);

/* allocations_own is malloc for the driver itself, wherever it is: it never fails on purpose. */
void *allocations_own(size_t size);

struct allocation_counts {
  /* Since allocations_arm, inside: those that were asked for, and those that failed. */
  size_t asked;
  size_t failed;
  /* Blocks that are allocated now. */
  long live;
};
struct allocation_counts allocations_counted(void);

#endif
