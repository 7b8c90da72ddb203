#include "tests/api/browser.h"

#include <stdexcept>

#include "protocol/base/encoding.h"

namespace dunlin::test {

namespace {

std::string unescaped(std::string_view html) {
  static const std::vector<std::pair<std::string_view, char>> entities = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
  std::string out;
  while (!html.empty()) {
    char c = html.front();
    std::size_t length = 1;
    for (const auto& [name, plain] : entities) {
      if (html.starts_with(name)) {
        c = plain;
        length = name.size();
      }
    }
    out += c;
    html.remove_prefix(length);
  }
  return out;
}

/// The value of an attribute in the text of one tag.
std::string attribute(std::string_view tag, const std::string& name) {
  const auto at = tag.find(" " + name + "=\"");
  if (at == std::string_view::npos) return {};
  const auto begin = at + name.size() + 3;
  return unescaped(tag.substr(begin, tag.find('"', begin) - begin));
}

}  // namespace

std::optional<Fields> hidden_fields(const std::string& html, const std::string& action) {
  for (auto at = html.find("<form"); at != std::string::npos; at = html.find("<form", at + 1)) {
    const auto form = std::string_view(html).substr(at, html.find("</form>", at) - at);
    if (attribute(form.substr(0, form.find('>')), "action") != action) continue;
    Fields fields;
    for (auto input = form.find("<input"); input != std::string_view::npos;
         input = form.find("<input", input + 1)) {
      const auto tag = form.substr(input, form.find('>', input) - input);
      if (attribute(tag, "type") == "hidden")
        fields.emplace_back(attribute(tag, "name"), attribute(tag, "value"));
    }
    return fields;
  }
  return std::nullopt;
}

std::map<std::string, std::string> query_of(const std::string& url) {
  std::map<std::string, std::string> out;
  const auto mark = url.find('?');
  std::string_view rest =
      mark == std::string::npos ? std::string_view() : std::string_view(url).substr(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = pair.substr(std::min(equals + 1, pair.size()));
    out[percent_decode(pair.substr(0, equals), true).value_or("")] = percent_decode(value, true).value_or("");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::string path_of(const std::string& url) {
  const auto host = url.find("://");
  if (host == std::string::npos) return url;
  const auto slash = url.find('/', host + 3);
  return slash == std::string::npos ? "/" : url.substr(slash);
}

void Browser::put_headers() {
  client_.headers = headers;
  std::string line;
  for (const auto& [name, value] : cookies) line += (line.empty() ? "" : "; ") + name + "=" + value;
  if (!line.empty()) client_.headers.emplace_back("Cookie", line);
}

Answer Browser::take(Answer answer) {
  const auto [first, last] = answer.headers.equal_range("set-cookie");
  for (auto line = first; line != last; ++line) {
    cookie_lines.push_back(line->second);
    const auto pair = line->second.substr(0, line->second.find(';'));
    const auto equals = pair.find('=');
    const auto name = pair.substr(0, equals);
    if (line->second.find("Max-Age=0") != std::string::npos) {
      cookies.erase(name);
    } else {
      cookies[name] = pair.substr(equals + 1);
    }
  }
  return answer;
}

Answer Browser::get(const std::string& path, const Fields& query) {
  put_headers();
  return take(client_.get(path, query));
}

Answer Browser::post(const std::string& path, const Fields& form) {
  put_headers();
  return take(client_.post(path, form));
}

Answer Browser::submit(const Answer& page, const std::string& action, const Fields& typed) {
  auto fields = hidden_fields(page.body, action);
  if (!fields)
    throw std::runtime_error("no form for " + action + " in: " + std::to_string(page.status) + " " +
                             page.body);
  fields->insert(fields->end(), typed.begin(), typed.end());
  return post(action, *fields);
}

}  // namespace dunlin::test
