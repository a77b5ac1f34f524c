#include "conformance/drivers/c/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PATTERN_PERIOD = 251,
  LONGEST_STRING = 1024
};

static int hex_digit(char digit) {
  const char *digits = "0123456789abcdef";
  const char *found = digit != '\0' ? strchr(digits, digit) : NULL;
  return found ? (int)(found - digits) : -1;
}

static bool decode_percent(const char *text, struct word *word) {
  word->bytes = malloc(strlen(text) + 1);
  word->length = 0;
  while (word->bytes && *text != '\0') {
    int byte = (unsigned char)*text++;
    if (byte == '%') {
      int high = hex_digit(text[0]);
      int low = high < 0 ? -1 : hex_digit(text[1]);
      if (low < 0) {
        return false;
      }
      byte = high * 16 + low;
      text += 2;
    }
    word->bytes[word->length++] = (char)byte;
  }
  if (word->bytes) {
    word->bytes[word->length] = '\0';
  }
  return word->bytes != NULL;
}

static bool make_pattern(const char *text, struct word *word) {
  char *end = NULL;
  size_t offset = strtoull(text, &end, 10);
  if (*end != ':') {
    return false;
  }
  word->length = strtoull(end + 1, &end, 10);
  word->bytes = *end == '\0' ? malloc(word->length + 1) : NULL;
  if (!word->bytes) {
    return false;
  }
  for (size_t i = 0; i < word->length; i++) {
    word->bytes[i] = (char)((offset + i) % PATTERN_PERIOD);
  }
  word->bytes[word->length] = '\0';
  return true;
}

static bool parse_tagged(char tag, const char *text, struct word *word) {
  char *end = NULL;
  switch (tag) {
    case 'i':
      word->kind = WORD_INTEGER;
      word->integer = strtoll(text, &end, 10);
      word->number = (double)word->integer;
      return end != text && *end == '\0';
    case 'h':
      word->kind = WORD_FILE;
      word->integer = strtoll(text, &end, 10);
      return end != text && *end == '\0';
    case 'n':
      word->kind = WORD_NUMBER;
      word->number = strtod(text, &end);
      return end != text && *end == '\0';
    case 's':
      word->kind = WORD_STRING;
      return decode_percent(text, word);
    case 'k':
      word->kind = WORD_CONSTANT;
      return decode_percent(text, word);
    case 'p':
      word->kind = WORD_STRING;
      return make_pattern(text, word);
    case 't':
    case 'f':
      word->kind = WORD_OTHER;
      return true;
    default:
      return false;
  }
}

bool word_parse(const char *text, struct word *word) {
  *word = (struct word){.kind = WORD_NIL};
  if (strcmp(text, "nil") == 0) {
    return true;
  }
  if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
    word->kind = strcmp(text, "true") == 0 ? WORD_TRUE : WORD_FALSE;
    return true;
  }
  return text[0] != '\0' && text[1] == ':' && parse_tagged(text[0], text + 2, word);
}

bool word_has_zeros(const struct word *word) {
  return word->kind == WORD_STRING && strlen(word->bytes) != word->length;
}

void word_free(struct word *word) {
  free(word->bytes);
  *word = (struct word){.kind = WORD_NIL};
}

static void print_percent(const void *bytes, size_t length) {
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < length; i++) {
    bool is_plain = byte[i] > ' ' && byte[i] < 0x7f && byte[i] != '%';
    printf(is_plain ? "%c" : "%%%02x", byte[i]);
  }
}

static uint64_t digest(const unsigned char *bytes, size_t length) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < length; i += 8) {
    uint64_t word = 0;
    for (size_t k = 0; k < 8 && i + k < length; k++) {
      word |= (uint64_t)bytes[i + k] << (8 * k);
    }
    hash = (hash ^ word) * UINT64_C(0x100000001b3);
  }
  return (hash ^ length) * UINT64_C(0x100000001b3);
}

void say_begin(void) {
  printf("values");
}

void say_end(void) {
  printf("\n");
  fflush(stdout);
}

void say_nil(void) {
  printf(" nil");
}

void say_boolean(bool value) {
  printf(value ? " true" : " false");
}

void say_integer(int64_t value) {
  printf(" i:%" PRId64, value);
}

void say_number(double value) {
  printf(" n:%.17g", value);
}

void say_string(const char *text) {
  if (text) {
    say_bytes(text, strlen(text));
  } else {
    say_nil();
  }
}

void say_bytes(const void *bytes, size_t length) {
  if (length > LONGEST_STRING) {
    printf(" d:%zu:%016" PRIx64, length, digest(bytes, length));
    return;
  }
  printf(" s:");
  print_percent(bytes, length);
}

void say_object(const char *type) {
  printf(" o:");
  print_percent(type, strlen(type));
}

static void say_text(const char *kind, const char *text) {
  printf("%s ", kind);
  print_percent(text, strlen(text));
  say_end();
}

void say_unsupported(const char *what) {
  say_text("unsupported", what);
}

void say_broken(const char *why) {
  say_text("broken", why);
}

void say_hello(int version, const char *about, const char *library) {
  printf("hello %d ", version);
  print_percent(about, strlen(about));
  putchar(' ');
  print_percent(library, strlen(library));
  say_end();
}
