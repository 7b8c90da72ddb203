#include "protocol/signature/rfc9421.h"

#include <algorithm>
#include <set>

#include "protocol/base/ensure.h"
#include "protocol/base/limits.h"
#include "protocol/signature/digest.h"
#include "protocol/signature/freshness.h"
#include "protocol/signature/refusal.h"

namespace dunlin::signature {
namespace {

auto malformed(std::string what) { return refuse(Refusal::malformed, std::move(what)); }

/// Our own name as the Host header has it (read_claim() has checked that it is ours), or the peer's when we
/// sign.
std::string authority_of(const Message& message) {
  return normal_authority(header_value(message, "host").value_or(message.authority), message.scheme);
}

/// RFC 9421 2.2. Nothing for a name that is none of them.
std::optional<std::string> derived(const Message& message, std::string_view name) {
  if (name == "@method") return message.method;
  if (name == "@target-uri") return message.scheme + "://" + authority_of(message) + message.target;
  if (name == "@authority") return authority_of(message);
  if (name == "@scheme") return to_lower(message.scheme);
  if (name == "@request-target") return message.target;
  if (name == "@path") return std::string(path_of(message));
  if (name == "@query") return query_of(message).empty() ? "?" : std::string(query_of(message));
  return std::nullopt;
}

Result<std::string> component(const Message& message, const Item& item) {
  const auto* name = std::get_if<std::string>(&item.value);
  if (name == nullptr || name->empty() || to_lower(*name) != *name)
    return malformed("a covered component has no name");
  if (!item.parameters.empty()) return malformed("a covered component has parameters that we do not do");
  if (name->front() == '@') {
    auto value = derived(message, *name);
    if (!value) return malformed("a derived component that we do not do");
    return std::move(*value);
  }
  auto value = header_value(message, *name);
  if (!value) return refuse(Refusal::missing_header, "a covered header is not there");
  return std::move(*value);
}

class Covered {
 public:
  explicit Covered(const Member& input) {
    for (const Item& item : input.items) {
      if (const auto* name = std::get_if<std::string>(&item.value)) names_.insert(*name);
    }
  }
  bool has(std::string_view name) const { return names_.find(name) != names_.end(); }
  /// Whether the whole URL is covered, as one component or in its parts.
  bool has_target(const Message& message) const {
    if (has("@target-uri")) return true;
    const bool authority = has("@authority") || has("host");
    const bool query = has("@query") || query_of(message).empty();
    return authority && (has("@request-target") || (has("@path") && query));
  }

