#include "protocol/html/clean.h"

#include <gumbo.h>

#include <algorithm>
#include <optional>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/html/attributes.h"
#include "protocol/html/known_tags.h"
#include "protocol/html/tree.h"
#include "protocol/html/writer.h"
#include "protocol/text/plain.h"

namespace dunlin::html {
namespace {

using Opened = Writer::Opened;

std::string_view value_of(const GumboElement& element, const char* name) {
  const auto* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : attribute->value;
}
bool has(const GumboElement& element, const char* name) {
  return gumbo_get_attribute(&element.attributes, name) != nullptr;
}

void add_classes(std::string& tag, const GumboElement& element) {
  const auto classes = known_classes(value_of(element, "class"));
  if (!classes.empty()) tag += " class=\"" + classes + "\"";
}
/// Names are not to be translated.
void add_translate(std::string& tag, const GumboElement& element) {
  if (value_of(element, "translate") == "no") tag += " translate=\"no\"";
}

std::optional<std::string> link_tag(const GumboElement& element) {
  const auto address = link_address(value_of(element, "href"));
  if (!address) return std::nullopt;
  std::string tag = "<a href=\"";
  append_escaped_html(tag, *address);
  tag += '"';
  add_classes(tag, element);
  tag += has_word(value_of(element, "rel"), "tag") ? " rel=\"tag nofollow noopener noreferrer\""
                                                   : " rel=\"nofollow noopener noreferrer\"";
  add_translate(tag, element);
  return tag + ">";
}

std::string span_tag(const GumboElement& element) {
  std::string tag = "<span";
  add_classes(tag, element);
  add_translate(tag, element);
  return tag + ">";
}

std::string ordered_list_tag(const GumboElement& element) {
  std::string tag = "<ol";
  if (const auto start = list_number(value_of(element, "start")))
    tag += " start=\"" + std::to_string(*start) + "\"";
  if (has(element, "reversed")) tag += " reversed";
  return tag + ">";
}

std::string item_tag(const GumboElement& element) {
  const auto value = list_number(value_of(element, "value"));
  return value ? "<li value=\"" + std::to_string(*value) + "\">" : "<li>";
}

/// An element that is being walked through.
struct Frame {
  const GumboVector* children;
  unsigned next = 0;
  Opened opened = {};
  Opened strong = {};  // what a heading opened besides
};

/// What the element becomes; all that is not named here is only its content.
Frame open(Writer& writer, const GumboElement& element) {
  Frame frame{&element.children};
  const std::string_view name = gumbo_normalized_tagname(element.tag);
  switch (element.tag) {
    case GUMBO_TAG_A:
      if (auto tag = link_tag(element)) frame.opened = writer.open_inline(name, *std::move(tag));
      break;
    case GUMBO_TAG_SPAN:
      frame.opened = writer.open_inline(name, span_tag(element));
      break;
    case GUMBO_TAG_B:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_I:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_U:
      frame.opened = writer.open_inline(name, "<" + std::string(name) + ">");
      break;
    case GUMBO_TAG_P:
      frame.opened = writer.open_paragraph(
          has_word(value_of(element, "class"), "quote-inline") ? "<p class=\"quote-inline\">" : "<p>");
      break;
    case GUMBO_TAG_DIV:
      frame.opened = writer.open_paragraph("<p>");
      break;
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
      frame.opened = writer.open_paragraph("<p>");
      frame.strong = writer.open_inline("strong", "<strong>");
      break;
    case GUMBO_TAG_BLOCKQUOTE:
      frame.opened = writer.open_block(Writer::Block::quote, "<blockquote>");
      break;
    case GUMBO_TAG_PRE:
      frame.opened = writer.open_block(Writer::Block::preformatted, "<pre>");
      break;
    case GUMBO_TAG_UL:
      frame.opened = writer.open_block(Writer::Block::unordered, "<ul>");
      break;
    case GUMBO_TAG_OL:
      frame.opened = writer.open_block(Writer::Block::ordered, ordered_list_tag(element));
      break;
    case GUMBO_TAG_LI:
      frame.opened = writer.open_block(Writer::Block::item, item_tag(element));
      break;
    case GUMBO_TAG_BR:
      writer.line_break();
      break;
    case GUMBO_TAG_IMG:
      writer.text(value_of(element, "alt"));
      break;
    default:
      break;
  }
  return frame;
}

/// Walks with a stack of its own: how deep a tree is, its sender decides.
std::string write(const GumboVector& nodes) {
  Writer writer;
  std::vector<Frame> stack{{&nodes}};
  while (!stack.empty()) {
    auto& frame = stack.back();
    if (frame.next == frame.children->length) {
      writer.close(frame.strong);
      writer.close(frame.opened);
      stack.pop_back();
      continue;
    }
    const auto& node = *static_cast<const GumboNode*>(frame.children->data[frame.next++]);
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE) {
      writer.text(node.v.text.text);
    } else if (node.type == GUMBO_NODE_ELEMENT && node.v.element.tag_namespace == GUMBO_NAMESPACE_HTML) {
      stack.push_back(open(writer, node.v.element));
    }
  }
  return std::move(writer).finish();
}

std::optional<std::string> try_clean(std::string_view untrusted, Keep keep) {
  const auto known = known_tags_only(untrusted, keep);
  Arena arena(limits::html_tree_bytes_max);
  const auto* nodes = parse_fragment(arena, known);
  if (nodes == nullptr) return std::nullopt;
  return write(*nodes);
}

/// The beginning, within the bound, without control characters: they are nothing that a reader sees.
std::string beginning(std::string_view untrusted) {
  auto length = std::min(untrusted.size(), limits::remote_content_bytes_max);
  if (length < untrusted.size()) {
    for (int i = 0; i < 3 && (static_cast<unsigned char>(untrusted[length]) & 0xC0) == 0x80; ++i) --length;
  }
  std::string out(untrusted.substr(0, length));
  std::erase_if(out, [](char c) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
    return c == 0x7F || (c >= 0 && c < ' ' && !space);
  });
  return out;
}

}  // namespace

std::string clean(std::string_view untrusted) {
  const auto html = beginning(untrusted);
  if (auto cleaned = try_clean(html, Keep::all)) return *std::move(cleaned);
  return try_clean(html, Keep::blocks).value_or(std::string());
}

std::string to_text(std::string_view untrusted) { return text::html_to_plain(clean(untrusted)); }

}  // namespace dunlin::html
