#ifndef CONFORMANCE_RUNNER_FILES_H
#define CONFORMANCE_RUNNER_FILES_H

// The reports that are files.

#include <string>
#include <vector>

#include "conformance/runner/options.h"
#include "conformance/runner/outcome.h"

namespace conformance {

// ReportFile is a report in a file.
struct ReportFile {
  std::string path;
  std::string (*write)(const Report &report);
};

// ReportFiles lists those that the options ask for, and those that Bazel expects of a test: JUnit's
// in $XML_OUTPUT_FILE, the others in $TEST_UNDECLARED_OUTPUTS_DIR.
std::vector<ReportFile> ReportFiles(const Options &options);

// CheckWritable returns "" or which of them cannot be written, and why. It leaves the files as they
// are.
std::string CheckWritable(const std::vector<ReportFile> &files);

// WriteReports writes them. Returns "" or which of them could not be written, and why.
std::string WriteReports(const std::vector<ReportFile> &files, const Report &report);

}  // namespace conformance

#endif
