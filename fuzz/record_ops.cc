#include "fuzz/record_ops.h"

#include <inttypes.h>
#include <stdio.h>

#include "fuzz/record_run.h"
#include "fuzz/script.h"
#include "fuzz/violation.h"

namespace net_fuzz {

int PlayRecordOps(bool is_client, const uint8_t *data, size_t size) {
  RecordOptions options;
  options.is_client = is_client;
  RecordRun run(options, Tape(data, size));
  run.Play();
  if (ScriptIsWanted()) {
    PrintSection("script", ScriptOf(run.input(), run.log(), run.calls()));
  }
  if (LogIsWanted()) {
    fprintf(stderr, "log %016" PRIx64 "\n", run.Digest());
  }
  return 0;
}

}  // namespace net_fuzz