 private:
  std::set<std::string, std::less<>> names_;
};

Result<Claim::Algorithm> read_algorithm(const Parameters& parameters) {
  const BareItem* item = find_parameter(parameters, "alg");
  if (item == nullptr) return Claim::Algorithm::by_key;
  const auto* name = std::get_if<std::string>(item);
  if (name != nullptr && *name == "rsa-v1_5-sha256") return Claim::Algorithm::rsa_sha256;
  if (name != nullptr && *name == "ed25519") return Claim::Algorithm::ed25519;
  return refuse(Refusal::bad_algorithm, "alg is neither rsa-v1_5-sha256 nor ed25519");
}

Result<Timestamp> check_times(const Parameters& parameters, Timestamp now) {
  const BareItem* item = find_parameter(parameters, "created");
  if (item == nullptr) return refuse(Refusal::weak_coverage, "no created");
  const auto* created = std::get_if<std::int64_t>(item);
  if (created == nullptr) return refuse(Refusal::stale, "created is no number of seconds");
  TRY_DO(check_made_at(from_seconds(*created), now));
  if (const BareItem* expires = find_parameter(parameters, "expires")) {
    const auto* seconds = std::get_if<std::int64_t>(expires);
    if (seconds == nullptr) return refuse(Refusal::stale, "expires is no number of seconds");
    TRY_DO(check_expiry(from_seconds(*seconds), now));
  }
  return from_seconds(*created);
}

Result<void> check_coverage(const Message& message, const Member& input) {
  const Covered covered(input);
  if (!covered.has("@method") || !covered.has_target(message)) {
    return refuse(Refusal::weak_coverage, "@method and the whole target must be covered");
  }
  if (!needs_digest(message)) return {};
  if (!header_value(message, "content-digest")) return refuse(Refusal::no_digest, "no Content-Digest header");
  if (!covered.has("content-digest")) return refuse(Refusal::weak_coverage, "content-digest must be covered");
  return {};
}

/// One label of both fields.
Result<Claim> read_label(const Message& message, const Member& input, const Member* value, Timestamp now) {
  const auto* signature =
      value == nullptr || value->is_list ? nullptr : std::get_if<ByteSequence>(&value->value);
  if (!input.is_list || signature == nullptr || signature->bytes.empty()) {
    return malformed("a label without components or without a signature");
  }
  if (input.items.size() > limits::signature_components_max)
    return malformed("too many components are covered");
  const BareItem* key = find_parameter(input.parameters, "keyid");
  const auto* key_id = key == nullptr ? nullptr : std::get_if<std::string>(key);
  if (key_id == nullptr || key_id->empty()) return malformed("no keyid");
  TRY(const auto algorithm, read_algorithm(input.parameters));
  TRY_DO(check_coverage(message, input));
  TRY(const Timestamp made_at, check_times(input.parameters, now));
  TRY(auto base, signature_base(message, input));
  return Claim{.key_id = *key_id,
               .scheme = Scheme::rfc9421,
               .made_at = made_at,
               .signature = signature->bytes,
               .algorithm = algorithm,
               .signed_texts = {std::move(base)}};
}

/// The dictionary in the one header of this name.
Result<Dictionary> read_header(const Message& message, std::string_view name) {
  if (count_headers(message, name) != 1) return malformed("not exactly one " + std::string(name));
  const auto text = header_value(message, name);
  if (text->size() > limits::signature_header_bytes_max) return malformed(std::string(name) + " is too long");
  return parse_dictionary(*text);
}

}  // namespace

Result<std::string> signature_base(const Message& message, const Member& input) {
  std::string base;
  std::set<std::string> seen;
  for (const Item& item : input.items) {
    TRY(const auto value, component(message, item));
    const std::string name = serialized_string(std::get<std::string>(item.value));
    if (!seen.insert(name).second) return malformed("a component is covered twice");
    base += name + ": " + value + "\n";
  }
  return base + "\"@signature-params\": " + input.raw;
}

Headers sign_rfc9421(const PrivateKey& key, std::string_view key_id, const Message& message, Timestamp now,
                     const std::optional<Sha256>& body_digest) {
  Headers added;
  Message whole = message;
  std::string input = "(\"@method\" \"@target-uri\"";
  if (needs_digest(message)) {
    added.emplace_back("Content-Digest",
                       content_digest_header(body_digest ? *body_digest : sha256(message.body)));
    whole.headers.emplace_back("content-digest", added.back().second);
    input += " \"content-digest\"";
  }
  if (count_headers(message, "collection-synchronization") > 0) input += " \"collection-synchronization\"";
  input += ");created=" + std::to_string(now.ms / 1'000) + ";keyid=" + serialized_string(key_id);
  const auto members = parse_dictionary("sig1=" + input);
  ENSURE(members);
  const auto base = signature_base(whole, members->front().second);
  ENSURE(base);
  added.emplace_back("Signature-Input", "sig1=" + input);
  added.emplace_back("Signature", "sig1=:" + base64(key.sign(*base)) + ":");
  return added;
}

Result<Claim> read_rfc9421(const Message& message, Timestamp now) {
  TRY(const auto inputs, read_header(message, "signature-input"));
  TRY(const auto signatures, read_header(message, "signature"));
  if (inputs.empty() || inputs.size() > limits::signature_labels_max)
    return malformed("no or too many labels");
  std::optional<Result<Claim>> chosen;
  for (const auto& input : inputs) {
    const auto value = std::find_if(signatures.begin(), signatures.end(),
                                    [&](const auto& member) { return member.first == input.first; });
    auto claim = read_label(message, input.second, value == signatures.end() ? nullptr : &value->second, now);
    if (chosen && *chosen && claim) return malformed("more than one signature could be meant");
    if (!chosen || claim) chosen = std::move(claim);
  }
  return std::move(*chosen);
}

}  // namespace dunlin::signature
