#ifndef CONFORMANCE_DRIVERS_C_FAULTS_H
#define CONFORMANCE_DRIVERS_C_FAULTS_H

/* Faults as data: a transport that stands between a TLS socket and the POSIX transport of its real
   descriptor, and does to single calls what words say (PROTOCOL.md). Its clocks are virtual: time
   passes only where a word says so. */

#include <stdbool.h>
#include <stddef.h>

#include "net/transport.h"

/* faults_start reads `words`, begins to count anew, and has every transport wrapped from now on. It
   returns NULL, or the word that makes no sense: it begins there, and ends at a space. */
const char *faults_start(const char *words);

/* faults_stop has no transport wrapped from now on. */
void faults_stop(void);

/* faults_wrap puts a transport with the faults before `*transport` if there are to be any, and owns
   that transport from then on. It returns false when there is no memory. */
bool faults_wrap(struct net_transport *transport);

/* fault_counts tells what the wrapped transports have been called for since faults_start. */
struct fault_counts {
  int receives;
  int sends;
  int waits;
  /* Words that were applied to a call. */
  int faults;
};
struct fault_counts faults_counted(void);

#endif
