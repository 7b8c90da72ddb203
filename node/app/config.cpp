#include "node/app/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "node/app/settings.h"
#include "protocol/base/encoding.h"

namespace dunlin::app {
namespace {

constexpr std::size_t file_bytes_max = 1 << 20;  // a node.toml has some KiB

tl::unexpected<Error> refuse(std::string message) { return fail(Errc::bad_request, std::move(message)); }

std::string unknown_setting(std::string_view key) {
  auto nearest = nearest_key(key);
  return std::string(key) + ": unknown setting" +
         (nearest.empty() ? std::string() : ", did you mean " + std::string(nearest) + "?");
}

bool is_section(std::string_view key) {
  auto prefix = std::string(key) + ".";
  return std::any_of(settings().begin(), settings().end(),
                     [&](const Setting& setting) { return setting.key.starts_with(prefix); });
}

/// Nothing for what no setting takes: dates, fractions, mixed lists.
std::optional<Value> to_value(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* text = node.as_string()) return text->get();
  const auto* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (const auto& entry : *array) {
    const auto* text = entry.as_string();
    if (text == nullptr) return std::nullopt;
    list.push_back(text->get());
  }
  return list;
}

/// Stores what a file says. Tables nest only as deep as our keys do.
class FileReader {
 public:
  FileReader(Config& config, std::string_view file_name) : config_(config), file_name_(file_name) {}

  Result<void> read(const toml::table& table, const std::string& prefix) {
    for (auto&& [key, node] : table) {
      auto path = prefix + std::string(key.str());
      const auto* setting = find_setting(path);
      if (setting != nullptr) {
        auto value = to_value(node);
        auto problem = value ? assign(*setting, config_, std::move(*value)) : "must be " + allowed(*setting);
        if (problem) return at(node.source(), path + ": " + *problem);
      } else if (const auto* section = node.as_table(); section != nullptr && is_section(path)) {
        TRY_DO(read(*section, path + "."));
      } else if (is_section(path)) {
        return at(key.source(), path + ": must be a section, [" + path + "]");
      } else {
        return at(key.source(), unknown_setting(path));
      }
    }
    return {};
  }

  tl::unexpected<Error> at(const toml::source_region& source, const std::string& message) const {
    return refuse(std::string(file_name_) + ":" + std::to_string(source.begin.line) + ": " + message);
  }

 private:
  Config& config_;
  std::string_view file_name_;
};

/// The value of an override as its setting wants it. Text that does not fit stays text, and assign() says
/// what is wrong.
Value override_value(const Setting& setting, std::string_view text) {
  if (std::holds_alternative<Setting::Flag>(setting.kind)) {
    if (text == "true" || text == "false") return text == "true";
  } else if (std::holds_alternative<Setting::Number>(setting.kind)) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  } else if (std::holds_alternative<Setting::TextList>(setting.kind)) {
    if (trim(text).starts_with('[')) {
      try {
        auto table = toml::parse("list = " + std::string(text));
        return to_value(*table.get("list")).value_or(Value(std::string(text)));
      } catch (const toml::parse_error&) {
        return std::string(text);
      }
    }
    std::vector<std::string> list;
    while (!text.empty()) {
      auto comma = std::min(text.find(','), text.size());
      list.emplace_back(trim(text.substr(0, comma)));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return list;
  }
  return std::string(text);
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view file_name,
                            const std::vector<std::string>& overrides) {
  Config config;
  FileReader reader(config, file_name);
  try {
    TRY_DO(reader.read(toml::parse(text), ""));
  } catch (const toml::parse_error& error) {
    return reader.at(error.source(), std::string(error.description()));
  }
  for (const auto& item : overrides) TRY_DO(apply_override(config, item));
  if (config.domain.empty()) return refuse(std::string(file_name) + ": domain: must be set");
  config.domain = to_lower(config.domain);
  return config;
}

Result<Config> load_config(const std::string& path, const std::vector<std::string>& overrides) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::not_found, path + ": cannot be read; is this the data folder of a node?");
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return refuse(path + ": cannot be read");
  if (text.size() > file_bytes_max) return refuse(path + ": is larger than 1 MiB");
  return parse_config(text, path, overrides);
}

Result<void> apply_override(Config& config, std::string_view key_and_value) {
  auto equals = key_and_value.find('=');
  auto key = trim(key_and_value.substr(0, equals));
  const auto* setting = find_setting(key);
  if (setting == nullptr) return refuse(unknown_setting(key));
  if (equals == key_and_value.npos)
    return refuse(std::string(key) + ": give it a value, " + std::string(key) + "=...");
  auto problem = assign(*setting, config, override_value(*setting, key_and_value.substr(equals + 1)));
  if (problem) return refuse(std::string(key) + ": " + *problem);
  return {};
}

Result<void> check_serving(const Config& config) {
  if (config.tls.cert.empty() != config.tls.key.empty()) return refuse("tls.cert, tls.key: one is missing");
  int ways = int{!config.tls.cert.empty()} + int{config.proxy.behind} + int{config.server.insecure_http};
  if (ways == 1) return {};
  return refuse(std::string(ways == 0 ? "how are connections secured? "
                                      : "connections can be secured in one way only: ") +
                "set either tls.cert and tls.key, or proxy.behind, or, for tests, server.insecure_http");
}

Result<std::string> checked_domain(std::string_view domain) {
  auto host = domain.substr(0, domain.find(':'));
  auto port = domain.substr(host.size());
  bool good = !host.empty() && host.size() <= limits::domain_characters_max;
  for (std::size_t begin = 0; good && begin <= host.size();) {
    auto label = host.substr(begin, host.find('.', begin) - begin);
    good = !label.empty() && label.size() <= 63 && !label.starts_with('-') && !label.ends_with('-') &&
           std::all_of(label.begin(), label.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
           });
    begin += label.size() + 1;
  }
  if (good && !port.empty()) {
    unsigned number = 0;
    auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    good = error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65'535;
  }
  if (!good)
    return refuse(
        "must be a host name such as social.example, maybe with a port (names in other scripts: the xn-- "
        "form)");
  return to_lower(domain);
}

std::string public_url(const Config& config) {
  return (config.server.insecure_http ? "http://" : "https://") + config.domain;
}

}  // namespace dunlin::app
