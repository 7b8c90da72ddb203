#pragma once
// Why a signature, a proof or a key is not accepted.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/result.h"

namespace dunlin::signature {

/// In the order in which they are looked for. The node counts refusals by it; peers see its word.
enum class Refusal : std::uint8_t {
  not_signed,       // "unsigned"
  malformed,        // cannot be read, is too long, or says something twice
  bad_algorithm,    // one that we do not do, or that leaves the choice to the sender
  weak_coverage,    // what must be covered is not
  missing_header,   // a covered header is not there
  stale,            // too old, too far ahead, expired, or without a time that can be read
  wrong_host,       // made for someone else
  no_digest,        // no digest of a kind that we know
  wrong_digest,     // the body is another
  bad_key,          // no public key of a kind and strength that we take
  wrong_signature,  // not made with this key
};
inline constexpr std::array refusals{Refusal::not_signed,    Refusal::malformed,      Refusal::bad_algorithm,
                                     Refusal::weak_coverage, Refusal::missing_header, Refusal::stale,
                                     Refusal::wrong_host,    Refusal::no_digest,      Refusal::wrong_digest,
                                     Refusal::bad_key,       Refusal::wrong_signature};

/// One word of a-z and '_', for counters and for peers; never changes.
std::string_view to_string(Refusal refusal);
/// An Error whose safe text is "word: sentence". Errc::bad_request for what cannot be read, else
/// Errc::unauthorized: on either a peer tries its other scheme.
[[nodiscard]] tl::unexpected<Error> refuse(Refusal refusal, std::string sentence);
/// Nothing when the error was not made by refuse().
std::optional<Refusal> refusal_of(const Error& error);

}  // namespace dunlin::signature
