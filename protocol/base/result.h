#pragma once
// Expected failures are values; faults (disk full, torn socket) are exceptions; broken invariants abort.
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace dunlin {

/// What kind of refusal. api/ maps each to one HTTP status; nothing else does.
enum class Errc {
  bad_request,    // 400: cannot be read at all
  unauthorized,   // 401: no token or a bad one; clients take it as "signed out"
  forbidden,      // 403: the token's scope or the account's role does not reach this far
  not_found,      // 404: not there, or not visible to this reader: the two must not differ
  conflict,       // 409
  gone,           // 410
  too_large,      // 413
  unsupported,    // 415: media type
  unprocessable,  // 422: well formed, but a field is wrong; `safe` names the field
  rate_limited,   // 429
  unavailable,    // 503: overloaded or stopping; try again
};

struct Error {
  Errc code{};
  std::string safe;    // may be shown to anyone; names the field and what to do
  std::string detail;  // for the log only
  /// For forms with several fields: (field, code such as ERR_TAKEN, what is wrong in words).
  struct Field {
    std::string name;
    std::string code;
    std::string description;
  };
  std::vector<Field> fields = {};
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string safe, std::string detail = {}) {
  return tl::unexpected<Error>(Error{code, std::move(safe), std::move(detail), {}});
}

}  // namespace dunlin

#define DUNLIN_JOIN2(a, b) a##b
#define DUNLIN_JOIN(a, b) DUNLIN_JOIN2(a, b)
#define DUNLIN_TRY(tmp, declaration, ...)                                     \
  auto tmp = (__VA_ARGS__);                                                   \
  if (!tmp) return ::tl::unexpected<::dunlin::Error>(std::move(tmp).error()); \
  declaration = std::move(*tmp)
/// TRY(auto x, expression): x is the value of a Result, or the function returns its error.
#define TRY(declaration, ...) DUNLIN_TRY(DUNLIN_JOIN(try_, __COUNTER__), declaration, __VA_ARGS__)
#define DUNLIN_TRY_DO(tmp, ...)                                                 \
  do {                                                                          \
    auto tmp = (__VA_ARGS__);                                                   \
    if (!tmp) return ::tl::unexpected<::dunlin::Error>(std::move(tmp).error()); \
  } while (false)
/// TRY_DO(expression): for a Result whose value is not needed.
#define TRY_DO(...) DUNLIN_TRY_DO(DUNLIN_JOIN(try_, __COUNTER__), __VA_ARGS__)
