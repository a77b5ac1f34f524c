#include "conformance/drivers/c/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct word *argument(const struct arguments *arguments, size_t index) {
  static const struct word nil = {.kind = WORD_NIL};
  return index < arguments->count ? &arguments->words[index] : &nil;
}

size_t slot(const struct command *command, size_t index) {
  return (size_t)strtoul(command->words[index], NULL, 10) % NUM_SLOTS;
}

bool parse_arguments(const struct command *command, size_t first, struct arguments *arguments) {
  *arguments = (struct arguments){.count = 0};
  for (size_t i = first; i < command->count && arguments->count < MOST_ARGUMENTS; i++) {
    if (!word_parse(command->words[i], &arguments->words[arguments->count++])) {
      return false;
    }
  }
  return true;
}

void free_arguments(struct arguments *arguments) {
  for (size_t i = 0; i < arguments->count; i++) {
    word_free(&arguments->words[i]);
  }
}

static void split(char *line, struct command *command) {
  static char empty[] = "";
  command->count = 0;
  for (size_t i = 0; i < MOST_WORDS; i++) {
    command->words[i] = empty;
  }
  char *rest = NULL;
  for (char *word = strtok_r(line, " \n", &rest); word && command->count < MOST_WORDS;
       word = strtok_r(NULL, " \n", &rest)) {
    command->words[command->count++] = word;
  }
}

static void run(const struct command_function *functions, size_t count,
                const struct command *command) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(functions[i].name, command->words[0]) == 0) {
      functions[i].run(command);
      return;
    }
  }
  say_unsupported(command->words[0]);
}

void serve(const struct command_function *functions, size_t count) {
  char *line = NULL;
  size_t size = 0;
  struct command command;
  while (getline(&line, &size, stdin) > 0) {
    split(line, &command);
    run(functions, count, &command);
  }
  free(line);
}

void answer_nothing(void) {
  say_begin();
  say_end();
}

void answer_made(const char *type, const char *error, bool timed_out) {
  say_begin();
  if (!error) {
    say_object(type);
  } else {
    say_nil();
    say_string(timed_out ? NULL : error);
    if (timed_out) {
      say_boolean(true);
    } else {
      say_nil();
    }
  }
  say_end();
}
