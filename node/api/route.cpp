#include "node/api/route.h"

#include "protocol/base/ensure.h"

namespace dunlin::api {

namespace {

std::string_view next_segment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

}  // namespace

std::size_t Router::child(std::size_t node, std::string_view segment) {
  const auto add = [this] {
    nodes_.emplace_back();
    return nodes_.size() - 1;
  };
  if (segment.starts_with(':')) {
    if (nodes_[node].any == 0) {
      const auto made = add();
      nodes_[node].any = made;
    }
    return nodes_[node].any;
  }
  if (segment == "*") {
    if (nodes_[node].rest == 0) {
      const auto made = add();
      nodes_[node].rest = made;
    }
    return nodes_[node].rest;
  }
  for (const auto& [name, index] : nodes_[node].children) {
    if (name == segment) return index;
  }
  const auto made = add();
  nodes_[node].children.emplace_back(segment, made);
  return made;
}

Router::Router(const std::vector<Route>& routes) {
  nodes_.emplace_back();
  for (const Route& route : routes) {
    std::size_t node = 0;
    for (std::string_view rest = route.pattern; rest.size() > 1;) node = child(node, next_segment(rest));
    for (const Route* other : nodes_[node].routes) ENSURE(other->method != route.method);
    nodes_[node].routes.push_back(&route);
  }
}

Router::Match Router::find(net::Method method, std::string_view path) const {
  Match match;
  std::size_t node = 0;
  for (std::string_view rest = path; rest.size() > 1;) {
    const std::string_view whole = rest.substr(1);
    const auto segment = next_segment(rest);
    const Node& here = nodes_[node];
    std::size_t next = 0;
    for (const auto& [name, index] : here.children) {
      if (name == segment) next = index;
    }
    if (next == 0 && here.any != 0) {
      next = here.any;
      match.args.push_back(segment);
    }
    if (next == 0 && here.rest != 0) {
      match.args.push_back(whole);
      node = here.rest;
      break;
    }
    if (next == 0) return match;
    node = next;
  }
  // HEAD is GET without the body, which the server leaves out.
  const auto wanted = method == net::Method::head ? net::Method::get : method;
  for (const Route* route : nodes_[node].routes) {
    if (route->method == wanted) match.route = route;
    match.methods.push_back(route->method);
  }
  return match;
}

}  // namespace dunlin::api
