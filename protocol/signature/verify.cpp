#include "protocol/signature/verify.h"

#include <algorithm>

#include "protocol/signature/cavage.h"
#include "protocol/signature/digest.h"
#include "protocol/signature/rfc9421.h"

namespace dunlin::signature {
namespace {

/// Against what we are called, not against what was sent: a request made for another must not count here.
Result<void> check_host(const Message& message, std::span<const std::string> own_authorities) {
  const auto host = header_value(message, "host");
  if (host && count_headers(message, "host") == 1) {
    const std::string name = normal_authority(*host, message.scheme);
    for (const std::string& own : own_authorities) {
      if (name == normal_authority(own, message.scheme)) return {};
    }
  }
  return refuse(Refusal::wrong_host, "made for another host");
}

Result<void> check_body(const Message& message, Scheme scheme) {
  const auto header = header_value(message, scheme == Scheme::cavage ? "digest" : "content-digest");
  if (!header) {
    if (needs_digest(message)) return refuse(Refusal::no_digest, "no digest of the body");
    return {};
  }
  return scheme == Scheme::cavage ? check_digest(*header, message.body)
                                  : check_content_digest(*header, message.body);
}

/// A line break in a value would let one covered line be read as two.
bool has_line_breaks(const Message& message) {
  auto breaks = [](std::string_view text) { return text.find_first_of("\r\n") != text.npos; };
  return breaks(message.method) || breaks(message.target) ||
         std::any_of(message.headers.begin(), message.headers.end(),
                     [&](const auto& header) { return breaks(header.second); });
}

}  // namespace

bool Claim::is_signed_by(const PublicKey& key) const {
  if (algorithm == Algorithm::rsa_sha256 && key.kind() != KeyKind::rsa) return false;
  if (algorithm == Algorithm::ed25519 && key.kind() != KeyKind::ed25519) return false;
  for (const std::string& text : signed_texts) {
    if (key.verify(text, signature)) return true;
  }
  // hs2019 leaves the hash open; some servers take SHA-512 with it.
  if (scheme != Scheme::cavage || algorithm != Algorithm::by_key || key.kind() != KeyKind::rsa) return false;
  return std::any_of(signed_texts.begin(), signed_texts.end(),
                     [&](const std::string& text) { return key.verify(text, signature, Hash::sha512); });
}

Result<Claim> read_claim(const Message& message, std::span<const std::string> own_authorities,
                         Timestamp now) {
  const bool rfc9421 = count_headers(message, "signature-input") > 0;
  if (!rfc9421 && count_headers(message, "signature") == 0)
    return refuse(Refusal::not_signed, "no signature");
  if (has_line_breaks(message)) return refuse(Refusal::malformed, "a line break inside of a header");
  TRY(auto claim, rfc9421 ? read_rfc9421(message, now) : read_cavage(message, now));
  TRY_DO(check_host(message, own_authorities));
  TRY_DO(check_body(message, claim.scheme));
  return claim;
}

}  // namespace dunlin::signature
