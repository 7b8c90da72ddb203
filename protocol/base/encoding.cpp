#include "protocol/base/encoding.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "protocol/base/ensure.h"
#include "protocol/base/utf8.h"

namespace dunlin {
namespace {

constexpr std::string_view hex_lower = "0123456789abcdef";
constexpr std::string_view hex_upper = "0123456789ABCDEF";
constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base58_alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t base58_characters_max = 256;

std::uint8_t as_byte(char c) { return static_cast<std::uint8_t>(c); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

/// 0..15, or -1.
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// 0..63 in either alphabet, or -1.
int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

/// Without padding.
std::string base64_in(std::string_view alphabet, std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : bytes) {
    bits = (bits << 8) | as_byte(c);
    for (count += 8; count >= 6; count -= 6) out += alphabet[(bits >> (count - 6)) & 63];
  }
  if (count > 0) out += alphabet[(bits << (6 - count)) & 63];
  return out;
}

/// Rewrites a number from one base to another, both at most 256; digits stand greatest first. Zeros in front
/// are not digits: the caller counts them.
std::vector<std::uint8_t> rebased(const std::vector<std::uint8_t>& digits, unsigned from, unsigned to) {
  std::vector<std::uint8_t> out;  // least first
  for (unsigned carry : digits) {
    for (std::uint8_t& place : out) {
      carry += place * from;
      place = static_cast<std::uint8_t>(carry % to);
      carry /= to;
    }
    for (; carry > 0; carry /= to) out.push_back(static_cast<std::uint8_t>(carry % to));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::string_view html_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  // The one-shot SHA256() looks the algorithm up each time, which costs more than hashing a token.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     EVP_MD_CTX_free);
  Sha256 digest;
  ENSURE(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
  ENSURE(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
  ENSURE(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    out += hex_lower[as_byte(c) >> 4];
    out += hex_lower[as_byte(c) & 15];
  }
  return out;
}

std::string base64url(std::string_view bytes) { return base64_in(base64url_alphabet, bytes); }

std::string base64(std::string_view bytes) {
  std::string out = base64_in(base64_alphabet, bytes);
  out.resize((bytes.size() + 2) / 3 * 4, '=');
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.ends_with('=')) {
    if (text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xFF);
    }
  }
  // What is left over must be zero, or several texts would mean the same bytes (RFC 4648 3.5).
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

std::string base58(std::string_view bytes) {
  const std::size_t zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
  std::string out(zeros, base58_alphabet[0]);
  for (std::uint8_t digit :
       rebased({bytes.begin() + static_cast<std::ptrdiff_t>(zeros), bytes.end()}, 256, 58)) {
    out += base58_alphabet[digit];
  }
  return out;
}

std::optional<std::string> base58_decode(std::string_view text) {
  if (text.size() > base58_characters_max) return std::nullopt;
  const std::size_t zeros = std::min(text.find_first_not_of(base58_alphabet[0]), text.size());
  std::vector<std::uint8_t> digits;
  for (char c : text.substr(zeros)) {
    const std::size_t value = base58_alphabet.find(c);
    if (value == base58_alphabet.npos) return std::nullopt;
    digits.push_back(static_cast<std::uint8_t>(value));
  }
  std::string out(zeros, '\0');
  for (std::uint8_t byte : rebased(digits, 58, 256)) out += static_cast<char>(byte);
  return out;
}

std::string percent_encode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 4);
  for (char c : bytes) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      out += hex_upper[as_byte(c) >> 4];
      out += hex_upper[as_byte(c) & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (i + 8 <= bytes.size() && (load_8(bytes, i) & non_ascii_bits) == 0) {
      i += 8;
      continue;
    }
    const Utf8Step step = read_utf8(bytes, i);
    if (!step.valid) return false;
    i += step.length;
  }
  return true;
}

void append_escaped_html(std::string& out, std::string_view text) {
  std::size_t done = 0;  // everything before it is in `out`
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view entity = html_entity(text[i]);
    if (entity.empty()) continue;
    out.append(text, done, i - done);
    out += entity;
    done = i + 1;
  }
  out.append(text, done);
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  append_escaped_html(out, text);
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace dunlin
