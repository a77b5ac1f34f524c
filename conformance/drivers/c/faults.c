#include "conformance/drivers/c/faults.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_FAULTS = 64,
  NANOSECONDS_PER_MILLISECOND = 1000000
};

enum function {
  RECEIVE,
  SEND,
  WAIT,
  NUM_FUNCTIONS
};

enum kind {
  FAULT_NONE,
  FAULT_LIMIT,
  FAULT_AGAIN,
  FAULT_INTERRUPTED,
  FAULT_ZERO,
  FAULT_TIMEOUT,
  FAULT_RESET,
  FAULT_PIPE,
  FAULT_END,
  FAULT_EARLY,
  FAULT_ERRNO,
  FAULT_BUSY
};

/* fault is what happens to call `number`, from 1, of `function`. */
struct fault {
  enum function function;
  int number;
  enum kind kind;
  int64_t value;
};

/* transport is one socket's. */
struct transport {
  struct net_transport real;
  /* Nothing more comes, nor goes: the real peer knows nothing of it. */
  bool has_ended;
  bool is_gone;
};

/* What the words say is one schedule for all sockets, by one clock. */
static struct {
  bool is_on;
  struct fault faults[MOST_FAULTS];
  size_t num_faults;
  int calls[NUM_FUNCTIONS];
  int applied;
  int64_t time;
  int64_t cpu_time;
} schedule;

static const char function_letters[] = "rsw";

/* The words, and the functions that they make sense for. With a number at their end: FAULT_LIMIT,
   FAULT_ERRNO, FAULT_EARLY and FAULT_BUSY. */
static const struct {
  const char *name;
  enum kind kind;
  const char *functions;
  bool has_number;
} kinds[] = {
    {"ok", FAULT_NONE, "rsw", false},
    {"again", FAULT_AGAIN, "rs", false},
    {"zero", FAULT_ZERO, "s", false},
    {"timeout", FAULT_TIMEOUT, "rsw", false},
    {"reset", FAULT_RESET, "rs", false},
    {"pipe", FAULT_PIPE, "s", false},
    {"end", FAULT_END, "r", false},
    {"early", FAULT_EARLY, "w", false},
    {"intr", FAULT_INTERRUPTED, "rsw", false},
    {"e", FAULT_ERRNO, "rsw", true},
    {"t", FAULT_EARLY, "w", true},
    {"c", FAULT_BUSY, "rs", true},
    {"", FAULT_LIMIT, "rs", true},
};

/* Reads a number that ends at `end`; false where that is no number. */
static bool parse_number(const char *text, const char *end, int64_t *number) {
  char *stop = NULL;
  bool is_digit = *text >= '0' && *text <= '9';
  *number = strtoll(text, &stop, 10);
  return is_digit && stop == end;
}

static bool parse_fault(const char *word, const char *end, struct fault *fault) {
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
    size_t length = strlen(kinds[i].name);
    bool begins = (size_t)(end - word) >= length && strncmp(word, kinds[i].name, length) == 0;
    bool is_whole = kinds[i].has_number ? begins && parse_number(word + length, end, &fault->value)
                                        : begins && word + length == end;
    if (is_whole && strchr(kinds[i].functions, function_letters[fault->function])) {
      fault->kind = kinds[i].kind;
      return fault->kind != FAULT_LIMIT || fault->value > 0;
    }
  }
  return false;
}

/* "r:" or "r:3": the words that follow are for that call and those after it. */
static bool parse_place(const char *word, const char *end, struct fault *next) {
  const char *letter = strchr(function_letters, *word);
  int64_t number = 1;
  if (end - word < 2 || !letter || word[1] != ':' ||
      (end - word > 2 && !parse_number(word + 2, end, &number))) {
    return false;
  }
  next->function = (enum function)(letter - function_letters);
  next->number = (int)number;
  return number > 0;
}

const char *faults_start(const char *words) {
  struct fault next = {.function = RECEIVE, .number = 0};
  memset(schedule.calls, 0, sizeof schedule.calls);
  schedule.applied = 0;
  schedule.num_faults = 0;
  const char *word = words + strspn(words, " ");
  while (*word != '\0') {
    const char *end = word + strcspn(word, " ");
    if (!parse_place(word, end, &next)) {
      if (next.number == 0 || schedule.num_faults == MOST_FAULTS ||
          !parse_fault(word, end, &next)) {
        return word;
      }
      schedule.faults[schedule.num_faults++] = next;
      next.number++;
    }
    word = end + strspn(end, " ");
  }
  schedule.is_on = true;
  return NULL;
}

void faults_stop(void) {
  schedule.is_on = false;
}

struct fault_counts faults_counted(void) {
  return (struct fault_counts){.receives = schedule.calls[RECEIVE],
                               .sends = schedule.calls[SEND],
                               .waits = schedule.calls[WAIT],
                               .faults = schedule.applied};
}

static struct net_transport_result ended(enum net_transport_status status) {
  return (struct net_transport_result){.status = status};
}

static struct net_transport_result failed(int error) {
  return (struct net_transport_result){.status = NET_TRANSPORT_ERROR, .error = error};
}

static struct fault next_fault(enum function function) {
  int number = ++schedule.calls[function];
  for (size_t i = 0; i < schedule.num_faults; i++) {
    const struct fault *fault = &schedule.faults[i];
    if (fault->function == function && fault->number == number) {
      return *fault;
    }
  }
  return (struct fault){.kind = FAULT_NONE};
}

