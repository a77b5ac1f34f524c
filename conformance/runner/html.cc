#include "conformance/runner/html.h"

#include <openssl/base64.h>
#include <openssl/sha.h>

#include <cstring>

#include "conformance/runner/escape.h"
#include "conformance/runner/html_assets.h"
#include "conformance/runner/html_head.h"
#include "conformance/runner/html_marks.h"
#include "conformance/runner/html_matrix.h"

namespace conformance {
namespace {

// Few drivers get larger marks. Where the matrix has no room beside its clauses, its cells go below
// them.
std::string Style(const HtmlModel &model) {
  size_t drivers = model.stamp().drivers.size();
  bool is_few = drivers <= 3;
  size_t mark = is_few ? 18 : 14;
  size_t driver_width = 9 * mark + 36;
  return "<style>" + std::string(kHtmlStyle) + GridStyle(model) +
         ":root{--mark:" + std::to_string(mark) + "px;--driver:" + std::to_string(driver_width) +
         "px;--page:" + (is_few ? "1240px" : "1440px") +
         "}\n@media (max-width:" + std::to_string(420 + driver_width * drivers) + "px){" +
         kHtmlNarrowStyle + "}</style>\n";
}

std::string ScriptHash() {
  uint8_t hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t *>(kHtmlScript), std::strlen(kHtmlScript), hash);
  char text[64];
  EVP_EncodeBlock(reinterpret_cast<uint8_t *>(text), hash, sizeof hash);
  return text;
}

// Were anything of a driver's to become a script after all, it would not run.
std::string Policy() {
  return "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
         "style-src &#39;unsafe-inline&#39;; script-src &#39;sha256-" +
         ScriptHash() + "&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;\">\n";
}

std::string Head(const HtmlModel &model) {
  return "<head><meta charset=utf-8>\n" + Policy() +
         "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=color-scheme content=\"light dark\">\n"
         "<title>net.tls.Socket conformance: " +
         XmlText(Headline(model)) + "</title>\n" + Style(model) + "<script>" + kHtmlScript +
         "</script></head>\n";
}

}  // namespace

std::string Html(const Report &report) {
  HtmlModel model(report);
  return "<!DOCTYPE html>\n<html lang=en>\n" + Head(model) +
         "<body><a class=skip href=\"#matrix\">To the matrix</a>\n" + Banner(model) + "<main>\n" +
         Totals(model) + Surprises(model) + "<section aria-labelledby=clauses><h2 id=clauses>" +
         "Clauses</h2>\n" + Legend(model) + Toolbar(model) + Matrix(model) +
         "</section></main>\n<footer>net.tls.Socket conformance suite " +
         XmlText(report.stamp.suite_version) + "</footer></body></html>\n";
}

}  // namespace conformance
