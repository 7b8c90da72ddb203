#pragma once
// Passwords as they are stored. Each call costs memory and time on purpose: never on an I/O loop or the
// writer thread.
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace dunlin::auth {

/// Price of one hash. Source: OWASP Password Storage Cheat Sheet, Argon2id.
struct PasswordCost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
};

/// Argon2id with 16 bytes of salt, as a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. Throws when
/// memory runs out.
std::string hash_password(std::string_view password, Random& random, PasswordCost cost = {});

/// True when `encoded` was made from `password`. The price is the one written in `encoded`; a string that is
/// no hash (an account without a password has an empty one) costs the default price, so that it cannot be
/// told apart by time.
bool verify_password(std::string_view encoded, std::string_view password);

/// The same work as verify_password() for a name that does not exist. Pass the cost that real hashes were
/// made with.
void verify_absent(std::string_view password, PasswordCost cost = {});

/// Whether a new password may be used: at least 8 characters, at most 1,024 bytes, UTF-8, and neither the
/// user's name nor e-mail address (without ASCII case; empty ones are not compared). Errc::unprocessable,
/// "password: ..." otherwise.
Result<void> check_password_rules(std::string_view password, std::string_view username,
                                  std::string_view email);

}  // namespace dunlin::auth
