#ifndef CONFORMANCE_DRIVERS_C_WORDS_H
#define CONFORMANCE_DRIVERS_C_WORDS_H

/* The words of the line protocol (PROTOCOL.md): arguments in, values out. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum word_kind {
  WORD_NIL,
  WORD_TRUE,
  WORD_FALSE,
  WORD_INTEGER,
  WORD_NUMBER,
  WORD_STRING,
  WORD_CONSTANT,
  WORD_FILE, /* integer is its slot */
  WORD_OTHER
};

/* word is one argument. */
struct word {
  enum word_kind kind;
  int64_t integer;
  double number;
  /* Of a WORD_STRING or WORD_CONSTANT: terminated, and owned by the word. */
  char *bytes;
  size_t length;
};

/* word_parse reads an argument. Returns false when it is not one. */
bool word_parse(const char *text, struct word *word);

/* Whether it is a string that C cannot hand on: it would end at its first zero. */
bool word_has_zeros(const struct word *word);

/* word_free frees what the word owns. */
void word_free(struct word *word);

/* The answer, value by value: begin, then say_ for each value, then end. */
void say_begin(void);
void say_end(void);
void say_nil(void);
void say_boolean(bool value);
void say_integer(int64_t value);
void say_number(double value);
void say_string(const char *text);
void say_bytes(const void *bytes, size_t length);
void say_object(const char *type);

/* say_unsupported and say_broken are whole answers. */
void say_unsupported(const char *what);
void say_broken(const char *why);

/* say_hello is the greeting. */
void say_hello(int version, const char *about, const char *library);

#endif
