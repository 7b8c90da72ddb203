#include "tests/bench/load_options.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <sstream>
#include <string_view>

namespace dunlin::bench {
namespace {

constexpr std::string_view usage = R"(usage: dunlin-bench-load --port N [options]
  --host A            numeric IPv4 address (127.0.0.1)
  --path P            target with its query (/); may be repeated: asked in turn
  --connections N     kept alive, one request in flight on each (64)
  --seconds S         how long requests are started (3)
  --rate R            open loop: R requests/s whatever the answers do; latency counts from the moment a request was due
  --token-file F      bearer tokens, one a line, dealt out to the connections in turn
  --accounts A-B      ask as accounts A to B of dunlin-bench-network, with their tokens: another one for each request
  --pick HOW          which of them: uniform; skewed, half of all requests are the first eighth's; once, each in turn and
                      then the run ends (uniform)
  --ids-file F        write the ids of acknowledged posts there, one a line
  --post-file F       POST this JSON; its one run of '@' becomes a number, and each request gets an Idempotency-Key
  --header H          a line that each request gets, as "Name: value"; may be repeated; Host replaces ours
  --requests-file F   whole requests, each once: its length in bytes, a line end, and the request
  --key-prefix K      what those keys start with
  --status N          the only status that is no error (200)
  --overload yes      429 and 503 are no errors but refusals, counted apart; a request of the open loop that finds all
                      connections busy is not sent
  --reconnect yes     a connection for each request: for servers that keep none
  --expect F          bodies must be this file
  --verify-every N    compare the bytes of every N-th body; the others by their length (64)
)";

[[noreturn]] void refuse(const std::string& why) {
  std::cerr << "dunlin-bench-load: " << why << '\n' << usage;
  std::exit(2);
}

std::string file_text(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  if (!in) refuse("cannot read " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> requests_of(const std::string& name) {
  std::istringstream in(file_text(name));
  std::vector<std::string> requests;
  for (std::string line; std::getline(in, line);) {
    std::string request(std::strtoul(line.c_str(), nullptr, 10), '\0');
    if (!in.read(request.data(), static_cast<std::streamsize>(request.size())))
      refuse("a request is cut off in " + name);
    requests.push_back(std::move(request));
  }
  if (requests.empty()) refuse("no request in " + name);
  return requests;
}

LoadOptions::Pick pick(const std::string& text) {
  if (text == "uniform") return LoadOptions::Pick::uniform;
  if (text == "skewed") return LoadOptions::Pick::skewed;
  if (text == "once") return LoadOptions::Pick::once;
  refuse("--pick is uniform, skewed or once");
}

double number(const std::string& text, double least, double most) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= least && value <= most))
    refuse("not a number in range: " + text);
  return value;
}

}  // namespace

LoadOptions load_options(int argc, char** argv) {
  LoadOptions o;
  const std::map<std::string, std::function<void(const std::string&)>, std::less<>> setters{
      {"--host", [&](const auto& v) { o.host = v; }},
      {"--port", [&](const auto& v) { o.port = static_cast<std::uint16_t>(number(v, 1, 65535)); }},
      {"--path", [&](const auto& v) { o.paths.push_back(v); }},
      {"--header", [&](const auto& v) { o.headers.push_back(v); }},
      {"--connections", [&](const auto& v) { o.connections = static_cast<unsigned>(number(v, 1, 10'000)); }},
      {"--seconds",
       [&](const auto& v) {
         o.duration = std::chrono::nanoseconds(static_cast<std::int64_t>(number(v, 0.01, 86'400) * 1e9));
       }},
      {"--rate", [&](const auto& v) { o.rate = number(v, 0.1, 1e7); }},
      {"--token-file",
       [&](const auto& v) {
         std::istringstream lines(file_text(v));
         for (std::string line; std::getline(lines, line);) {
           if (!line.empty()) o.tokens.push_back(line);
         }
       }},
      {"--accounts",
       [&](const auto& v) {
         const auto dash = std::min(v.find('-'), v.size());
         o.first_account = static_cast<std::uint32_t>(number(v.substr(0, dash), 1, 4e9));
         o.last_account =
             static_cast<std::uint32_t>(number(v.substr(std::min(dash + 1, v.size())), o.first_account, 4e9));
       }},
      {"--pick", [&](const auto& v) { o.pick = pick(v); }},
      {"--ids-file", [&](const auto& v) { o.ids_file = v; }},
      {"--post-file", [&](const auto& v) { o.post_body = file_text(v); }},
      {"--requests-file", [&](const auto& v) { o.requests = requests_of(v); }},
      {"--key-prefix", [&](const auto& v) { o.key_prefix = v; }},
      {"--status", [&](const auto& v) { o.status = static_cast<int>(number(v, 100, 599)); }},
      {"--overload", [&](const auto& v) { o.overload = v == "yes"; }},
      {"--reconnect", [&](const auto& v) { o.reconnect = v == "yes"; }},
      {"--expect", [&](const auto& v) { o.expected = file_text(v), o.has_expected = true; }},
      {"--verify-every", [&](const auto& v) { o.verify_every = static_cast<unsigned>(number(v, 1, 1e9)); }},
  };
  for (int i = 1; i < argc; i += 2) {
    const auto setter = setters.find(std::string_view(argv[i]));
    if (setter == setters.end()) refuse(std::string("unknown option ") + argv[i]);
    if (i + 1 == argc) refuse(std::string(argv[i]) + " wants a value");
    setter->second(argv[i + 1]);
  }
  if (o.port == 0) refuse("--port is missing");
  if (o.paths.empty()) o.paths.emplace_back("/");
  return o;
}

}  // namespace dunlin::bench
