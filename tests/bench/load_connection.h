#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load_options.h"

namespace dunlin::bench {

/// One kept-alive HTTP/1.1 connection with at most one request in flight; blocking calls never wait, the
/// caller polls. Bodies that need not be compared are thrown away inside the kernel, so that the generator
/// stays cheaper than any server it measures.
class Connection {
 public:
  enum class Step {
    waiting,  // more of the answer is to come
    done,     // an answer as expected; the connection is idle again
    refused,  // 429 or 503 where that is no error; the connection is idle again
    wrong,    // a complete answer that is not the expected one; why() tells; the connection is idle again
    broken,   // closed, reset or not understood; why() tells; of no further use
  };

  /// Connects before it returns. Throws std::system_error when nobody listens.
  Connection(const LoadOptions& options, unsigned index);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() const { return fd_; }
  /// Sends request number `sequence`, from 1, which must differ from all others of this run. Only when idle.
  /// `account`: who asks, where the options name accounts.
  Step send(std::uint64_t sequence, std::uint32_t account);
  /// Reads what has arrived. Only after send().
  Step receive();
  const std::string& why() const { return why_; }
  /// After an answer: the server will close, or keeps no connections.
  bool is_closing() const { return closing_; }
  /// Closes it from this side; fd() is -1 until reopen().
  void hang_up();
  /// Connects anew, under another fd(). Throws std::system_error when nobody listens.
  void reopen();
  /// Of the last answer: it said when to come again.
  bool said_retry_after() const { return retry_after_; }
  /// Of the post that was just acknowledged, after `done`; only with `ids_file`.
  std::string_view id() const;
  /// Of all answers so far, heads included.
  std::uint64_t bytes() const { return bytes_; }

 private:
  Step read_head();
  Step read_body();
  Step finish();
  bool parse_head(std::string_view head);
  Step broken(std::string why);
  void write_template(const std::string& path, unsigned index);

  /// A request as it is sent, but for its number.
  struct Template {
    std::string text;
    std::size_t number_at[2] = {0, 0};  // where the digits of the key and of the body stand; 0: nowhere
    std::size_t account_at = 0;         // and those of the token
  };

  const LoadOptions& options_;
  int fd_ = -1;
  std::vector<Template> templates_;  // one for each path
  std::size_t turn_;
  std::size_t body_digits_ = 0;
  std::string buffer_;
  std::size_t filled_ = 0;     // bytes of the answer in `buffer_`
  std::size_t head_size_ = 0;  // 0 while the head is incomplete
  std::size_t body_size_ = 0;
  std::size_t body_left_ = 0;
  int status_ = 0;
  bool closing_ = false;  // the server said `Connection: close`
  bool retry_after_ = false;
  bool keeping_ = false;  // the body goes into `buffer_`
  std::uint64_t answers_ = 0;
  std::uint64_t bytes_ = 0;
  std::string why_;
};

}  // namespace dunlin::bench
