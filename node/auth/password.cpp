#include "node/auth/password.h"

#include <argon2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::auth {
namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

[[noreturn]] void throw_fault(int code) {
  throw std::runtime_error(std::string("argon2: ") + argon2_error_message(code));
}

std::string hash_with_salt(std::string_view password, std::span<const std::byte> salt, PasswordCost cost) {
  std::string encoded(
      argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, salt_bytes, hash_bytes, Argon2_id), '\0');
  int code = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                                   salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) throw_fault(code);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

tl::unexpected<Error> refuse(std::string why) {
  return fail(Errc::unprocessable, "password: " + std::move(why));
}

}  // namespace

std::string hash_password(std::string_view password, Random& random, PasswordCost cost) {
  std::array<std::byte, salt_bytes> salt{};
  random.fill(salt);
  return hash_with_salt(password, salt, cost);
}

bool verify_password(std::string_view encoded, std::string_view password) {
  // argon2 reads a C string: what stands behind a NUL would be ignored, so a hash with one is no hash.
  if (encoded.find('\0') == std::string_view::npos) {
    int code = argon2id_verify(std::string(encoded).c_str(), password.data(), password.size());
    if (code == ARGON2_OK) return true;
    if (code == ARGON2_VERIFY_MISMATCH) return false;
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR) throw_fault(code);
  }
  verify_absent(password);
  return false;
}

void verify_absent(std::string_view password, PasswordCost cost) {
  constexpr std::array<std::byte, salt_bytes> salt{};
  hash_with_salt(password, salt, cost);
}

Result<void> check_password_rules(std::string_view password, std::string_view username,
                                  std::string_view email) {
  if (password.size() > limits::password_bytes_max) {
    return refuse("is too long (at most " + std::to_string(limits::password_bytes_max) + " bytes)");
  }
  if (!is_utf8(password)) return refuse("is not valid UTF-8");
  if (characters(password) < limits::password_characters_min) {
    return refuse("is too short (at least " + std::to_string(limits::password_characters_min) +
                  " characters)");
  }
  auto is = [&](std::string_view other) { return !other.empty() && equal_ignoring_case(password, other); };
  if (is(username)) return refuse("must not be the username");
  if (is(email)) return refuse("must not be the e-mail address");
  return {};
}

}  // namespace dunlin::auth
