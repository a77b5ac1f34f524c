/* The driver where the machine has no libtls: its greeting says what to install. */

#include "conformance/drivers/c/commands.h"

static void run_hello(const struct command *command) {
  (void)command;
  say_broken("it was built on a machine without libtls, of the Debian package libtls-dev");
}

int main(void) {
  static const struct command_function commands[] = {{"hello", run_hello}};
  serve(commands, 1);
  return 0;
}
