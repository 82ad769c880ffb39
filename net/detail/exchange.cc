#include "net/detail/exchange.h"

#include <algorithm>
#include <cstring>

#include "net/detail/gzip.h"
#include "net/detail/redirect.h"

namespace narthex::net {
namespace {

// Without a limit of the user's, bodies end here: nobody needs more, and memory does.
constexpr uint64_t kHardBodyCap = 1ULL << 30;
constexpr size_t kMaxHeadBytes = 1 << 20;
// What is read before the head's end is known: whatever of the body comes along must be copied, so not much.
constexpr size_t kHeadReadBytes = 4096;
constexpr size_t kFirstBodyBytes = 64 * 1024;  // of a body whose length is unknown
constexpr size_t kTrustedLength = 4 << 20;     // a stated length up to this is allocated at once
constexpr size_t kReadsBeforePause = 64;       // then others on this thread have their turn
constexpr int kMaxInterimAnswers = 16;         // 100 Continue, 103 Early Hints
constexpr uint64_t kMaxRedirectBody = 2048;    // as much Go reads of a redirect's body to keep the connection
constexpr size_t kSpareBuffers = 4;
constexpr size_t kSpareBufferBytes = 1 << 20;

constexpr char kBodyLimitText[] = "body size limit exceeded";

class Exchange {
 public:
  Exchange(Transport& transport, Scratch& scratch, const ExchangeInput& input, Response& response, Phases& phases)
      : transport_(transport), scratch_(scratch), input_(input), response_(response), phases_(phases) {
    limit_ = input.max_body_bytes > 0 ? std::min<uint64_t>(static_cast<uint64_t>(input.max_body_bytes), kHardBodyCap)
                                      : kHardBodyCap;
  }

  Task<ExchangeEnd> run() {
    const bool was_sent = co_await send();
    const std::string unsent = std::exchange(end_.error, "");
    const int64_t sent = now();
    const bool has_head = co_await receive_head(sent);
    if (!has_head && !was_sent) blame_sending(unsent);
    if (!has_head) co_return end_;
    const int64_t started = now();
    end_.phase = FailedPhase::kBody;
    co_await receive_body();
    phases_.body = now() - started;
    co_return end_;
  }

 private:
  static int64_t now() { return system_clock().steady_ns(); }

  bool fail(std::string text) {
    end_.error = std::move(text);
    return false;
  }

  bool over_limit() {
    end_.phase = FailedPhase::kBodyLimit;
    end_.limit = true;
    return fail(kBodyLimitText);
  }

  // A server may answer and hang up before it took everything (413, a TLS alert): what it said is worth reading.
  Task<bool> send() {
    end_.phase = FailedPhase::kRequest;
    const bool head_sent = co_await send_bytes(input_.head);
    if (!head_sent) co_return false;
    const bool body_sent = co_await send_bytes(input_.body);
    if (!body_sent) end_.error.clear();
    co_return true;
  }

  // There was no answer to a head that could not be sent.
  void blame_sending(const std::string& error) {
    end_.phase = FailedPhase::kRequest;
    if (!end_.error.starts_with("remote error: ")) end_.error = error;
  }

  Task<bool> send_bytes(std::string_view data) {
    while (!data.empty()) {
      const Moved moved = transport_.write(data.data(), data.size());
      if (moved.want != Want::kNothing) {
        co_await transport_.wait(moved.want);
      } else if (moved.bytes == 0) {
        co_return fail(moved.error.empty() ? "EOF" : moved.error);
      }
      data.remove_prefix(moved.bytes);
    }
    co_return true;
  }

  // Reads once, waiting if needed: 0 at the end and on errors (then end_.error may be set).
  Task<size_t> receive(char* to, size_t size) {
    if (++reads_ % kReadsBeforePause == 0) co_await transport_.wait(Want::kRead);
    for (;;) {
      Moved moved = transport_.read(to, size);
      if (moved.want == Want::kNothing) {
        end_.error = std::move(moved.error);
        co_return moved.bytes;
      }
      co_await transport_.wait(moved.want);
    }
  }

