// What fetching a body costs the client, in CPU time of its own thread, against the least that is possible: a thread
// that waits with epoll and reads with recv() into memory of its own.
//
// The server is a plain thread on a loopback socket that answers every request with the same bytes; its CPU time does
// not count (CPU time is that of the reading thread alone).
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "net/detail/gzip.h"
#include "net/http_client.h"
#include "net/reactor.h"

namespace narthex::net {
namespace {

std::string exposition(size_t bytes) {
  std::string out;
  for (int i = 0; out.size() < bytes; ++i) {
    out += "http_request_duration_seconds_bucket{handler=\"/api/v1/query\",instance_number=\"" + std::to_string(i) +
           "\",le=\"0.1\"} " + std::to_string(i * 7 % 1000) + "\n";
  }
  out.resize(bytes);
  return out;
}

sockaddr_in loopback(uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

// Answers everything that looks like a request with `answer`, one connection at a time.
class Server {
 public:
  explicit Server(std::string answer) : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  uint16_t port() const { return port_; }

 private:
  void run() {
    for (;;) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      char request[4096];
      while (::recv(fd, request, sizeof request, 0) > 0) {
        for (size_t sent = 0; sent < answer_.size();) {
          const ssize_t now = ::send(fd, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
          if (now <= 0) break;
          sent += static_cast<size_t>(now);
        }
      }
      ::close(fd);
    }
  }

  const std::string answer_;
  const int listener_;
  uint16_t port_ = 0;
  std::thread thread_;
};

int64_t thread_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

void report(benchmark::State& state, int64_t cpu_ns, size_t bytes) {
  const auto requests = static_cast<double>(state.iterations());
  state.counters["cpu_us_per_fetch"] = static_cast<double>(cpu_ns) / requests / 1000;
  state.counters["cpu_ns_per_100B"] = static_cast<double>(cpu_ns) / requests / (static_cast<double>(bytes) / 100);
}

std::string answer_with(const std::string& body, const std::string& more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nDate: Mon, 23 Nov 2026 03:04:37 "
         "GMT\r\n" +
         more_headers + "\r\n" + body;
}

// The floor: epoll, then recv() until the body is complete. Knows the answer's size.
void BM_RawRead(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const std::string answer = answer_with(exposition(bytes), "Content-Length: " + std::to_string(bytes) + "\r\n");
  const Server server(answer);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(server.port());
  ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int epoll = ::epoll_create1(0);
  epoll_event event{EPOLLIN, {.fd = fd}};
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  std::string buffer(answer.size(), '\0');
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";
  const int64_t start = thread_cpu_ns();
  for (auto _ : state) {
    ::send(fd, request.data(), request.size(), 0);
    for (size_t got = 0; got < answer.size();) {
      ::epoll_wait(epoll, &event, 1, -1);
      for (ssize_t now = 1; now > 0 && got < answer.size(); got += static_cast<size_t>(std::max<ssize_t>(now, 0))) {
        now = ::recv(fd, buffer.data() + got, answer.size() - got, MSG_DONTWAIT);
      }
    }
  }
  report(state, thread_cpu_ns() - start, bytes);
  ::close(epoll);
  ::close(fd);
}

// Fetches `state.iterations()` times on the reactor, one after the other, handing the body's string back each time.
class Fetcher {
 public:
  Fetcher(benchmark::State& state, HttpClient& client, std::string url)
      : state_(state), client_(client), url_(std::move(url)) {}

  void start() {
    started_ns_ = thread_cpu_ns();
    next({});
  }
  int64_t wait() { return cpu_.get_future().get(); }

 private:
  void next(std::string buffer) {
    if (!state_.KeepRunning()) return cpu_.set_value(thread_cpu_ns() - started_ns_);
    Request request;
    request.url = url_;
    request.headers = {{"Accept", "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"},
                       {"X-Prometheus-Scrape-Timeout-Seconds", "10"}};
    request.timeout_ns = 10'000'000'000;
    request.buffer = std::move(buffer);
    client_.send(std::move(request), [this](Outcome outcome) {
      if (!outcome) state_.SkipWithError(outcome.error().error.message.c_str());
      next(outcome ? std::move(outcome->body) : std::string());
    });
  }

  benchmark::State& state_;
  HttpClient& client_;
  const std::string url_;
  std::promise<int64_t> cpu_;
  int64_t started_ns_ = 0;
};

void fetch(benchmark::State& state, const std::string& answer, size_t bytes) {
  const Server server(answer);
  Reactor reactor("bench");
  std::shared_ptr<HttpClient> client;
  std::unique_ptr<Fetcher> fetcher;
  std::promise<void> made;
  reactor.post([&] {
    client = *HttpClient::create(reactor, {}, "narthex/bench");
    fetcher =
        std::make_unique<Fetcher>(state, *client, "http://127.0.0.1:" + std::to_string(server.port()) + "/metrics");
    made.set_value();
    fetcher->start();
  });
  made.get_future().wait();
  report(state, fetcher->wait(), bytes);
  std::promise<void> dropped;
  reactor.post([&] {
    client.reset();
    dropped.set_value();
  });
  dropped.get_future().wait();
}

void BM_Fetch(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  fetch(state, answer_with(exposition(bytes), "Content-Length: " + std::to_string(bytes) + "\r\n"), bytes);
}

void BM_FetchChunked(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const std::string body = exposition(bytes);
  std::string chunks;
  constexpr size_t kChunk = 4096;
  for (size_t at = 0; at < body.size(); at += kChunk) {
    const std::string piece = body.substr(at, kChunk);
    char head[24];
    std::snprintf(head, sizeof head, "%zx\r\n", piece.size());
    chunks += head + piece + "\r\n";
  }
  fetch(state, answer_with(chunks + "0\r\n\r\n", "Transfer-Encoding: chunked\r\n"), bytes);
}

void BM_FetchGzip(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const std::string wire = compress(exposition(bytes), Coding::kGzip);
  fetch(state, answer_with(wire, "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(wire.size()) + "\r\n"),
        bytes);
}

BENCHMARK(BM_RawRead)->Arg(1000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK(BM_Fetch)->Arg(1000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK(BM_FetchChunked)->Arg(100'000);
BENCHMARK(BM_FetchGzip)->Arg(100'000);

void BM_Post(benchmark::State& state) {
  Reactor reactor("post");
  for (auto _ : state) {
    std::promise<void> done;
    for (int i = 0; i < 999; ++i) reactor.post([] {});
    reactor.post([&done] { done.set_value(); });
    done.get_future().wait();
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(BM_Post);

void BM_TimerArmedAndCancelled(benchmark::State& state) {
  Reactor reactor("timer");
  std::promise<void> done;
  reactor.post([&] {
    for (auto _ : state) {
      Timer timer = reactor.after(10'000'000'000, [] {});
      benchmark::DoNotOptimize(timer);
    }
    done.set_value();
  });
  done.get_future().wait();
}
BENCHMARK(BM_TimerArmedAndCancelled);

}  // namespace
}  // namespace narthex::net

BENCHMARK_MAIN();
