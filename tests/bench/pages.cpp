#include "tests/bench/pages.h"

#include <openssl/evp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <random>
#include <vector>

#include "node/domain/statuses/change.h"
#include "tests/component/feed_world.h"

namespace dunlin::bench {

namespace {

constexpr int rounds = 7;
constexpr int times = 400;
constexpr std::size_t authors = 25;
constexpr std::size_t posts = 80;

// Out of copyright: On the Origin of Species, Faust.
constexpr std::array sentences = {
    "When we look to the individuals of the same variety of our older cultivated plants and animals, one of "
    "the first "
    "points which strikes us is that they generally differ much more from each other.",
    "No case is on record of a variable being ceasing to be variable under cultivation.",
    "Habe nun, ach! Philosophie, Juristerei und Medizin, und leider auch Theologie durchaus studiert, mit "
    "heißem Bemühn.",
    "Seedlings from the same fruit, and the young of the same litter, sometimes differ considerably!",
    "It has been disputed at what period of life the causes of variability generally act.",
    "Da steh ich nun, ich armer Tor, und bin so klug als wie zuvor.",
    "But I am strongly inclined to suspect that the most frequent cause may be attributed to the "
    "reproductive elements.",
    "Es irrt der Mensch, solang er strebt.",
    "Sterility has been said to be the bane of horticulture; but on this view we owe variability to the same "
    "cause.",
    "Zwei Seelen wohnen, ach! in meiner Brust, die eine will sich von der andern trennen.",
    "Some have even been inclined to attribute to the animal a change of habits.",
    "How many of those birds and insects in North America and Europe are of doubtful rank?"};

/// Of this thread's time on a processor: others use the machine, too.
double microseconds_of(const std::function<void()>& once) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
  };
  std::vector<double> all;
  once();  // warms
  for (int round = 0; round < rounds; ++round) {
    const auto start = now();
    for (int i = 0; i < times; ++i) once();
    all.push_back((now() - start) / times);
  }
  std::nth_element(all.begin(), all.begin() + rounds / 2, all.end());
  return all[rounds / 2];
}

void fill(test::FeedWorld& world, AccountId reader) {
  std::mt19937 random(7);
  std::vector<AccountId> all;
  for (std::size_t i = 0; i < authors; ++i) {
    all.push_back(world.account("author" + std::to_string(i)));
    world.follow(reader, all.back());
  }
  std::vector<StatusId> made;
  for (std::size_t i = 0; i < posts; ++i) {
    world.clock.advance(std::chrono::seconds(7 + random() % 900));
    std::string text;
    for (auto some = 1 + random() % 3; some > 0; --some)
      text += std::string(text.empty() ? "" : " ") + sentences[random() % sentences.size()];
    auto draft = test::draft();
    draft.text.content = "<p>" + text + "</p>";
    made.push_back(world.post(all[random() % authors], draft));
    if (random() % 6 == 0) {
      world.write([&](store::WriteTx& tx) {
        (void)domain::reblog(tx, all[random() % authors], made[random() % made.size()],
                             store::Visibility::public_);
      });
    }
  }
}

std::string zipped(const std::string& text, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// As TLS does it: records of 16 KiB, AES-128-GCM.
void encrypt(EVP_CIPHER_CTX* cipher, const std::string& text, std::string& out) {
  constexpr std::size_t record = 16'384;
  constexpr std::array<unsigned char, 12> nonce{};
  std::array<unsigned char, 16> tag{};
  out.resize(record + 16);
  for (std::size_t at = 0; at < text.size(); at += record) {
    int written = 0;
    EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data());
    EVP_EncryptUpdate(cipher, reinterpret_cast<unsigned char*>(out.data()), &written,
                      reinterpret_cast<const unsigned char*>(text.data()) + at,
                      static_cast<int>(std::min(record, text.size() - at)));
    EVP_EncryptFinal_ex(cipher, reinterpret_cast<unsigned char*>(out.data()), &written);
    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, tag.data());
  }
}