  Task<bool> receive_head(int64_t sent) {
    end_.phase = FailedPhase::kHeaders;
    // Nothing can be there yet: waiting at once saves a read in vain.
    co_await transport_.wait(Want::kRead);
    for (int interim = 0; interim < kMaxInterimAnswers; ++interim) {
      const bool whole = co_await receive_head_bytes(sent);
      if (!whole) co_return false;
      parser_.emplace(input_.is_head_request);
      auto head = parser_->parse_head(std::string_view(head_).substr(0, head_bytes_));
      if (!head) co_return fail(broken(head.error().message));
      head_.erase(0, head_bytes_);  // what is left belongs to the body, or to the next head
      const bool is_interim = head->status >= 100 && head->status < 200 && head->status != 101;
      if (is_interim) continue;
      take(std::move(*head));
      co_return true;
    }
    co_return fail(broken("net/http: too many 1xx informational responses"));
  }

  static std::string broken(const std::string& why) { return "net/http: HTTP/1.x transport connection broken: " + why; }

  // Fills head_ until it holds a whole head, of head_bytes_.
  Task<bool> receive_head_bytes(int64_t sent) {
    size_t scanned = 0;
    for (;;) {
      head_bytes_ = find_head_end(head_, scanned);
      if (head_bytes_ > 0) co_return true;
      if (head_.size() > kMaxHeadBytes) {
        co_return fail(
            broken("net/http: server response headers exceeded " + std::to_string(kMaxHeadBytes) + " bytes; aborted"));
      }
      const size_t got = co_await receive(scratch_.chunk.get(), kHeadReadBytes);
      if (got == 0) {
        if (!end_.error.empty() && end_.error != "unexpected EOF") co_return false;
        co_return fail(head_.empty() ? "EOF" : broken("unexpected EOF"));
      }
      if (!std::exchange(end_.answered, true)) phases_.first_byte = now() - sent;
      head_.append(scratch_.chunk.get(), got);
    }
  }

  void take(ResponseHead head) {
    response_.status = head.status;
    response_.reason = std::move(head.reason);
    response_.headers = std::move(head.headers);
    framing_ = head.framing;
    length_ = head.length;
    keep_alive_ = head.keep_alive;
    compressed_ = framing_ != Framing::kNone && response_.header("Content-Encoding") == "gzip";
  }

  Task<bool> receive_body() {
    if (input_.follows_redirects && is_redirect(response_.status, response_.header("Location"))) {
      const bool cheap = framing_ == Framing::kNone || (framing_ == Framing::kLength && length_ <= kMaxRedirectBody);
      if (!cheap) co_return true;  // a new connection costs less than reading what nobody wants
    }
    if (compressed_) co_return co_await receive_compressed();
    std::string& body = input_.buffer;
    const bool complete = co_await receive_plain(body, limit_);
    if (!complete) co_return false;
    if (body.size() >= limit_) co_return over_limit();
    response_.wire_bytes = static_cast<int64_t>(body.size());
    response_.body = std::move(body);
    co_return true;
  }

  Task<bool> receive_compressed() {
    std::string wire;
    if (!scratch_.compressed.empty()) {
      wire = std::move(scratch_.compressed.back());
      scratch_.compressed.pop_back();
    }
    // What does not compress grows a little; beyond that the plain body would be over the limit as well.
    const uint64_t wire_limit = limit_ + limit_ / 8 + 64 * 1024;
    const bool complete = co_await receive_plain(wire, wire_limit);
    if (complete) decompress(wire);
    if (wire.capacity() <= kSpareBufferBytes && scratch_.compressed.size() < kSpareBuffers) {
      scratch_.compressed.push_back(std::move(wire));
    }
    co_return end_.error.empty();
  }

  bool decompress(const std::string& wire) {
    if (auto done = gunzip(wire, limit_, input_.buffer); !done) {
      if (done.error().code == Code::kLimit) return over_limit();
      return fail(done.error().message);
    }
    if (input_.buffer.size() >= limit_) return over_limit();
    response_.wire_bytes = static_cast<int64_t>(wire.size());
    response_.body = std::move(input_.buffer);
    return true;
  }

