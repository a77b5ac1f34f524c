#ifndef CONFORMANCE_DRIVERS_C_COMMANDS_H
#define CONFORMANCE_DRIVERS_C_COMMANDS_H

/* The commands of the line protocol (PROTOCOL.md), for any driver in C. */

#include "conformance/drivers/c/words.h"

enum {
  PROTOCOL_VERSION = 2,
  NUM_SLOTS = 16,
  MOST_ARGUMENTS = 8,
  MOST_WORDS = 3 + MOST_ARGUMENTS
};

/* arguments are the values of one command. */
struct arguments {
  size_t count;
  struct word words[MOST_ARGUMENTS];
};

/* argument returns argument `index`, nil past the last. */
const struct word *argument(const struct arguments *arguments, size_t index);

/* command is a line cut into words; those that are not there are empty. */
struct command {
  size_t count;
  char *words[MOST_WORDS];
};

/* slot returns the slot that word `index` is the number of. */
size_t slot(const struct command *command, size_t index);

/* parse_arguments reads the words from `first` on. Returns false when one is no value. The caller
   frees them with free_arguments in either case. */
bool parse_arguments(const struct command *command, size_t first, struct arguments *arguments);
void free_arguments(struct arguments *arguments);

/* command_function runs the command of this name and answers. */
struct command_function {
  const char *name;
  void (*run)(const struct command *command);
};

/* serve runs the commands of standard input until that ends. */
void serve(const struct command_function *functions, size_t count);

/* answer_nothing is the answer of a command without values. */
void answer_nothing(void);

/* answer_made is a constructor's answer: an object where `error` is NULL, or nil, err, timeout
   (D-26). */
void answer_made(const char *type, const char *error, bool timed_out);

#endif
