#include "conformance/runner/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fstream>

#include "conformance/runner/html.h"
#include "conformance/runner/json.h"
#include "conformance/runner/junit.h"

namespace conformance {
namespace {

std::string Complaint(const std::string &path) {
  return "the report " + path + " cannot be written: " + strerror(errno);
}

std::string CheckOne(const std::string &path) {
  bool was_there = access(path.c_str(), F_OK) == 0;
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) {
    return Complaint(path);
  }
  close(fd);
  if (!was_there) {
    unlink(path.c_str());
  }
  return "";
}

}  // namespace

std::vector<ReportFile> ReportFiles(const Options &options) {
  const char *xml = getenv("XML_OUTPUT_FILE");
  const char *outputs = getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  std::string folder = outputs != nullptr ? outputs : "";
  const ReportFile all[] = {{options.json_file, Json},
                            {options.junit_file, JUnit},
                            {options.html_file, Html},
                            {xml != nullptr ? xml : "", JUnit},
                            {folder.empty() ? "" : folder + "/conformance.json", Json},
                            {folder.empty() ? "" : folder + "/conformance.html", Html}};
  std::vector<ReportFile> files;
  for (const ReportFile &file : all) {
    if (!file.path.empty()) {
      files.push_back(file);
    }
  }
  return files;
}

std::string CheckWritable(const std::vector<ReportFile> &files) {
  for (const ReportFile &file : files) {
    std::string error = CheckOne(file.path);
    if (!error.empty()) {
      return error;
    }
  }
  return "";
}

std::string WriteReports(const std::vector<ReportFile> &files, const Report &report) {
  for (const ReportFile &file : files) {
    std::ofstream output(file.path, std::ios::binary);
    output << file.write(report);
    output.close();
    if (!output) {
      return Complaint(file.path);
    }
  }
  return "";
}

}  // namespace conformance
