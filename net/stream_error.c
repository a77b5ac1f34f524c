#define _GNU_SOURCE /* strerror_r that returns the text */

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "net/stream.h"
#include "net/stream_internal.h"

struct net_error net_system_result(int result) {
  return result < 0 ? net_system_error(errno) : net_no_error();
}

static const char *words_of(struct net_error error, char *text, size_t size) {
  switch (error.kind) {
    case NET_ERROR_NONE:
      return "";
    case NET_ERROR_SYSTEM:
      return strerror_r(error.code, text, size);
    case NET_ERROR_RESOLVER:
      return gai_strerror(error.code);
    case NET_ERROR_TIMEOUT:
      return strerror_r(ETIMEDOUT, text, size);
  }
  return "unknown kind of error";
}

const char *net_error_text(struct net_error error, char *text, size_t size) {
  const char *words = words_of(error, text, size);
  if (words != text) {
    snprintf(text, size, "%s", words);
  }
  return text;
}
