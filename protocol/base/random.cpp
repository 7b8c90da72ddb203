#include "protocol/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

#include "protocol/base/encoding.h"

namespace dunlin {
namespace {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    while (!out.empty()) {
      const ssize_t got = ::getrandom(out.data(), out.size(), 0);
      if (got < 0) {
        if (errno == EINTR) continue;
        throw std::system_error(errno, std::generic_category(), "getrandom");
      }
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

std::string Random::token(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill(std::as_writable_bytes(std::span(raw)));
  return base64url(raw);
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace dunlin
