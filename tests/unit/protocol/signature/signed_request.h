#pragma once
// A request as it arrives, to be signed and then spoilt in one way.
#include <string>
#include <utility>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/base/time.h"
#include "protocol/signature/claim.h"
#include "protocol/signature/keys.h"
#include "protocol/signature/message.h"

namespace dunlin::signature {

inline constexpr Timestamp test_now{1'795'244'380'000};  // 2026-11-21T06:59:40Z
inline const std::string test_key_id = "https://peer.example/users/ada#main-key";

struct SignedRequest {
  std::string method = "POST";
  std::string target = "/inbox";
  std::string body = R"({"type":"Like"})";
  bool has_body = true;
  std::vector<std::pair<std::string, std::string>> headers{{"Host", "node.example"},
                                                           {"Content-Type", "application/activity+json"}};

  Message message() const;
  std::string get(std::string_view name) const;
  SignedRequest& set(std::string_view name, std::string value);
  SignedRequest& remove(std::string_view name);
  /// In the first header of this name; it must be there.
  SignedRequest& replace(std::string_view name, std::string_view from, std::string_view to);
  SignedRequest& sign(Scheme scheme, const PrivateKey& key, Timestamp now = test_now);
  /// At a node that is called node.example and node.example:3000.
  Result<Claim> read(Timestamp now = test_now) const;
};

SignedRequest a_post(std::string target = "/inbox");
SignedRequest a_get(std::string target = "/users/bob");
/// Made once in a process: RSA takes its time.
const PrivateKey& test_key(KeyKind kind);
const PrivateKey& other_test_key(KeyKind kind);
/// PEM of any bytes under any name.
std::string pem_block(const std::string& type, std::string_view der);
/// "" when accepted, else the word of the refusal.
std::string word(const Result<Claim>& claim);

}  // namespace dunlin::signature
