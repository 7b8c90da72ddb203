// What strangers say about who they are: the first byte chooses the reader. A request is its headers, one a
// line as "name: value", after the line of the request and before an empty line and the body.
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/base/limits.h"
#include "protocol/base/time.h"
#include "protocol/signature/integrity_proof.h"
#include "protocol/signature/jcs.h"
#include "protocol/signature/structured_fields.h"
#include "protocol/signature/verify.h"

using namespace dunlin;
using namespace dunlin::signature;

namespace {

constexpr Timestamp now{1'795'244'380'000};

const PublicKey& key(KeyKind kind) {
  static const PublicKey rsa = PrivateKey::generate(KeyKind::rsa).public_key();
  static const PublicKey ed25519 = PrivateKey::generate(KeyKind::ed25519).public_key();
  return kind == KeyKind::rsa ? rsa : ed25519;
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void request(std::string_view text) {
  Message message;
  const std::string_view first = take_line(text);
  message.method = first.substr(0, first.find(' '));
  message.target = first.substr(std::min(first.find(' ') + 1, first.size()));
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const auto colon = std::min(line.find(':'), line.size());
    message.headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  message.body = text;
  message.has_body = !text.empty();
  static const std::array<std::string, 1> own{"node.example"};
  const auto claim = read_claim(message, own, now);
  if (!claim) {
    ENSURE(refusal_of(claim.error()));
    return;
  }
  ENSURE(!claim->key_id.empty() && !claim->signature.empty() && !claim->signed_texts.empty());
  ENSURE(claim->made_at >= now - limits::signature_age_max && claim->made_at <= now + limits::clock_skew_max);
  ENSURE(!claim->is_signed_by(key(KeyKind::rsa)) && !claim->is_signed_by(key(KeyKind::ed25519)));
}

void dictionary(std::string_view text) {
  const auto members = parse_dictionary(text);
  if (!members) return;
  for (const auto& [name, member] : *members) {
    if (member.raw.empty()) continue;
    const auto again = parse_dictionary(name + "=" + member.raw);
    ENSURE(again && again->size() == 1 && again->front().second.raw == member.raw);
  }
}

void keys(std::string_view text) {
  if (const auto read = PublicKey::from_pem(text)) {
    const auto again = PublicKey::from_pem(read->pem());
    ENSURE(again && again->kind() == read->kind() && again->pem() == read->pem());
    ENSURE(!read->verify(text, text));
  }
  if (const auto read = PublicKey::from_multibase(text)) ENSURE(read->multibase() == text);
  if (const auto bytes = base58_decode(text)) ENSURE(base58(*bytes) == text);
}

void document(std::string_view text) {
  const auto value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) return;
  if (const auto canonical = canonical_json(value)) {
    const auto again = canonical_json(nlohmann::json::parse(*canonical));
    ENSURE(again && *again == *canonical);
  }
  const auto claim = read_proof(value, now);
  if (claim) ENSURE(claim->signature.size() == 64 && !claim->is_signed_by(key(KeyKind::ed25519)));
}

void date(std::string_view text) {
  if (const auto time = parse_http_date(text)) ENSURE(parse_http_date(to_http_date(*time)) == time);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 5) {
    case 0:
      request(text);
      break;
    case 1:
      dictionary(text);
      break;
    case 2:
      keys(text);
      break;
    case 3:
      document(text);
      break;
    case 4:
      date(text);
      break;
  }
  return 0;
}
