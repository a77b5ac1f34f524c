#include <stdbool.h>
#include <stddef.h>

enum toy_answer {
  TOY_YES,
  TOY_NO /* no, indeed */,
  TOY_MAYBE
};

struct toy {
  const char *text;
  size_t length;
};

bool toy_is_small(int number);
int toy_sum(const int *numbers, size_t length);
enum toy_answer toy_ask(const char *text);
long toy_distance(const char *from, const char *to);
void toy_count(const struct toy *toy);
