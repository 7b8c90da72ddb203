#include "node/outgoing/trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace dunlin::outgoing {
namespace {

std::optional<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return std::nullopt;
  return text;
}

bool holds_certificate(const std::string& pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                BIO_free);
  std::unique_ptr<X509, decltype(&X509_free)> first(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                                    X509_free);
  ERR_clear_error();
  return first != nullptr;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw std::system_error(errno, std::generic_category(), "certificates in memory");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<Trust> Trust::load(std::string system_file, const std::string& more) {
  if (more.empty()) return Trust(std::move(system_file));
  auto added = content_of(more);
  if (!added) return fail(Errc::bad_request, more + ": cannot be read");
  if (added->size() > (16U << 20) || !holds_certificate(*added))
    return fail(Errc::bad_request, more + ": holds no certificate (PEM)");
  // One file for libcurl, which then keeps what it has read of it for all connections; certificates given as
  // bytes it would read again for each.
  const int fd = ::memfd_create("certificate-authorities", MFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  Trust both("/proc/self/fd/" + std::to_string(fd), fd);
  write_all(fd, content_of(system_file).value_or(std::string()) + "\n" + *added);
  return both;
}

Trust::~Trust() {
  if (fd_ >= 0) ::close(fd_);
}

Trust::Trust(Trust&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

}  // namespace dunlin::outgoing
