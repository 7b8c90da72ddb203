#include "node/outgoing/exchange.h"

namespace dunlin::outgoing {

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string_view to_string(Failure failure) {
  switch (failure) {
    case Failure::refused_address:
      return "refused_address";
    case Failure::refused_host:
      return "refused_host";
    case Failure::unresolvable:
      return "unresolvable";
    case Failure::unreachable:
      return "unreachable";
    case Failure::tls:
      return "tls";
    case Failure::timed_out:
      return "timed_out";
    case Failure::too_large:
      return "too_large";
    case Failure::too_many_redirects:
      return "too_many_redirects";
    case Failure::redirect_refused:
      return "redirect_refused";
    case Failure::malformed:
      return "malformed";
    case Failure::cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace dunlin::outgoing