  // The body as it comes, without chunk borders, into `out`; over the limit at `limit` bytes (or soon behind).
  Task<bool> receive_plain(std::string& out, uint64_t limit) {
    switch (framing_) {
      case Framing::kNone:
        out.clear();
        end_.reusable = keep_alive_ && head_.empty();
        co_return true;
      case Framing::kLength:
        co_return co_await receive_length(out, limit);
      case Framing::kChunked:
        co_return co_await receive_chunks(out, limit);
      case Framing::kUntilClose:
        co_return co_await receive_until_close(out, limit);
    }
    co_return false;
  }

  bool cut_off() { return end_.error.empty() ? fail("unexpected EOF") : false; }

  Task<bool> receive_length(std::string& out, uint64_t limit) {
    if (length_ >= limit) co_return over_limit();
    const auto length = static_cast<size_t>(length_);
    const bool nothing_behind = head_.size() <= length;
    size_t filled = std::min(head_.size(), length);
    out.resize(std::max(filled, std::min(length, std::max(kTrustedLength, out.capacity()))));
    std::memcpy(out.data(), head_.data(), filled);
    while (filled < length) {
      if (filled == out.size()) out.resize(std::min(length, 2 * filled));
      const size_t got = co_await receive(out.data() + filled, out.size() - filled);
      if (got == 0) co_return cut_off();
      filled += got;
    }
    out.resize(length);
    end_.reusable = keep_alive_ && nothing_behind;
    co_return true;
  }

  Task<bool> receive_until_close(std::string& out, uint64_t limit) {
    size_t filled = head_.size();
    if (out.size() < filled) out.resize(filled);
    std::memcpy(out.data(), head_.data(), filled);
    for (;;) {
      if (filled >= limit) co_return over_limit();
      if (filled == out.size()) {
        out.resize(static_cast<size_t>(std::min<uint64_t>(limit, std::max(kFirstBodyBytes, 2 * filled))));
      }
      const size_t got = co_await receive(out.data() + filled, out.size() - filled);
      if (got == 0) break;
      filled += got;
    }
    out.resize(filled);
    co_return end_.error.empty();
  }

  Task<bool> receive_chunks(std::string& out, uint64_t limit) {
    out.clear();
    std::string left = std::move(head_);  // what came but is no whole piece yet
    std::string_view data = left;
    for (;;) {
      auto fed = parser_->feed_chunks(data, out, static_cast<size_t>(limit));
      if (!fed) co_return fed.error().code == Code::kLimit ? over_limit() : fail(fed.error().message);
      data.remove_prefix(fed->consumed);
      if (fed->done) break;
      if (data.size() > Scratch::kChunkBytes / 2) co_return fail("http: chunk header too long");
      left.assign(data);
      char* const chunk = scratch_.chunk.get();
      // Received behind the space that the leftover needs; it is put there afterwards, for others use this memory too.
      const size_t got = co_await receive(chunk + left.size(), Scratch::kChunkBytes - left.size());
      if (got == 0) co_return cut_off();
      std::memcpy(chunk, left.data(), left.size());
      data = std::string_view(chunk, left.size() + got);
    }
    end_.reusable = keep_alive_ && data.empty();
    co_return true;
  }

  Transport& transport_;
  Scratch& scratch_;
  const ExchangeInput& input_;
  Response& response_;
  Phases& phases_;
  uint64_t limit_;
  ExchangeEnd end_;
  std::string head_;
  size_t head_bytes_ = 0;
  size_t reads_ = 0;
  std::optional<ResponseParser> parser_;
  Framing framing_ = Framing::kNone;
  uint64_t length_ = 0;
  bool keep_alive_ = false;
  bool compressed_ = false;
};

}  // namespace

Task<ExchangeEnd> exchange(Transport& transport, Scratch& scratch, const ExchangeInput& input, Response& response,
                           Phases& phases) {
  Exchange running(transport, scratch, input, response, phases);
  co_return co_await running.run();
}

}  // namespace narthex::net
