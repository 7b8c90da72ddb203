#include "tests/unit/protocol/html/cleaned_checker.h"

#include <gumbo.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::html {
namespace {

using Names = std::set<std::string, std::less<>>;

const Names inlines = {"span", "br", "a", "del", "code", "em", "strong", "b", "i", "u"};
const Names blocks = {"p", "pre", "ul", "ol", "li", "blockquote"};
const Names classes = {"h-card",     "h-cite",   "h-entry",    "u-url",     "u-uid",     "u-in-reply-to",
                       "p-name",     "p-author", "p-nickname", "p-summary", "e-content", "dt-published",
                       "dt-updated", "mention",  "hashtag",    "ellipsis",  "invisible", "quote-inline"};

bool is_number(std::string_view value) {
  if (value.starts_with('-')) value.remove_prefix(1);
  return !value.empty() && value.size() <= 6 && value.find_first_not_of("0123456789") == value.npos;
}

bool is_address(std::string_view value) {
  for (const char* prefix : {"https://", "http://", "mailto:", "xmpp:", "gemini://"}) {
    const std::string_view scheme(prefix);
    if (value.starts_with(scheme) && value.size() > scheme.size())
      return value.size() <= limits::linked_url_bytes_max &&
             value.find_first_of(" \t\n\r\"<>`") == value.npos;
  }
  return false;
}

bool are_classes(std::string_view value) {
  std::istringstream words{std::string(value)};
  bool any = false;
  for (std::string word; words >> word; any = true) {
    if (!classes.contains(word)) return false;
  }
  return any;
}

bool is_allowed_attribute(std::string_view tag, std::string_view name, std::string_view value) {
  if (tag == "a" && name == "href") return is_address(value);
  if (tag == "a" && name == "rel")
    return value == "nofollow noopener noreferrer" || value == "tag nofollow noopener noreferrer";
  if ((tag == "a" || tag == "span") && name == "class") return are_classes(value);
  if ((tag == "a" || tag == "span") && name == "translate") return value == "no";
  if (tag == "p" && name == "class") return value == "quote-inline";
  if (tag == "ol" && name == "start") return is_number(value);
  if (tag == "ol" && name == "reversed") return value.empty();
  return tag == "li" && name == "value" && is_number(value);
}

bool may_stand(const Names& ancestors, std::string_view parent, std::string_view tag) {
  const bool in_list = parent == "ul" || parent == "ol";
  if (tag == "li" || in_list) return tag == "li" && in_list;
  if (inlines.contains(tag)) return tag == "span" || tag == "br" || !ancestors.contains(tag);
  return parent.empty() || parent == "li" || parent == "blockquote";
}

class Walk {
 public:
  /// The parser's own recursion is no matter here: what is deep is a fault before it is walked.
  void nodes(const GumboVector& children, Names ancestors, const std::string& parent, int depth) {
    for (unsigned i = 0; i < children.length && fault.empty(); ++i) {
      const auto& node = *static_cast<const GumboNode*>(children.data[i]);
      if (node.type == GUMBO_NODE_ELEMENT) {
        element(node, ancestors, parent, depth);
      } else if (node.type != GUMBO_NODE_TEXT && node.type != GUMBO_NODE_WHITESPACE) {
        fault = "neither element nor text";
      } else if (parent == "ul" || parent == "ol") {
        fault = "text in a list";
      }
    }
  }
  std::string fault;

 private:
  void element(const GumboNode& node, Names ancestors, const std::string& parent, int depth) {
    const auto& it = node.v.element;
    const std::string tag = gumbo_normalized_tagname(it.tag);
    if (it.tag_namespace != GUMBO_NAMESPACE_HTML || (!inlines.contains(tag) && !blocks.contains(tag)))
      fault = "tag not allowed: " + tag;
    else if (!may_stand(ancestors, parent, tag))
      fault = tag + " in " + parent;
    else if (tag != "br" && it.children.length == 0)
      fault = "empty " + tag;
    else if (depth > limits::html_nesting_max)
      fault = "too deep";
    else if (tag != "br" && (it.original_end_tag.length == 0 || it.original_tag.length == 0))
      fault = "not closed: " + tag;
    else if (tag == "a" && (gumbo_get_attribute(&it.attributes, "href") == nullptr ||
                            gumbo_get_attribute(&it.attributes, "rel") == nullptr))
      fault = "a without href or rel";
    for (unsigned i = 0; i < it.attributes.length; ++i) {
      const auto& attribute = *static_cast<const GumboAttribute*>(it.attributes.data[i]);
      if (!is_allowed_attribute(tag, attribute.name, attribute.value))
        fault = "attribute not allowed: " + tag + " " + attribute.name + "=" + attribute.value;
    }
    if (!fault.empty()) return;
    ancestors.insert(tag);
    nodes(it.children, std::move(ancestors), tag, depth + 1);
  }
};

std::string fault_in_bytes(std::string_view html) {
  if (!is_utf8(html)) return "not UTF-8";
  if (html.size() > limits::remote_content_bytes_max) return "too long";
  for (std::size_t i = 0; i < html.size(); ++i) {
    const auto c = static_cast<unsigned char>(html[i]);
    const auto next = i + 1 < html.size() ? static_cast<unsigned char>(html[i + 1]) : 0;
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) return "control character";
    if (c == 0xC2 && next < 0xA0) return "control character";
    if (c == '<' && next != '/' && (next < 'a' || next > 'z')) return "bare <";
  }
  if (static_cast<std::size_t>(std::count(html.begin(), html.end(), '<')) > limits::html_tags_max)
    return "too many tags";
  return {};
}

}  // namespace

std::string fault_in_cleaned(std::string_view html) {
  if (auto fault = fault_in_bytes(html); !fault.empty()) return fault;
  GumboOptions options = kGumboDefaultOptions;
  options.fragment_context = GUMBO_TAG_BODY;
  auto* output = gumbo_parse_with_options(&options, html.data(), html.size());
  Walk walk;
  if (output->errors.length > 0) {
    walk.fault = "parse error";
  } else {
    walk.nodes(output->root->v.element.children, {}, "", 1);
  }
  gumbo_destroy_output(&options, output);
  return walk.fault;
}

}  // namespace dunlin::html
