#include "net/detail/resolver.h"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>
#include <vector>

#include "net/detail/reactor_impl.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

// The words of Go's resolver.
std::string failure_text(const std::string& host, int status) {
  const auto reason = [status]() -> std::string {
    switch (status) {
      case ARES_ENOTFOUND:
      case ARES_ENODATA:
      case ARES_EBADNAME:
      case ARES_ENONAME:
        return "no such host";
      case ARES_ETIMEOUT:
        return "i/o timeout";
      case ARES_ESERVFAIL:
      case ARES_EREFUSED:
      case ARES_ENOTIMP:
        return "server misbehaving";
      case ARES_ECONNREFUSED:
        return "connection refused";
      default:
        return ares_strerror(status);
    }
  };
  return "lookup " + host + ": " + reason();
}

asio::ip::address address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  asio::ip::address_v6::bytes_type bytes;
  std::copy_n(v6.sin6_addr.s6_addr, bytes.size(), bytes.begin());
  return asio::ip::address_v6(bytes, v6.sin6_scope_id);
}

int64_t modified_ns(const char* path) {
  struct stat info {};
  return ::stat(path, &info) == 0 ? info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec : 0;
}

// How long c-ares waits for a server before it asks the next one; twice as long in the second round, and so on. Less
// than Go's five seconds, so that a dead server leaves time for a living one within a usual scrape timeout.
constexpr int kFirstWaitMs = 2000;
constexpr int kRounds = 3;

// A channel with the configuration of /etc/resolv.conf as it was then, and the sockets that c-ares opened for it.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  explicit Channel(Reactor& reactor) : reactor_(reactor) {}
  // Questions under way are forgotten.
  ~Channel() {
    if (handle_ != nullptr) ares_destroy(handle_);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // `servers`: instead of those of resolv.conf, unless it is empty. The `first`-th of them is asked first, counted
  // round.
  int open(const std::string& servers, size_t first) {
    ares_options options{};
    options.timeout = kFirstWaitMs;
    options.tries = kRounds;
    options.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
      static_cast<Channel*>(self)->watch(fd, readable != 0, writable != 0);
    };
    options.sock_state_cb_data = this;
    int status = ares_init_options(&handle_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (status == ARES_SUCCESS && !servers.empty()) status = ares_set_servers_ports_csv(handle_, servers.c_str());
    return status == ARES_SUCCESS ? rotate(first) : status;
  }

  void lookup(const std::string& host, std::function<void(Lookup)> done) {
    struct Question {
      Channel& channel;
      std::string host;
      std::function<void(Lookup)> done;
    };
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    const auto answer = [](void* argument, int status, int timeouts, ares_addrinfo* result) {
      const std::unique_ptr<Question> question(static_cast<Question*>(argument));
      Lookup out;
      for (auto* node = result != nullptr ? result->nodes : nullptr; node != nullptr; node = node->ai_next) {
        out.addresses.push_back(address_of(*node->ai_addr));
      }
      if (result != nullptr) ares_freeaddrinfo(result);
      if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) return;
      --question->channel.pending_;
      if (timeouts > 0) question->channel.slow_ = true;
      if (out.addresses.empty())
        out.error = failure_text(question->host, status == ARES_SUCCESS ? ARES_ENODATA : status);
      // Not called from inside c-ares: the caller may ask the next question.
      question->channel.reactor_.post([done = std::move(question->done), out = std::move(out)] { done(out); });
    };
    ++pending_;
    ares_getaddrinfo(handle_, host.c_str(), nullptr, &hints, answer, new Question{*this, host, std::move(done)});
    arm();
  }

  bool busy() const { return pending_ > 0; }
  // Whether a server left a question unanswered, and there is another one to begin with.
  bool should_rotate() const { return slow_ && servers_ > 1; }

 private:
  struct Watched {
    Descriptor descriptor;
    bool reading = false;
    bool writing = false;
    bool want_read = false;
    bool want_write = false;
  };

  int rotate(size_t first) {
    ares_addr_port_node* list = nullptr;
    const int status = ares_get_servers_ports(handle_, &list);
    if (status != ARES_SUCCESS) return status;
    const std::unique_ptr<ares_addr_port_node, void (*)(void*)> owner(list, ares_free_data);
    std::vector<ares_addr_port_node> nodes;
    for (; list != nullptr; list = list->next) nodes.push_back(*list);
    servers_ = nodes.size();
    if (servers_ < 2 || first % servers_ == 0) return ARES_SUCCESS;
    std::rotate(nodes.begin(), nodes.begin() + static_cast<ptrdiff_t>(first % servers_), nodes.end());
    for (size_t i = 0; i < servers_; ++i) nodes[i].next = i + 1 < servers_ ? &nodes[i + 1] : nullptr;
    return ares_set_servers_ports(handle_, nodes.data());
  }

  // c-ares tells here what it waits for; (false, false) comes right before it closes the socket.
  void watch(ares_socket_t fd, bool readable, bool writable) {
    auto found = sockets_.find(fd);
    if (!readable && !writable) {
      if (found == sockets_.end()) return;
      found->second->want_read = found->second->want_write = false;
      found->second->descriptor.release();
      sockets_.erase(found);
      return;
    }
    if (found == sockets_.end()) {
      auto watched = std::make_shared<Watched>(Watched{Descriptor(reactor_.impl().io, fd)});
      found = sockets_.emplace(fd, std::move(watched)).first;
    }
    found->second->want_read = readable;
    found->second->want_write = writable;
    wait(fd, found->second);
  }

  void wait(ares_socket_t fd, const std::shared_ptr<Watched>& watched) {
    const auto ready = [self = weak_from_this(), watched, fd](bool read) {
      return [self, watched, fd, read](const boost::system::error_code& error) {
        (read ? watched->reading : watched->writing) = false;
        const auto channel = self.lock();
        if (error || !channel || !(read ? watched->want_read : watched->want_write)) return;
        ares_process_fd(channel->handle_, read ? fd : ARES_SOCKET_BAD, read ? ARES_SOCKET_BAD : fd);
        if (watched->want_read || watched->want_write) channel->wait(fd, watched);
        channel->arm();
      };
    };
    if (watched->want_read && !std::exchange(watched->reading, true)) {
      watched->descriptor.async_wait(Descriptor::wait_read, ready(true));
    }
    if (watched->want_write && !std::exchange(watched->writing, true)) {
      watched->descriptor.async_wait(Descriptor::wait_write, ready(false));
    }
  }

  void arm() {
    timeval storage{};
    const timeval* left = ares_timeout(handle_, nullptr, &storage);
    if (left == nullptr) return timer_.cancel();
    constexpr int64_t kMicrosecond = 1000;
    timer_ = reactor_.after((left->tv_sec * 1'000'000 + left->tv_usec + 1) * kMicrosecond, [self = weak_from_this()] {
      if (const auto channel = self.lock()) {
        ares_process_fd(channel->handle_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        channel->arm();
      }
    });
  }

  Reactor& reactor_;
  ares_channel handle_ = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watched>> sockets_;
  Timer timer_;
  size_t pending_ = 0;
  size_t servers_ = 0;
  bool slow_ = false;
};

