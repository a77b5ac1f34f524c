#include "conformance/runner/html_reader.h"

#include <algorithm>
#include <cctype>

namespace conformance {
namespace {

bool IsNameByte(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '-';
}

bool IsPlain(char byte) {
  return byte != ' ' && byte != '"' && byte != '\'' && byte != '`' && byte != '=' && byte != '<' &&
         byte != '>';
}

size_t Skip(const std::string &text, size_t at, bool (*is)(char)) {
  while (at < text.size() && is(text[at])) {
    at++;
  }
  return at;
}

bool IsVoid(const std::string &name) {
  return name == "meta" || name == "input" || name == "br";
}

// Whose content is no tags.
bool IsRaw(const std::string &name) {
  return name == "script" || name == "style";
}

}  // namespace

HtmlReader::HtmlReader(const std::string &text) {
  for (size_t at = 0; at < text.size();) {
    bool is_raw = !open_.empty() && IsRaw(open_.back());
    size_t begin = text.find(is_raw ? "</" + open_.back() + ">" : "<", at);
    begin = std::min(begin, text.size());
    std::string between = text.substr(at, begin - at);
    if (is_raw) {
      raw_[open_.back()] += between;
    } else {
      text_ += Decode(between) + " ";
    }
    size_t end = std::min(text.find('>', begin), text.size());
    if (begin < text.size()) {
      ReadTag(text.substr(begin + 1, end - begin - 1));
    }
    at = end + 1;
  }
  for (const std::string &name : open_) {
    errors_.push_back("not closed: " + name);
  }
}

void HtmlReader::ReadTag(const std::string &tag) {
  if (tag == "!DOCTYPE html") {
    return;
  }
  if (tag[0] == '/') {
    Close(tag.substr(1));
    return;
  }
  size_t end = Skip(tag, 0, IsNameByte);
  std::string name = tag.substr(0, end);
  tags_.insert(name);
  if (name.empty()) {
    errors_.push_back("a < that begins no tag: " + tag);
  } else if (!IsVoid(name)) {
    open_.push_back(name);
  }
  ReadAttributes(tag, end);
}

void HtmlReader::Close(const std::string &name) {
  if (open_.empty() || open_.back() != name) {
    errors_.push_back("</" + name + "> closes " + (open_.empty() ? "nothing" : open_.back()));
    return;
  }
  open_.pop_back();
}

void HtmlReader::ReadAttributes(const std::string &tag, size_t at) {
  while (at < tag.size()) {
    size_t name = at + 1;
    size_t name_end = Skip(tag, name, IsNameByte);
    if (tag[at] != ' ' || name_end == name) {
      errors_.push_back("no attribute: " + tag);
      return;
    }
    bool has_value = name_end < tag.size() && tag[name_end] == '=';
    bool is_quoted = has_value && name_end + 1 < tag.size() && tag[name_end + 1] == '"';
    size_t value = name_end + (is_quoted ? 2 : has_value ? 1 : 0);
    size_t value_end = is_quoted   ? std::min(tag.find('"', value), tag.size())
                       : has_value ? Skip(tag, value, IsPlain)
                                   : name_end;
    attributes_.emplace(tag.substr(name, name_end - name),
                        Decode(tag.substr(value, value_end - value)));
    at = value_end + (is_quoted ? 1 : 0);
  }
}

std::string HtmlReader::Decode(const std::string &text) {
  static const std::map<std::string, std::string> kEntities = {{"&amp;", "&"}, {"&lt;", "<"},
                                                               {"&gt;", ">"},  {"&quot;", "\""},
                                                               {"&#39;", "'"}, {"&#10;", "\n"}};
  std::string decoded;
  for (size_t at = 0; at < text.size();) {
    size_t end = text[at] == '&' ? text.find(';', at) : std::string::npos;
    auto entity =
        end == std::string::npos ? kEntities.end() : kEntities.find(text.substr(at, end + 1 - at));
    if (text[at] == '&' && entity == kEntities.end()) {
      errors_.push_back("no entity: " + text.substr(at, 10));
    }
    decoded += entity == kEntities.end() ? text.substr(at, 1) : entity->second;
    at += entity == kEntities.end() ? 1 : entity->first.size();
  }
  return decoded;
}

std::vector<std::string> HtmlReader::ValuesOf(const std::string &attribute) const {
  std::vector<std::string> values;
  auto range = attributes_.equal_range(attribute);
  for (auto value = range.first; value != range.second; ++value) {
    values.push_back(value->second);
  }
  return values;
}

}  // namespace conformance
