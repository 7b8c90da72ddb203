#include "tests/unit/protocol/signature/signed_request.h"

#include <algorithm>
#include <array>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/signature/cavage.h"
#include "protocol/signature/rfc9421.h"
#include "protocol/signature/verify.h"

namespace dunlin::signature {

Message SignedRequest::message() const {
  Message out;
  out.method = method;
  out.authority = get("host");
  out.target = target;
  out.body = body;
  out.has_body = has_body;
  for (const auto& [name, value] : headers) out.headers.emplace_back(name, value);
  return out;
}

std::string SignedRequest::get(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.first, name)) return header.second;
  }
  return {};
}

SignedRequest& SignedRequest::set(std::string_view name, std::string value) {
  remove(name);
  headers.emplace_back(name, std::move(value));
  return *this;
}

SignedRequest& SignedRequest::remove(std::string_view name) {
  std::erase_if(headers, [&](const auto& header) { return equal_ignoring_case(header.first, name); });
  return *this;
}

SignedRequest& SignedRequest::replace(std::string_view name, std::string_view from, std::string_view to) {
  std::string value = get(name);
  const auto at = value.find(from);
  ENSURE(at != std::string::npos);
  return set(name, value.replace(at, from.size(), to));
}

SignedRequest& SignedRequest::sign(Scheme scheme, const PrivateKey& key, Timestamp now) {
  Message bare = message();
  std::erase_if(bare.headers, [](const auto& header) { return equal_ignoring_case(header.first, "host"); });
  const Headers added = scheme == Scheme::cavage ? sign_cavage(key, test_key_id, bare, now)
                                                 : sign_rfc9421(key, test_key_id, bare, now);
  for (const auto& [name, value] : added) set(name, value);
  return *this;
}

Result<Claim> SignedRequest::read(Timestamp now) const {
  static const std::array<std::string, 2> own{"node.example", "node.example:3000"};
  return read_claim(message(), own, now);
}

SignedRequest a_post(std::string target) {
  SignedRequest request;
  request.target = std::move(target);
  return request;
}

SignedRequest a_get(std::string target) {
  SignedRequest request;
  request.method = "GET";
  request.target = std::move(target);
  request.body.clear();
  request.has_body = false;
  return request.remove("content-type");
}

const PrivateKey& test_key(KeyKind kind) {
  static const PrivateKey rsa = PrivateKey::generate(KeyKind::rsa);
  static const PrivateKey ed25519 = PrivateKey::generate(KeyKind::ed25519);
  return kind == KeyKind::rsa ? rsa : ed25519;
}

const PrivateKey& other_test_key(KeyKind kind) {
  static const PrivateKey rsa = PrivateKey::generate(KeyKind::rsa);
  static const PrivateKey ed25519 = PrivateKey::generate(KeyKind::ed25519);
  return kind == KeyKind::rsa ? rsa : ed25519;
}

std::string pem_block(const std::string& type, std::string_view der) {
  return "-----BEGIN " + type + "-----\n" + base64(der) + "\n-----END " + type + "-----\n";
}

std::string word(const Result<Claim>& claim) {
  if (claim) return {};
  const auto refusal = refusal_of(claim.error());
  return refusal ? std::string(to_string(*refusal)) : "not a refusal: " + claim.error().safe;
}

}  // namespace dunlin::signature
