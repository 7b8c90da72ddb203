#include "protocol/signature/cavage.h"

#include <algorithm>
#include <charconv>

#include "protocol/base/ensure.h"
#include "protocol/base/limits.h"
#include "protocol/signature/digest.h"
#include "protocol/signature/freshness.h"
#include "protocol/signature/refusal.h"

namespace dunlin::signature {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Parameters {
  std::optional<std::string> key_id, algorithm, headers, signature, created, expires;
};

auto malformed(std::string what) { return refuse(Refusal::malformed, std::move(what)); }

/// Reads `name="value"` and `name=123`, separated by commas (draft 2.1, RFC 9110 11.2).
class ParameterReader {
 public:
  explicit ParameterReader(std::string_view text) : rest_(text) {}

  Result<Parameters> read() {
    Parameters found;
    std::vector<std::string> seen;
    while (true) {
      skip_space();
      const std::string name = take_name();
      skip_space();
      if (name.empty() || !take('=')) return malformed("Signature is not a list of name=value");
      skip_space();
      auto value = take_value();
      if (!value) return malformed("a parameter of Signature has no value");
      // Compared without case: a reader that does so must not see another value than one that does not.
      if (std::find(seen.begin(), seen.end(), to_lower(name)) != seen.end()) {
        return malformed("Signature has a parameter twice");
      }
      seen.push_back(to_lower(name));
      if (seen.size() > limits::signature_parameters_max)
        return malformed("Signature has too many parameters");
      if (auto* place = place_of(found, name)) *place = std::move(*value);
      skip_space();
      if (rest_.empty()) return found;
      if (!take(',')) return malformed("Signature is not a list of name=value");
    }
  }

 private:
  static std::optional<std::string>* place_of(Parameters& found, std::string_view name) {
    if (name == "keyId") return &found.key_id;
    if (name == "algorithm") return &found.algorithm;
    if (name == "headers") return &found.headers;
    if (name == "signature") return &found.signature;
    if (name == "created") return &found.created;
    if (name == "expires") return &found.expires;
    return nullptr;
  }
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string take_name() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_letter);
    std::string name(rest_.begin(), end);
    rest_.remove_prefix(name.size());
    return name;
  }
  std::optional<std::string> take_value() {
    if (!take('"')) {
      const std::size_t digits = std::min(rest_.find_first_not_of("0123456789."), rest_.size());
      if (digits == 0) return std::nullopt;
      std::string number(rest_.substr(0, digits));
      rest_.remove_prefix(digits);
      return number;
    }
    std::string value;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return value;
      if (c == '\\') {
        if (rest_.empty()) return std::nullopt;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
      value += c;
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

/// Lower-case names, each once, in their order.
Result<std::vector<std::string>> covered_names(std::string_view list) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = list.find_first_not_of(' ', at)) != list.npos;) {
    const std::size_t end = std::min(list.find(' ', at), list.size());
    std::string name = to_lower(list.substr(at, end - at));
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return malformed("a header is covered twice");
    }
    names.push_back(std::move(name));
    if (names.size() > limits::signature_components_max) return malformed("too many headers are covered");
    at = end;
  }
  return names;
}

bool covers(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<Claim::Algorithm> read_algorithm(const Parameters& parameters, const std::vector<std::string>& names) {
  if (!parameters.algorithm || equal_ignoring_case(*parameters.algorithm, "hs2019")) {
    return Claim::Algorithm::by_key;
  }
  if (!equal_ignoring_case(*parameters.algorithm, "rsa-sha256")) {
    return refuse(Refusal::bad_algorithm, "algorithm is neither rsa-sha256 nor hs2019");
  }
  // Draft 2.3: such a signer never meant the parameters to be covered.
  if (covers(names, "(created)") || covers(names, "(expires)")) {
    return refuse(Refusal::bad_algorithm, "(created) and (expires) need hs2019");
  }
  return Claim::Algorithm::rsa_sha256;
}

Result<void> check_coverage(const Message& message, const std::vector<std::string>& names) {
  const bool timed = covers(names, "date") || covers(names, "(created)");
  if (!covers(names, "(request-target)") || !covers(names, "host") || !timed) {
    return refuse(Refusal::weak_coverage, "(request-target), host and date or (created) must be covered");
  }
  if (!needs_digest(message)) return {};
  if (!header_value(message, "digest")) return refuse(Refusal::no_digest, "no Digest header");
  if (!covers(names, "digest")) return refuse(Refusal::weak_coverage, "digest must be covered");
  return {};
}

/// Whole seconds; what stands behind a point (draft 2.1.5 allows that for `expires`) is dropped.
std::optional<Timestamp> read_seconds(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
  if (error != std::errc() || end != whole.data() + whole.size() || whole.size() > 15) return std::nullopt;
  return from_seconds(seconds);
}

/// Each time that is covered must be fresh, and what is over by its own word is over even if that is not
/// covered.
Result<Timestamp> check_times(const Message& message, const Parameters& parameters,
                              const std::vector<std::string>& names, Timestamp now) {
  Timestamp made_at{};
  if (covers(names, "(created)")) {
    const auto created = parameters.created ? read_seconds(*parameters.created) : std::nullopt;
    if (!created) return refuse(Refusal::stale, "created is no number of seconds");
    TRY_DO(check_made_at(*created, now));
    made_at = *created;
  }
  if (covers(names, "date")) {
    const auto text = header_value(message, "date");
    const auto date = text ? parse_http_date(*text) : std::nullopt;
    if (!date) return refuse(Refusal::stale, "no date, or one that is not as RFC 9110 has it");
    TRY_DO(check_made_at(*date, now));
    made_at = *date;
  }
  if (parameters.expires) {
    const auto expires = read_seconds(*parameters.expires);
    if (!expires) return refuse(Refusal::stale, "expires is no number of seconds");
    TRY_DO(check_expiry(*expires, now));
  }
  return made_at;
}

}  // namespace

