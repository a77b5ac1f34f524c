/* The conformance driver of channels: what the suite of net.tls.Socket asks, in calls of channel.h.
   A channel has less than the document, and whatever it lacks is answered by `unsupported`. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "conformance/drivers/c/words.h"
#include "net/tls_socket.h"

enum {
  PROTOCOL_VERSION = 2,
  MOST_WORDS = 8
};

/* The cases need one socket and one configuration, whatever slots they name. */
static struct channel *channel;
static char ca_file[4096];

/* Those that are not there are nil. */
static struct word arguments[MOST_WORDS];

static void answer(bool ok, const char *error) {
  say_begin();
  say_boolean(ok);
  say_string(ok ? NULL : error);
  say_nil();
  say_end();
}

static void answer_nothing(void) {
  say_begin();
  say_end();
}

static void answer_object(void) {
  say_begin();
  say_object("channel");
  say_end();
}

static void drop(void) {
  channel_free(channel);
  channel = NULL;
}

static void set(const char *method) {
  if (strcmp(method, "set_ca_file") != 0) {
    say_unsupported(method);
    return;
  }
  snprintf(ca_file, sizeof(ca_file), "%s", arguments[0].bytes);
  say_begin();
  say_boolean(true);
  say_end();
}

/* client SOCKET CONFIG HOST PORT NAME [DEADLINE] */
static void client(void) {
  char port[24];
  char error[512] = "out of memory";
  if (arguments[0].bytes[0] == '/' || arguments[2].kind != WORD_STRING ||
      arguments[3].kind != WORD_NIL) {
    say_unsupported("a channel by a path, without a name or with a deadline");
    return;
  }
  snprintf(port, sizeof(port), "%lld", (long long)arguments[1].integer);
  drop();
  channel =
      channel_open(ca_file, arguments[0].bytes, port, arguments[2].bytes, error, sizeof(error));
  if (channel != NULL) {
    answer_object();
  } else {
    answer(false, error);
  }
}

static void receive(void) {
  static char buffer[1 << 20];
  size_t capacity = arguments[0].kind == WORD_NIL ? BUFSIZ : (size_t)arguments[0].integer;
  ssize_t length =
      channel_receive(channel, buffer, capacity < sizeof(buffer) ? capacity : sizeof(buffer));
  say_begin();
  if (length > 0) {
    say_bytes(buffer, (size_t)length);
  } else {
    say_nil();
  }
  say_string(length < 0 ? channel_error(channel) : NULL);
  say_nil();
  say_end();
}

static void send_all(void) {
  bool is_sent = channel_send(channel, arguments[0].bytes, arguments[0].length);
  say_begin();
  if (is_sent) {
    say_integer((int64_t)arguments[0].length);
  } else {
    say_nil();
  }
  say_string(is_sent ? NULL : channel_error(channel));
  say_nil();
  say_end();
}

/* A channel's handshake is part of the first call: a send of nothing. */
static void call(const char *method) {
  if (strcmp(method, "read") == 0) {
    receive();
  } else if (strcmp(method, "write") == 0 && arguments[0].kind == WORD_STRING) {
    send_all();
  } else if (strcmp(method, "handshake") == 0) {
    answer(channel_send(channel, "", 0), channel_error(channel));
  } else if (strcmp(method, "tls_close") == 0) {
    answer(channel_end(channel), channel_error(channel));
  } else {
    say_unsupported(method);
  }
}

static bool parse_arguments(char *words[MOST_WORDS], size_t first) {
  for (size_t i = first; i < MOST_WORDS && words[i] != NULL; i++) {
    if (!word_parse(words[i], &arguments[i - first])) {
      return false;
    }
  }
  return true;
}

static void run(char *words[MOST_WORDS]) {
  const char *command = words[0] != NULL ? words[0] : "";
  const char *third = words[1] != NULL && words[2] != NULL ? words[2] : "";
  if (strcmp(command, "hello") == 0) {
    say_hello(PROTOCOL_VERSION, "channels of the monorepo", net_tls_library());
  } else if (strcmp(command, "poller") == 0 && strcmp(words[1], "none") == 0) {
    answer_nothing();
  } else if (strcmp(command, "reset") == 0) {
    drop();
    answer_nothing();
  } else if (strcmp(command, "config") == 0) {
    answer_object();
  } else if (!parse_arguments(words, 3)) {
    say_broken("an argument is not a value");
  } else if (strcmp(command, "set") == 0) {
    set(third);
  } else if (strcmp(command, "client") == 0) {
    client();
  } else if (strcmp(command, "call") == 0) {
    call(third);
  } else {
    say_unsupported(command);
  }
}

int main(void) {
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0) {
    char *words[MOST_WORDS] = {NULL};
    char *rest = NULL;
    char *word = strtok_r(line, " \n", &rest);
    for (size_t i = 0; i < MOST_WORDS && word != NULL; i++) {
      words[i] = word;
      word = strtok_r(NULL, " \n", &rest);
    }
    run(words);
    for (size_t i = 0; i < MOST_WORDS; i++) {
      word_free(&arguments[i]);
    }
  }
  drop();
  free(line);
  return 0;
}
