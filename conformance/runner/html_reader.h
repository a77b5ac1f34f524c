#ifndef CONFORMANCE_RUNNER_HTML_READER_H
#define CONFORMANCE_RUNNER_HTML_READER_H

// A page taken apart by the strictest reading, for tests.

#include <map>
#include <set>
#include <string>
#include <vector>

namespace conformance {

class HtmlReader {
 public:
  // Reads a page. What is wrong with it is in errors(): tags that are not closed in order, and
  // attributes whose values are neither quoted nor plain.
  explicit HtmlReader(const std::string &text);

  const std::vector<std::string> &errors() const {
    return errors_;
  }
  const std::set<std::string> &tags() const {
    return tags_;
  }
  // Values by name of attribute, with entities decoded.
  const std::multimap<std::string, std::string> &attributes() const {
    return attributes_;
  }
  std::vector<std::string> ValuesOf(const std::string &attribute) const;
  // Text that a reader sees, a space for each tag.
  const std::string &text() const {
    return text_;
  }
  const std::string &script() {
    return raw_["script"];
  }

 private:
  void ReadTag(const std::string &tag);
  void ReadAttributes(const std::string &tag, size_t at);
  void Close(const std::string &name);
  std::string Decode(const std::string &text);

  std::vector<std::string> errors_;
  std::vector<std::string> open_;
  std::set<std::string> tags_;
  std::multimap<std::string, std::string> attributes_;
  std::string text_;
  // Of scripts and styles.
  std::map<std::string, std::string> raw_;
};

}  // namespace conformance

#endif
