#pragma once
// The table behind config.h: one row a setting. Only for the files of this target.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/app/config.h"

namespace dunlin::app {

/// What a value is, whoever wrote it: a file or the command line.
using Value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

struct Setting {
  /// What is wrong with a text ("must be ..."), empty when nothing is.
  using Check = std::string (*)(std::string_view);
  struct Flag {
    bool& (*at)(Config&);
  };
  struct Number {
    std::int64_t& (*at)(Config&);
    std::int64_t min;
    std::int64_t max;
  };
  /// Bytes: a number, or text with a unit ("512 MiB").
  struct Size {
    std::int64_t& (*at)(Config&);
    std::int64_t max;
  };
  struct Text {
    std::string& (*at)(Config&);
    std::size_t bytes_max;
    Check check = nullptr;  // not asked for empty text, which is always allowed
    bool secret = false;
  };
  struct TextList {
    std::vector<std::string>& (*at)(Config&);
    std::size_t entries_max;
    std::size_t bytes_max;  // of one entry
    Check check = nullptr;
  };
  struct Choice {
    std::vector<std::string_view> words;
    std::function<std::size_t(Config&)> get;  // index into words
    std::function<void(Config&, std::size_t)> set;
  };

  std::string_view key;
  std::variant<Flag, Number, Size, Text, TextList, Choice> kind;
  std::string_view help;
};

/// In the order of node.toml: by section, `domain` first.
std::span<const Setting> settings();
/// Nothing when there is no such key.
const Setting* find_setting(std::string_view key);
/// The known key or section that an unknown one was probably meant to be; empty when none is near.
std::string_view nearest_key(std::string_view unknown);

/// Stores a value. Otherwise what is wrong with it, as "must be ...", and the Config is as before.
std::optional<std::string> assign(const Setting& setting, Config& config, Value value);
Value value_of(const Setting& setting, const Config& config);
/// "one of open, approval", "a whole number from 1 to 64": for messages and help.
std::string allowed(const Setting& setting);
/// "10 GiB": the largest unit that leaves a whole number.
std::string size_text(std::int64_t bytes);

}  // namespace dunlin::app