class CaresResolver final : public Resolver {
 public:
  CaresResolver(Reactor& reactor, std::string servers) : reactor_(reactor), servers_(std::move(servers)) {}

  void lookup(const std::string& host, std::function<void(Lookup)> done) override {
    const int status = refresh();
    if (!channel_) {
      return reactor_.post([done = std::move(done), text = failure_text(host, status)] { done(Lookup{{}, text}); });
    }
    channel_->lookup(host, std::move(done));
  }

 private:
  // c-ares reads resolv.conf once; a laptop or a container may change networks. It also begins every question with the
  // first server, dead or not: here the next one takes its turn then. A replaced channel stays until its questions are
  // answered.
  int refresh() {
    std::erase_if(retired_, [](const auto& channel) { return !channel->busy(); });
    const int64_t changed = modified_ns("/etc/resolv.conf");
    const bool rotated = channel_ && channel_->should_rotate();
    if (channel_ && changed == configured_ && !rotated) return ARES_SUCCESS;
    if (rotated) ++first_;
    auto fresh = std::make_shared<Channel>(reactor_);
    const int status = fresh->open(servers_, first_);
    if (status != ARES_SUCCESS) return status;
    if (channel_) retired_.push_back(std::move(channel_));
    channel_ = std::move(fresh);
    configured_ = changed;
    return status;
  }

  Reactor& reactor_;
  const std::string servers_;
  size_t first_ = 0;
  std::shared_ptr<Channel> channel_;
  std::vector<std::shared_ptr<Channel>> retired_;
  int64_t configured_ = 0;
};

}  // namespace

std::shared_ptr<Resolver> Resolver::create(Reactor& reactor, const std::string& servers) {
  // c-ares initialises itself once per process; on Linux that touches no shared state but its allocator.
  static const int initialised = ares_library_init(ARES_LIB_INIT_ALL);
  return initialised == ARES_SUCCESS ? std::make_shared<CaresResolver>(reactor, servers) : nullptr;
}

}  // namespace narthex::net
