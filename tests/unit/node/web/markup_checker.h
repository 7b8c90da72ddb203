#pragma once
// A reader of HTML that forgives nothing: what a browser would repair is an error here.
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::web {

struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;  // as written, escapes kept
  std::vector<std::string> ancestors;             // names, the outermost first
};

struct MarkupCheck {
  std::string error;  // empty: every tag is closed in order, quoted and escaped
  std::vector<Element> elements;
};

/// Reads one document: doctype, tags closed in order, attributes quoted and unique, "<" and "&" escaped.
MarkupCheck check_markup(std::string_view html);

/// What is wrong with the elements themselves: scripts, styles, handlers, foreign loads, dangling or double
/// ids, pictures without alternative text, boxes without a label, elements where they may not stand. Empty
/// when nothing is.
std::string check_elements(const std::vector<Element>& elements);

}  // namespace dunlin::web
