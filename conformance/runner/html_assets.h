#ifndef CONFORMANCE_RUNNER_HTML_ASSETS_H
#define CONFORMANCE_RUNNER_HTML_ASSETS_H

// The page's style and script: the build makes them of html_style.css, html_narrow.css (for where
// the matrix does not fit) and html_script.js.

namespace conformance {

extern const char *const kHtmlStyle;
extern const char *const kHtmlNarrowStyle;
extern const char *const kHtmlScript;

}  // namespace conformance

#endif
