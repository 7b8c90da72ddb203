#include "node/app/settings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/base/encoding.h"

namespace dunlin::app {
namespace {

std::optional<std::int64_t> to_number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// --- checks of texts ---

std::string check_domain(std::string_view text) {
  auto domain = checked_domain(text);
  return domain ? std::string() : domain.error().safe;
}

std::string check_listen(std::string_view text) {
  auto colon = text.rfind(':');
  auto host = text.substr(0, std::min(colon, text.size()));
  auto port = colon == text.npos ? std::nullopt : to_number(text.substr(colon + 1));
  bool bare_ipv6 = host.find(':') != host.npos && !(host.starts_with('[') && host.ends_with(']'));
  if (host.empty() || bare_ipv6 || !port || *port < 0 || *port > 65'535) {
    return "must be an address and a port such as 127.0.0.1:8080 or [::]:443";
  }
  return {};
}

std::string check_range(std::string_view text) {
  auto slash = text.find('/');
  std::string address(text.substr(0, slash));
  std::array<std::byte, 16> bytes{};
  int bits = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1    ? 32
             : inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1 ? 128
                                                                       : 0;
  auto prefix = slash == text.npos ? std::optional<std::int64_t>(bits) : to_number(text.substr(slash + 1));
  if (bits == 0 || !prefix || *prefix < 0 || *prefix > bits)
    return "must be an address or a range such as 10.0.0.0/8";
  return {};
}

bool is_port(std::string_view text) {
  auto port = to_number(text);
  return port && *port >= 1 && *port <= 65'535;
}

/// node/outgoing/address_guard.h reads it.
std::string check_allowed_range(std::string_view text) {
  auto range = text;
  std::string_view port = "1";
  if (text.starts_with('[')) {
    auto close = text.find("]:");
    range = text.substr(1, close == text.npos ? close : close - 1);
    port = close == text.npos ? std::string_view() : text.substr(close + 2);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    range = text.substr(0, text.find(':'));
    port = text.substr(text.find(':') + 1);
  }
  if (!is_port(port) || !check_range(range).empty())
    return "must be a range, maybe with a port, such as 10.0.0.0/8, 127.0.0.1:8443 or [fd00::/8]:443";
  return {};
}

/// node/outgoing/client.h reads it.
std::string check_resolve(std::string_view text) {
  auto host = text.substr(0, text.find(':'));
  auto rest = text.substr(std::min(host.size() + 1, text.size()));
  auto port = rest.substr(0, rest.find(':'));
  if (!checked_domain(host) || !is_port(port) || rest.size() < port.size() + 2)
    return "must be a host, a port and an address such as peer.example:443:127.0.0.1";
  return {};
}

std::string check_email(std::string_view text) {
  auto at = text.find('@');
  bool good = at != text.npos && at > 0 && at + 1 < text.size() && text.find_first_of(" \t\n<>") == text.npos;
  return good ? std::string() : "must be an e-mail address";
}

std::string check_username(std::string_view text) {
  bool good = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  return good ? std::string() : "must be the username of a local account, without @";
}

std::string check_language(std::string_view text) {
  auto primary = text.substr(0, text.find('-'));
  bool good = primary.size() >= 2 && primary.size() <= 3 &&
              std::all_of(primary.begin(), primary.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return good ? std::string() : "must be a language code such as en, de or pt-BR";
}

std::string check_token(std::string_view text) {
  return text.size() < 16 ? "must have at least 16 characters, or be empty" : std::string();
}

// --- the table ---

/// Key and member are the same word.
#define AT(member) \
  [](Config & config) -> auto& { return config.member; }
#define FLAG(member, help) \
  Setting { #member, Setting::Flag{AT(member) }, help }
#define NUMBER(member, min, max, help) \
  Setting { #member, Setting::Number{AT(member), min, max }, help }
#define SIZE(member, max, help) \
  Setting { #member, Setting::Size{AT(member), max }, help }
#define TEXT(member, bytes_max, check, help) \
  Setting { #member, Setting::Text{AT(member), bytes_max, check }, help }
#define SECRET(member, bytes_max, check, help) \
  Setting { #member, Setting::Text{AT(member), bytes_max, check, true }, help }
#define LIST(member, entries_max, bytes_max, check, help) \
  Setting { #member, Setting::TextList{AT(member), entries_max, bytes_max, check }, help }
#define CHOICE(member, help, ...) \
  Setting { #member, choice(AT(member), {__VA_ARGS__}), help }

/// The words stand in the order of the enumerators.
template <class At>
Setting::Choice choice(At at, std::vector<std::string_view> words) {
  using Enum = std::remove_cvref_t<decltype(at(std::declval<Config&>()))>;
  return {std::move(words), [at](Config& config) { return static_cast<std::size_t>(at(config)); },
          [at](Config& config, std::size_t index) { at(config) = static_cast<Enum>(index); }};
}

constexpr std::int64_t million = 1'000'000;

const std::vector<Setting>& table() {
  static const std::vector<Setting> rows = {
      TEXT(domain, 253 + 6, check_domain,
           "The name that people and other servers know this node by; part of every account and address. It "
           "cannot be "
           "changed once others know it."),

      LIST(server.listen, 16, 300, check_listen, "Where to accept connections. Port 0 takes any free one."),
      NUMBER(server.loops, 0, 256, "Threads that serve connections. 0: one for each processor core."),
      NUMBER(server.connections_max, 0, million,
             "Open connections in all. 0: what the limit of open files allows, with a fifth kept back."),
      NUMBER(server.connections_per_address, 0, million,
             "Open connections of one address (IPv6: one /64). 0: no limit."),
      NUMBER(server.head_seconds, 1, 600, "Time for a client to send a request's head."),
      NUMBER(server.body_seconds, 1, 3'600,
             "Time for its body; larger ones get a second more for each KiB past 16."),
      NUMBER(server.idle_seconds, 1, 3'600, "How long an idle connection is kept."),
      NUMBER(server.write_seconds, 1, 3'600, "How long a client may take nothing of its answer."),
      FLAG(server.gzip,
           "Send feeds, threads and notifications compressed to clients that ask for it: a quarter of the "
           "bytes for less work than encrypting them costs."),
      FLAG(server.insecure_http,
           "Plain HTTP with http:// addresses, for tests on one machine. Never for real people."),

      TEXT(tls.cert, 4'096, nullptr,
           "Certificate chain (PEM), this node's own first. Relative to the data folder."),
      TEXT(tls.key, 4'096, nullptr, "Its private key (PEM)."),

      FLAG(proxy.behind, "A reverse proxy does TLS and passes plain HTTP on to this node."),
      LIST(proxy.trusted, 64, 64, check_range,
           "Addresses and ranges of proxies whose X-Forwarded-For is believed, often [\"127.0.0.1\"]. "
           "Without them all "
           "clients of a proxy count as one."),

      TEXT(outgoing.ca_file, 4'096, nullptr,
           "Certificate authorities (PEM) that other servers are verified with besides the system's. "
           "Relative to the data folder."),
      FLAG(outgoing.allow_private,
           "Contact loopback and private networks, for tests on one machine. Never for real people: it opens "
           "what is behind this node to everyone."),
      LIST(outgoing.allow, 64, 64, check_allowed_range,
           "Addresses and ranges, maybe with a port, that are contacted though they are private, such as "
           "[\"10.1.2.3:443\"]."),
      LIST(outgoing.resolve, 10'000, 400, check_resolve,
           "Addresses of hosts in place of what name servers say, such as [\"peer.example:443:10.1.2.3\"]."),

      CHOICE(federation.mode,
             "Which other servers this node deals with: all but those that are blocked (open), or only those "
             "that were let in with `domain allow` (allow_list).",
             "open", "allow_list"),
      FLAG(
          federation.authorized_fetch,
          "Show profiles, posts and collections to servers that sign their requests and are not blocked, and "
          "to no others. Old or simple software cannot follow anyone here then. Pages for people stay "
          "public."),
      NUMBER(federation.catch_up_after, 0, million,
             "Seconds of absence after which the node asks other servers for what it missed. Shorter ones "
             "are left to them: they try again."),

      CHOICE(
          registration.mode,
          "Who may make an account: anyone (open), anyone once a moderator agrees (approval), people with an "
          "invitation (invite), nobody but the administrator (closed).",
          "open", "approval", "invite", "closed"),
      FLAG(registration.confirm_email,
           "New accounts wait until a link sent to their e-mail address was opened."),
      FLAG(registration.reason_required, "With approval: whether people must say why they want to join."),

      FLAG(oauth.password_grant,
           "Lets old tools trade a name and password for a token. Leave it off unless such a tool is in use: "
           "apps should "
           "not see passwords."),

      TEXT(instance.title, 200, nullptr, "The node's name for people."),
      TEXT(instance.description, 20'000, nullptr, "What this node is about, in a few sentences. Plain text."),
      TEXT(instance.contact_email, 254, check_email, "Shown to everyone."),
      TEXT(instance.contact_account, 30, check_username, "Local account shown as the contact."),
      LIST(instance.rules, 50, 1'000, nullptr, "What people who join agree to, one text a rule."),
      LIST(instance.languages, 50, 35, check_language, "Languages spoken here, the main one first."),

      NUMBER(statuses.characters_max, 1, 50'000, "Longest post. A link counts as 23 characters."),
      FLAG(statuses.local_only_default, "Posts stay on this node unless their author says otherwise."),
      FLAG(statuses.markdown_default, "Posts are read as Markdown unless their author says otherwise."),

      NUMBER(follows.max, 0, million,
             "How many accounts one account may follow. 0: no limit. Followers are not limited."),

      FLAG(rate_limit.enabled, "All limits of this section."),
      NUMBER(rate_limit.requests_per_account, 1, million, "Requests of a signed-in account in 5 minutes."),
      NUMBER(rate_limit.requests_per_address, 1, million,
             "Requests without a token of one address in 5 minutes."),
      NUMBER(rate_limit.statuses_per_account, 1, million, "New posts and boosts of an account in 3 hours."),
      NUMBER(rate_limit.uploads_per_account, 1, million, "Uploads of an account in 30 minutes."),
      NUMBER(rate_limit.sign_ups_per_address, 1, million, "New accounts from one address in 30 minutes."),
      NUMBER(rate_limit.sign_ins_per_account, 1, million, "Attempts to sign in to one account in 5 minutes."),
      NUMBER(rate_limit.sign_ins_per_address, 1, million,
             "Attempts to sign in from one address in 5 minutes."),

      SIZE(media.remote_budget, std::int64_t{1} << 50,
           "Disk space for copies of other servers' media; the longest unused go first. 0 keeps none."),
      NUMBER(media.picture_mib, 1, limits::picture_bytes_max >> 20, "Largest picture file, in MiB."),
      NUMBER(media.picture_megapixels, 1, 100, "Largest picture, in million pixels."),
      NUMBER(media.picture_frames, 1, limits::picture_frames_max, "Longest animation, in frames."),

      CHOICE(database.synchronous,
             "full: what was acknowledged survives a power cut. normal: it survives a crash of the program, "
             "but a power "
             "cut may take the last moments; faster on slow disks.",
             "full", "normal"),
      NUMBER(database.cache_mib, 1, 65'536, "Page cache of each database connection, in MiB."),
      NUMBER(database.mmap_mib, 0, million,
             "How much of the database file is read through the kernel's cache, in MiB. 0: none."),

      NUMBER(caches.statuses_mib, 1, 65'536, "Memory for posts made ready to send, in MiB."),
      NUMBER(caches.viewers_mib, 1, 65'536,
             "Memory for whom a signed-in person follows, mutes and blocks, in MiB."),
      NUMBER(
          caches.rings_mib, 1, 65'536,
          "Memory for the newest posts of the home feeds of those who read often, in MiB: 500 people a MiB."),
      NUMBER(caches.followers_mib, 1, 65'536, "Memory for who follows the people that post, in MiB."),
      NUMBER(caches.heads_mib, 1, 65'536,
             "Memory for the newest posts of each author, in MiB: 1,000 authors a MiB."),

      NUMBER(streaming.connections_max, 0, million,
             "Open streams of events in all. 0: three quarters of server.connections_max."),
      NUMBER(streaming.connections_per_account, 1, million, "Open streams of one person."),
      NUMBER(streaming.connections_per_token, 1, million, "Open streams of one signed-in client."),

      NUMBER(feed.pull_followers, 0, 1'000 * million,
             "Posts of accounts with so many followers here, or more, are looked up when feeds are read "
             "instead of "
             "being brought into each, where that is less work. 0: never."),
      NUMBER(feed.push_ns, 0, million,
             "What it costs to bring a post to one follower, in nanoseconds, for that choice. 0: measured."),
      NUMBER(feed.pull_ns, 0, million,
             "What it costs to look such an account up for one page, in nanoseconds. 0: measured."),
      NUMBER(feed.candidates, 100, million,
             "Posts looked at for one page of a feed before it goes on at the next request."),

      CHOICE(log.level, "The least important events that are logged.", "debug", "info", "warning", "error"),
      FLAG(log.requests, "One line for each request (level info)."),

      SECRET(metrics.token, 256, check_token,
             "Who sends it as a bearer token may read /metrics. Empty: only this machine may."),
  };
  return rows;
}

// --- assigning ---

struct Unit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<Unit, 4> units = {{{"TiB", std::int64_t{1} << 40},
                                        {"GiB", std::int64_t{1} << 30},
                                        {"MiB", std::int64_t{1} << 20},
                                        {"KiB", std::int64_t{1} << 10}}};

/// "512 MiB", "512mib" or a number of bytes.
std::optional<std::int64_t> to_size(std::string_view text) {
  text = trim(text);
  for (const auto& unit : units) {
    if (text.size() < 3 || !equal_ignoring_case(text.substr(text.size() - 3), unit.name)) continue;
    auto count = to_number(trim(text.substr(0, text.size() - 3)));
    if (!count || *count < 0 || *count > INT64_MAX / unit.bytes) return std::nullopt;
    return *count * unit.bytes;
  }
  return to_number(text);
}

/// Empty when the text may be stored.
std::string text_problem(std::string_view text, std::size_t bytes_max, Setting::Check check) {
  if (text.size() > bytes_max) return "must have at most " + std::to_string(bytes_max) + " bytes";
  bool control = std::any_of(text.begin(), text.end(),
                             [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == '\x7f'; });
  if (!is_utf8(text) || control) return "must be UTF-8 text without control characters";
  return check == nullptr || text.empty() ? std::string() : check(text);
}

struct Assign {
  const Setting& setting;
  Config& config;
  Value& value;

  using Problem = std::optional<std::string>;
  Problem wrong() const { return "must be " + allowed(setting); }

  Problem operator()(const Setting::Flag& kind) const {
    if (!std::holds_alternative<bool>(value)) return wrong();
    kind.at(config) = std::get<bool>(value);
    return {};
  }
  Problem operator()(const Setting::Number& kind) const {
    auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || *number < kind.min || *number > kind.max) return wrong();
    kind.at(config) = *number;
    return {};
  }
  Problem operator()(const Setting::Size& kind) const {
    std::optional<std::int64_t> size;
    if (auto* number = std::get_if<std::int64_t>(&value)) size = *number;
    if (auto* text = std::get_if<std::string>(&value)) size = to_size(*text);
    if (!size || *size < 0 || *size > kind.max) return wrong();
    kind.at(config) = *size;
    return {};
  }
  Problem operator()(const Setting::Text& kind) const {
    auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return wrong();
    if (auto problem = text_problem(*text, kind.bytes_max, kind.check); !problem.empty()) return problem;
    kind.at(config) = std::move(*text);
    return {};
  }
  Problem operator()(const Setting::TextList& kind) const {
    auto* list = std::get_if<std::vector<std::string>>(&value);
    if (list == nullptr) return wrong();
    if (list->size() > kind.entries_max)
      return "must have at most " + std::to_string(kind.entries_max) + " entries";
    for (const auto& entry : *list) {
      if (entry.empty()) return "must not have empty entries";
      auto problem = text_problem(entry, kind.bytes_max, kind.check);
      if (!problem.empty()) return "\"" + entry.substr(0, 80) + "\" " + problem;
    }
    kind.at(config) = std::move(*list);
    return {};
  }
  Problem operator()(const Setting::Choice& kind) const {
    auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return wrong();
    auto found = std::find(kind.words.begin(), kind.words.end(), *text);
    if (found == kind.words.end()) return wrong();
    kind.set(config, static_cast<std::size_t>(found - kind.words.begin()));
    return {};
  }
};

/// Levenshtein's distance. Keys are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string_view last_word(std::string_view key) { return key.substr(key.rfind('.') + 1); }

}  // namespace

std::span<const Setting> settings() { return table(); }

const Setting* find_setting(std::string_view key) {
  auto found = std::find_if(table().begin(), table().end(),
                            [&](const Setting& setting) { return setting.key == key; });
  return found == table().end() ? nullptr : &*found;
}

std::string_view nearest_key(std::string_view unknown) {
  if (unknown.size() > 100) return {};
  std::string_view nearest;
  std::size_t best = last_word(unknown).size() / 3 + 2;  // what is as far is another word, not a slip
  auto consider = [&](std::string_view known, std::size_t d) {
    if (d < best) best = d, nearest = known;
  };
  for (const auto& setting : table()) {
    consider(setting.key, distance(unknown, setting.key));
    auto dot = setting.key.find('.');
    if (dot != setting.key.npos)
      consider(setting.key.substr(0, dot), distance(unknown, setting.key.substr(0, dot)));
    // `mode`, or `server.mode`, for `registration.mode`: the right word in the wrong place.
    if (last_word(setting.key) == last_word(unknown)) consider(setting.key, 1);
  }
  return nearest;
}

std::optional<std::string> assign(const Setting& setting, Config& config, Value value) {
  return std::visit(Assign{setting, config, value}, setting.kind);
}

Value value_of(const Setting& setting, const Config& config) {
  Config copy = config;  // accessors give what may be written to
  return std::visit(
      [&](const auto& kind) -> Value {
        using Kind = std::remove_cvref_t<decltype(kind)>;
        if constexpr (std::is_same_v<Kind, Setting::Choice>) {
          return std::string(kind.words[kind.get(copy)]);
        } else {
          return kind.at(copy);
        }
      },
      setting.kind);
}

std::string allowed(const Setting& setting) {
  struct Words {
    std::string operator()(const Setting::Flag&) const { return "true or false"; }
    std::string operator()(const Setting::Number& kind) const {
      return "a whole number from " + std::to_string(kind.min) + " to " + std::to_string(kind.max);
    }
    std::string operator()(const Setting::Size& kind) const {
      return "a size such as \"512 MiB\", at most " + size_text(kind.max);
    }
    std::string operator()(const Setting::Text&) const { return "a text"; }
    std::string operator()(const Setting::TextList&) const { return "a list of texts"; }
    std::string operator()(const Setting::Choice& kind) const {
      std::string out = "one of";
      for (auto word : kind.words) out += (word == kind.words.front() ? " " : ", ") + std::string(word);
      return out;
    }
  };
  return std::visit(Words{}, setting.kind);
}

std::string size_text(std::int64_t bytes) {
  for (const auto& unit : units) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return std::to_string(bytes / unit.bytes) + " " + std::string(unit.name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace dunlin::app
