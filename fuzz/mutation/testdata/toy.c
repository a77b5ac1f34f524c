/* Mutants are made of what stands in functions: not of this, and not of "a + b" or 'c' below. */
#include "toy.h"

#define LIMIT 100

static const int table[2] = {1, 2};

bool toy_is_small(int number) {
  return number >= 0 && number < LIMIT;
}

static enum toy_answer answer(const struct toy *toy) {
  static const char text[] = "a + b";
  switch (toy->text[0]) {
    case 'c':
      return TOY_YES;
    default:
      break;
  }
  return toy->text == text ? TOY_MAYBE : TOY_NO;
}

/* Twice the same change: the keys differ. */
int toy_sum(const int *numbers, size_t length) {
  int sum = 0;
  for (size_t i = 0; i < length; i++) {
    sum += numbers[i];
  }
  if (sum < 0)
    sum = -sum;
  else if (!toy_is_small(sum))
    return sum & ~1;
  return sum + (int)sizeof(table) + table[0] - (int)sizeof(int[2]);
}

enum toy_answer toy_ask(const char *text) {
  struct toy toy = {.text = text, .length = 1};
  struct toy *copy = &toy;
  toy_count(&(struct toy){.text = "", .length = copy->length});
  return answer(copy);
}

/* A difference of pointers is no sum. */
long toy_distance(const char *from, const char *to) {
  return to - from;
}