Result<std::string> cavage_signing_string(const Message& message, const CavageText& text) {
  std::string out;
  for (const std::string& name : text.names) {
    if (!out.empty()) out += '\n';
    out += name;
    out += ": ";
    if (name == "(request-target)") {
      out += to_lower(message.method);
      out += ' ';
      out += text.target;
    } else if (name == "(created)" || name == "(expires)") {
      const std::string_view value = name == "(created)" ? text.created : text.expires;
      if (value.empty()) return refuse(Refusal::missing_header, name + " is covered and not said");
      out += value;
    } else {
      const auto value = header_value(message, name);
      if (!value) return refuse(Refusal::missing_header, "a covered header is not there");
      out += *value;
    }
  }
  return out;
}

Headers sign_cavage(const PrivateKey& key, std::string_view key_id, const Message& message, Timestamp now,
                    const std::optional<Sha256>& body_digest) {
  ENSURE(key_id.find_first_of("\"\\\r\n") == key_id.npos);
  Headers added{{"Date", to_http_date(now)}};
  std::vector<std::string> names{"(request-target)", "host", "date"};
  if (needs_digest(message)) {
    added.emplace_back("Digest", digest_header(body_digest ? *body_digest : sha256(message.body)));
    names.emplace_back("digest");
    if (count_headers(message, "content-type") > 0) names.emplace_back("content-type");
  }
  if (count_headers(message, "collection-synchronization") > 0)
    names.emplace_back("collection-synchronization");
  Message whole = message;
  whole.headers.emplace_back("host", message.authority);
  for (const auto& [name, value] : added) whole.headers.emplace_back(name, value);
  const auto text =
      cavage_signing_string(whole, {.names = names, .target = message.target, .created = {}, .expires = {}});
  ENSURE(text);
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : " ") + name;
  added.emplace_back("Signature", "keyId=\"" + std::string(key_id) + "\",algorithm=\"" +
                                      (key.kind() == KeyKind::rsa ? "rsa-sha256" : "hs2019") +
                                      "\",headers=\"" + list + "\",signature=\"" + base64(key.sign(*text)) +
                                      "\"");
  return added;
}

Result<Claim> read_cavage(const Message& message, Timestamp now) {
  if (count_headers(message, "signature") > 1) return malformed("more than one Signature");
  const std::string header = header_value(message, "signature").value_or("");
  if (header.size() > limits::signature_header_bytes_max) return malformed("Signature is too long");
  TRY(const Parameters parameters, ParameterReader(header).read());
  if (!parameters.key_id || parameters.key_id->empty()) return malformed("no keyId");
  auto signature = parameters.signature ? base64_decode(*parameters.signature) : std::nullopt;
  if (!signature || signature->empty()) return malformed("no signature in base64");
  TRY(const auto names, covered_names(parameters.headers.value_or("date")));
  TRY(const auto algorithm, read_algorithm(parameters, names));
  TRY_DO(check_coverage(message, names));
  TRY(const Timestamp made_at, check_times(message, parameters, names, now));

  Claim claim{.key_id = *parameters.key_id,
              .scheme = Scheme::cavage,
              .made_at = made_at,
              .signature = std::move(*signature),
              .algorithm = algorithm,
              .signed_texts = {}};
  CavageText text{.names = names,
                  .target = message.target,
                  .created = parameters.created ? std::string_view(*parameters.created) : "",
                  .expires = parameters.expires ? std::string_view(*parameters.expires) : ""};
  TRY(auto whole, cavage_signing_string(message, text));
  claim.signed_texts.push_back(std::move(whole));
  if (!query_of(message).empty()) {  // Peers disagree whether the target includes the query.
    text.target = path_of(message);
    TRY(auto without_query, cavage_signing_string(message, text));
    claim.signed_texts.push_back(std::move(without_query));
  }
  return claim;
}

}  // namespace dunlin::signature
