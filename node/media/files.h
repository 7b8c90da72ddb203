#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace dunlin::media {

/// The node's media folder. File names are made here alone and tell their content's digest, so that a damaged
/// file can be found: `avatars/<32 hex of SHA-256>-<22 random>.png`.
class Files {
 public:
  Files(std::string folder, Random& random) : folder_(std::move(folder)), random_(random) {}

  /// Writes, syncs and renames into place: once this answers, the file survives a power cut. Throws on
  /// input/output errors.
  std::string put(std::string_view kind, std::string_view bytes, std::string_view type);
  /// Nothing for a name that is not of our form or not there.
  std::optional<std::string> read(std::string_view name) const;
  void remove(std::string_view name);
  /// image/png … by the name's ending; empty when the name is not of our form.
  static std::string_view type_of(std::string_view name);

  struct Problem {
    std::string name;
    std::string what;
  };
  /// Whether the file is there and its content is what its name tells.
  std::optional<Problem> check(std::string_view name) const;
  /// Names of all files in the folder.
  std::vector<std::string> all() const;

 private:
  std::string folder_;
  Random& random_;
};

}  // namespace dunlin::media
