#pragma once
#include <string>

#include "protocol/base/result.h"

namespace dunlin::outgoing {

/// The certificate authorities that peers are verified with: the system's, and those of one more file.
class Trust {
 public:
  /// `system_file` as libcurl was built with, may be empty; `more` may be empty. Errc::bad_request when
  /// `more` cannot be read or holds no certificate.
  static Result<Trust> load(std::string system_file, const std::string& more);
  ~Trust();
  Trust(Trust&& other) noexcept;
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  /// Of a PEM file that exists as long as this value. Empty: nobody is trusted.
  const std::string& path() const { return path_; }

 private:
  explicit Trust(std::string path, int fd = -1) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_;  // holds both files when there are two
};

}  // namespace dunlin::outgoing