/// Into a socket and out of it again.
void pass_on(const std::array<int, 2>& ends, const std::string& text, std::string& out) {
  out.resize(std::max(out.size(), text.size()));
  if (::write(ends[0], text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  for (std::size_t got = 0; got < text.size();) {
    const auto some = ::read(ends[1], out.data(), text.size() - got);
    if (some <= 0) std::abort();
    got += static_cast<std::size_t>(some);
  }
}

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

}  // namespace

std::string page_costs() {
  test::FeedWorld world;
  const auto reader = world.account("reader");
  fill(world, reader);
  auto& feeds = world.feeds();
  const auto tx = world.read();
  const auto viewer = feeds.viewer(tx, reader);
  const auto entries = feeds.home(tx, *viewer, {}).entries;
  const auto text_bytes = feeds.memory();

  std::string plain;
  const auto plain_us = microseconds_of([&] { plain = feeds.json(tx, *viewer, entries); });
  std::string pieces;
  const auto pieces_us = microseconds_of([&] {
    feed::PageWriter page(feeds.library(), feed::Feeds::size_of(entries));
    feeds.append(page, tx, *viewer, entries);
    pieces = page.finish();
  });
  const auto packed_bytes = feeds.memory();
  std::string whole_1, whole_6;
  const auto whole_1_us = microseconds_of([&] { whole_1 = zipped(plain, 1); });
  const auto whole_6_us = microseconds_of([&] { whole_6 = zipped(plain, 6); });

  // Making them, and what they take, of the cards of this page.
  std::size_t text = 0, memory = 0, count = 0;
  const auto& words = feeds.library().words();
  const auto each_card = [&](const auto& use) {
    for (const auto& entry : entries) use(entry.status->open), use(entry.author->json);
  };
  each_card([&](const std::string& card) {
    ++count;
    text += card.size();
    memory += gzip::Piece(card, words).memory();
  });
  const auto make_us = microseconds_of(
      [&] { each_card([&](const std::string& card) { (void)gzip::Piece(card, words).size(); }); });

  auto* cipher = EVP_CIPHER_CTX_new();
  constexpr std::array<unsigned char, 16> key{};
  EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, key.data(), nullptr);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
  const int buffer = 1 << 20;
  ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  std::string scratch;
  const auto tls_us = [&](const std::string& page) {
    return microseconds_of([&] { encrypt(cipher, page, scratch); });
  };
  const auto socket_us = [&](const std::string& page) {
    return microseconds_of([&] { pass_on(ends, page, scratch); });
  };
  std::string out = "{";
  const auto add = [&](std::string_view name, const std::string& page, double us) {
    out.append("\"").append(name).append("\": {\"bytes\": ").append(std::to_string(page.size()));
    out.append(", \"times_smaller\": ")
        .append(number(static_cast<double>(plain.size()) / static_cast<double>(page.size())));
    out.append(", \"make_us\": ").append(number(us));
    out.append(", \"encrypt_us\": ").append(number(tls_us(page)));
    out.append(", \"socket_us\": ").append(number(socket_us(page))).append("}, ");
  };
  add("plain", plain, plain_us);
  add("pieces", pieces, pieces_us);
  add("whole_level_1", whole_1, whole_1_us);
  add("whole_level_6", whole_6, whole_6_us);
  out.append("\"piece_us\": ").append(number(make_us / static_cast<double>(count)));
  out.append(", \"card_bytes\": ").append(std::to_string(text / count));
  out.append(", \"piece_bytes\": ").append(std::to_string(memory / count));
  out.append(", \"cache_growth\": ")
      .append(number(static_cast<double>(packed_bytes.statuses + packed_bytes.accounts) /
                     static_cast<double>(text_bytes.statuses + text_bytes.accounts)))
      .append("}");
  ::close(ends[0]);
  ::close(ends[1]);
  EVP_CIPHER_CTX_free(cipher);
  return out;
}

}  // namespace dunlin::bench
