#ifndef NET_PROCESS_H
#define NET_PROCESS_H

/* Which process this is, without asking the system each time: forks are counted. A process made by
   a bare clone(2), past the C library's fork, is taken for its parent. */

#include <stdbool.h>

/* net_process_watch makes the C library count forks from now on. Returns false when memory is
   short. It may be called often, by any thread. */
bool net_process_watch(void);

/* net_process_generation returns a number that every process has for itself among those that it
   descends from. */
unsigned net_process_generation(void);

/* net_process_forks returns a number that changes with each fork, in parent and child. */
unsigned net_process_forks(void);

#endif
