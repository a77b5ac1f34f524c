/* Kills what it asks for, and nothing of the limit: 99 and 100 are not tried. */
#include <string.h>

#include "toy.h"

static size_t counted;

void toy_count(const struct toy *toy) {
  counted += toy->length;
}

static bool passes(const char *name) {
  static const int numbers[] = {1, 2};
  static const char text[] = "no";
  if (strcmp(name, "small") == 0) {
    return toy_is_small(50) && !toy_is_small(1000) && !toy_is_small(-1);
  }
  if (strcmp(name, "sum") == 0) {
    return toy_sum(numbers, 2) == 4;
  }
  return toy_ask("c") == TOY_YES && toy_ask(text) == TOY_NO && counted == 2 &&
         toy_distance(text, text + 2) == 2;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (!passes(argv[i])) {
      return 1;
    }
  }
  return 0;
}