/* What the real one would do is not asked for where the fault is the whole of the call. */
static bool is_whole_call(const struct fault *fault, struct net_transport_result *result) {
  switch (fault->kind) {
    case FAULT_BUSY:
      schedule.cpu_time += fault->value * NANOSECONDS_PER_MILLISECOND;
      *result = ended(NET_TRANSPORT_AGAIN);
      break;
    case FAULT_AGAIN:
      *result = ended(NET_TRANSPORT_AGAIN);
      break;
    case FAULT_INTERRUPTED:
      *result = ended(NET_TRANSPORT_INTERRUPTED);
      break;
    case FAULT_TIMEOUT:
      *result = ended(NET_TRANSPORT_TIMED_OUT);
      break;
    case FAULT_ERRNO:
      *result = failed((int)fault->value);
      break;
    case FAULT_ZERO:
      *result = ended(NET_TRANSPORT_OK);
      break;
    case FAULT_END:
      *result = ended(NET_TRANSPORT_END);
      break;
    case FAULT_RESET:
      *result = failed(ECONNRESET);
      break;
    case FAULT_PIPE:
      *result = failed(EPIPE);
      break;
    default:
      return false;
  }
  schedule.applied++;
  return true;
}

static size_t limited(const struct fault *fault, size_t length) {
  if (fault->kind != FAULT_LIMIT || (size_t)fault->value >= length) {
    return length;
  }
  schedule.applied++;
  return (size_t)fault->value;
}

/* Where the peer is gone, what has come in can still be read. */
static bool is_at_end(const struct transport *transport) {
  const struct net_transport *real = &transport->real;
  return transport->has_ended ||
         (transport->is_gone &&
          real->functions->wait(real->context, NET_TRANSPORT_READABLE, 0).status !=
              NET_TRANSPORT_OK);
}

static struct net_transport_result faulty_receive(void *context, void *buffer, size_t capacity) {
  struct transport *transport = context;
  struct net_transport_result result;
  struct fault fault = next_fault(RECEIVE);
  if (is_at_end(transport)) {
    return ended(NET_TRANSPORT_END);
  }
  if (is_whole_call(&fault, &result)) {
    transport->has_ended = fault.kind == FAULT_END || fault.kind == FAULT_RESET;
    transport->is_gone = transport->is_gone || fault.kind == FAULT_RESET;
    return result;
  }
  return transport->real.functions->receive(transport->real.context, buffer,
                                            limited(&fault, capacity));
}

static struct net_transport_result faulty_send(void *context, const void *bytes, size_t length) {
  struct transport *transport = context;
  struct net_transport_result result;
  struct fault fault = next_fault(SEND);
  if (transport->is_gone) {
    return failed(EPIPE);
  }
  if (is_whole_call(&fault, &result)) {
    transport->is_gone = fault.kind == FAULT_PIPE || fault.kind == FAULT_RESET;
    return result;
  }
  return transport->real.functions->send(transport->real.context, bytes, limited(&fault, length));
}

/* Comes back after `milliseconds` although nothing is ready, or because its time is up first. */
static struct net_transport_result wait_in_vain(int64_t milliseconds, int64_t timeout_ms) {
  bool is_up = timeout_ms >= 0 && milliseconds >= timeout_ms;
  schedule.time += (is_up ? timeout_ms : milliseconds) * NANOSECONDS_PER_MILLISECOND;
  schedule.applied++;
  return ended(is_up ? NET_TRANSPORT_TIMED_OUT : NET_TRANSPORT_OK);
}

static struct net_transport_result faulty_wait(void *context, unsigned directions,
                                               int64_t timeout_ms) {
  struct transport *transport = context;
  struct net_transport_result result;
  struct fault fault = next_fault(WAIT);
  bool is_endless = fault.kind == FAULT_TIMEOUT && timeout_ms < 0;
  bool is_look = fault.kind == FAULT_EARLY && timeout_ms == 0;
  if (transport->is_gone || (transport->has_ended && (directions & NET_TRANSPORT_READABLE) != 0)) {
    return ended(NET_TRANSPORT_OK);
  }
  if (fault.kind == FAULT_TIMEOUT && !is_endless) {
    return wait_in_vain(timeout_ms, timeout_ms);
  }
  if (fault.kind == FAULT_EARLY && !is_look) {
    return wait_in_vain(fault.value, timeout_ms);
  }
  if (!is_endless && !is_look && is_whole_call(&fault, &result)) {
    return result;
  }
  return transport->real.functions->wait(transport->real.context, directions, timeout_ms);
}

static struct net_transport_result faulty_close(void *context) {
  struct transport *transport = context;
  struct net_transport_result result = transport->real.functions->close(transport->real.context);
  free(transport);
  return result;
}

static int64_t virtual_time(void *context) {
  (void)context;
  return schedule.time;
}

static int64_t virtual_cpu_time(void *context) {
  (void)context;
  return schedule.cpu_time;
}

static const struct net_transport_functions functions = {
    .receive = faulty_receive,
    .send = faulty_send,
    .wait = faulty_wait,
    .close = faulty_close,
    .monotonic_time = virtual_time,
    .cpu_time = virtual_cpu_time,
};

bool faults_wrap(struct net_transport *transport) {
  if (!schedule.is_on) {
    return true;
  }
  struct transport *wrapped = malloc(sizeof *wrapped);
  if (!wrapped) {
    return false;
  }
  *wrapped = (struct transport){.real = *transport};
  *transport = (struct net_transport){.functions = &functions, .context = wrapped};
  return true;
}
