#include "protocol/signature/refusal.h"

namespace dunlin::signature {

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_signed:
      return "unsigned";
    case Refusal::malformed:
      return "malformed";
    case Refusal::bad_algorithm:
      return "bad_algorithm";
    case Refusal::weak_coverage:
      return "weak_coverage";
    case Refusal::missing_header:
      return "missing_header";
    case Refusal::stale:
      return "stale";
    case Refusal::wrong_host:
      return "wrong_host";
    case Refusal::no_digest:
      return "no_digest";
    case Refusal::wrong_digest:
      return "wrong_digest";
    case Refusal::bad_key:
      return "bad_key";
    case Refusal::wrong_signature:
      return "wrong_signature";
  }
  return "unknown";
}

tl::unexpected<Error> refuse(Refusal refusal, std::string sentence) {
  const Errc code = refusal == Refusal::malformed ? Errc::bad_request : Errc::unauthorized;
  return fail(code, std::string(to_string(refusal)) + ": " + std::move(sentence));
}

std::optional<Refusal> refusal_of(const Error& error) {
  const std::string_view word = std::string_view(error.safe).substr(0, error.safe.find(": "));
  for (Refusal refusal : refusals) {
    if (word == to_string(refusal)) return refusal;
  }
  return std::nullopt;
}

}  // namespace dunlin::signature
