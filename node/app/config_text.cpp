// The settings written out: node.toml of a new node, and JSON.
#include "node/app/config.h"
#include "node/app/settings.h"
#include "protocol/base/json_writer.h"

namespace dunlin::app {
namespace {

constexpr std::size_t columns = 100;

/// `# ` lines of words, each line within `columns`.
void append_comment(std::string& out, std::string_view text) {
  std::string line = "#";
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (line.size() + 1 + word.size() > columns) {
      out += line + '\n';
      line = "#";
    }
    line += ' ';
    line += word;
  }
  out += line + '\n';
}

/// A JSON string is a TOML basic string, but for \/ which is never written.
std::string toml_value(const Setting& setting, const Value& value) {
  struct Writer {
    const Setting& setting;
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const {
      return std::holds_alternative<Setting::Size>(setting.kind) ? '"' + size_text(number) + '"'
                                                                 : std::to_string(number);
    }
    std::string operator()(const std::string& text) const {
      std::string out;
      append_json_string(out, text);
      return out;
    }
    std::string operator()(const std::vector<std::string>& list) const {
      std::string out = "[";
      for (const auto& entry : list) {
        if (out.size() > 1) out += ", ";
        append_json_string(out, entry);
      }
      return out + "]";
    }
  };
  return std::visit(Writer{setting}, value);
}

std::string_view section_of(std::string_view key) {
  auto dot = key.find('.');
  return dot == key.npos ? std::string_view() : key.substr(0, dot);
}

}  // namespace

std::string default_toml(std::string_view domain) {
  std::string out =
      "# Settings of a Dunlin node. What is commented out has the value shown; take away the # to change "
      "it.\n"
      "# A change counts from the next start. `--set section.name=value` overrides a line for one run.\n";
  const Config defaults;
  std::string_view section;
  for (const auto& setting : settings()) {
    out += '\n';
    if (section_of(setting.key) != section) {
      section = section_of(setting.key);
      out += '[' + std::string(section) + "]\n";
    }
    append_comment(out, setting.help);
    bool obvious = std::holds_alternative<Setting::Text>(setting.kind) ||
                   std::holds_alternative<Setting::TextList>(setting.kind) ||
                   std::holds_alternative<Setting::Flag>(setting.kind);
    if (!obvious) append_comment(out, "May be " + allowed(setting) + ".");
    auto name = setting.key.substr(section.empty() ? 0 : section.size() + 1);
    bool is_domain = setting.key == "domain";
    auto value = is_domain ? Value(std::string(domain)) : value_of(setting, defaults);
    out += (is_domain ? "" : "#") + std::string(name) + " = " + toml_value(setting, value) + '\n';
  }
  return out;
}

std::string config_as_json(const Config& config) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  std::string_view section;
  for (const auto& setting : settings()) {
    if (section_of(setting.key) != section) {
      if (!section.empty()) json.end_object();
      section = section_of(setting.key);
      json.key(section).begin_object();
    }
    json.key(setting.key.substr(section.empty() ? 0 : section.size() + 1));
    auto value = value_of(setting, config);
    const auto* text = std::get_if<Setting::Text>(&setting.kind);
    if (text != nullptr && text->secret && !std::get<std::string>(value).empty())
      value = std::string("(set)");
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      json.begin_array();
      for (const auto& entry : *list) json.value(entry);
      json.end_array();
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      json.value(*flag);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      json.value(*number);
    } else {
      json.value(std::get<std::string>(value));
    }
  }
  if (!section.empty()) json.end_object();
  json.end_object();
  return out;
}

}  // namespace dunlin::app
