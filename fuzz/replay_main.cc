// The main function of a fuzz target that is built without a fuzzing engine: it runs the target
// over each file named, over each file below a folder named, in the order of their names, and over
// what it reads from its standard input if nothing is named, or at "-".

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

namespace {

bool Fail(const std::string &path) {
  fprintf(stderr, "cannot read %s: %s\n", path.c_str(), strerror(errno));
  return false;
}

bool RunStream(FILE *stream, const std::string &name) {
  std::vector<uint8_t> input;
  uint8_t part[4096];
  size_t length;
  while ((length = fread(part, 1, sizeof(part), stream)) > 0) {
    input.insert(input.end(), part, part + length);
  }
  if (ferror(stream) != 0) {
    return Fail(name);
  }
  // Before the target runs: this names the input that it dies of.
  printf("%s\n", name.c_str());
  fflush(stdout);
  // In an allocation of its exact length, where AddressSanitizer sees a byte too many read.
  std::unique_ptr<uint8_t[]> bytes(new uint8_t[input.size()]);
  std::copy(input.begin(), input.end(), bytes.get());
  LLVMFuzzerTestOneInput(bytes.get(), input.size());
  return true;
}

bool RunFile(const std::string &path) {
  FILE *file = fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return Fail(path);
  }
  bool is_run = RunStream(file, path);
  fclose(file);
  return is_run;
}

// Adds the files at a path to `files`: itself, or those below it.
bool Collect(const std::string &path, std::vector<std::string> *files) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) {
    return Fail(path);
  }
  if (!S_ISDIR(status.st_mode)) {
    files->push_back(path);
    return true;
  }
  DIR *directory = opendir(path.c_str());
  if (directory == nullptr) {
    return Fail(path);
  }
  std::vector<std::string> names;
  while (const struct dirent *entry = readdir(directory)) {
    if (entry->d_name[0] != '.') {
      names.push_back(entry->d_name);
    }
  }
  closedir(directory);
  std::sort(names.begin(), names.end());
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string &name) { return Collect(path + "/" + name, files); });
}

}  // namespace

int main(int argc, char **argv) {
  if (LLVMFuzzerInitialize != nullptr) {
    LLVMFuzzerInitialize(&argc, &argv);
  }
  std::vector<std::string> paths(argv + 1, argv + argc);
  if (paths.empty()) {
    paths.push_back("-");
  }
  int replayed = 0;
  for (const std::string &path : paths) {
    std::vector<std::string> files;
    if (path != "-" && !Collect(path, &files)) {
      return 1;
    }
    bool is_run =
        path == "-" ? RunStream(stdin, path) : std::all_of(files.begin(), files.end(), RunFile);
    if (!is_run) {
      return 1;
    }
    replayed += path == "-" ? 1 : static_cast<int>(files.size());
  }
  printf("%d inputs replayed\n", replayed);
  return replayed > 0 ? 0 : 1;
}
