// Host names, with DNS servers of our own: one dead server must not stall anybody.
#include "net/detail/resolver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "net/detail/reactor_impl.h"
#include "tests/unit/net/support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::Gate;
using testing::request_to;

// Answers A questions with 127.0.0.1 and others with nothing, if it lives at all.
class DnsServer {
 public:
  enum class Kind { kLiving, kDead };
  explicit DnsServer(Kind kind, Gate* gate = nullptr)
      : kind_(kind), gate_(gate), fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~DnsServer() {
    stopping_ = true;
    thread_.join();
    ::close(fd_);
  }
  const std::string& address() const { return address_; }
  int questions() const { return questions_; }

 private:
  void serve() {
    while (!stopping_) {
      pollfd ready{fd_, POLLIN, 0};
      if (::poll(&ready, 1, 20) != 1) continue;
      char question[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got = ::recvfrom(fd_, question, sizeof question, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 12) continue;
      ++questions_;
      if (kind_ == Kind::kDead) continue;
      if (gate_ != nullptr) gate_->pass();
      const std::string answer = answer_to({question, static_cast<size_t>(got)});
      ::sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  // RFC 1035, section 4: the header, the question again, and perhaps one record.
  static std::string answer_to(const std::string& question) {
    constexpr size_t kHeader = 12;
    const size_t name_end = question.find('\0', kHeader);
    const std::string asked = question.substr(kHeader, name_end + 5 - kHeader);  // name, type, class
    const bool is_a = asked.substr(asked.size() - 4, 2) == std::string("\0\1", 2);
    std::string out = question.substr(0, 2) + std::string("\x81\x80\0\1\0", 5) + (is_a ? '\1' : '\0') +
                      std::string("\0\0\0\0", 4) + asked;
    if (is_a) out += std::string("\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1", 16);
    return out;
  }

  const Kind kind_;
  Gate* const gate_;
  const int fd_;
  std::string address_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> questions_ = 0;
  std::thread thread_;
};

// A client whose names are resolved by these servers, in their order.
class ClientWithDns : public BlockingClient {
 public:
  explicit ClientWithDns(const std::string& servers) {
    run_on_reactor([&] { reactor().impl().resolver = Resolver::create(reactor(), servers); });
  }
};

std::string named(const HttpServer& server, const char* host) {
  return "http://" + std::string(host) + ':' + std::to_string(testing::port_of(server)) + "/";
}

TEST(Resolver, AsksTheServersItIsGiven) {
  DnsServer living(DnsServer::Kind::kLiving);
  const auto server = testing::serve([](const ServerRequest&) { return testing::text("there"); });
  ClientWithDns client(living.address());
  EXPECT_EQ(client.text(named(*server, "a.example.test")), "200 there");
  EXPECT_GT(living.questions(), 0);
}

TEST(Resolver, OneDeadServerStallsNobody) {
  Gate gate;
  DnsServer dead(DnsServer::Kind::kDead);
  DnsServer living(DnsServer::Kind::kLiving, &gate);
  const auto server = testing::serve([](const ServerRequest&) { return testing::text("there"); });
  ClientWithDns client(dead.address() + ',' + living.address());
  std::promise<std::string> by_name;
  client.run_on_reactor([&] {
    client.client().send(request_to(named(*server, "a.example.test")),
                         [&](const Outcome& outcome) { by_name.set_value(testing::text_of(outcome)); });
  });
  EXPECT_TRUE(testing::eventually([&] { return dead.questions() > 0; }));
  // The name cannot be known before the gate opens; meanwhile others have their answers.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.text(testing::url_of(*server)), "200 there");
  auto answer = by_name.get_future();
  EXPECT_NE(answer.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  gate.open();
  EXPECT_EQ(answer.get(), "200 there");
  EXPECT_GT(living.questions(), 0);
  // From now on the other one is asked first.
  const int asked_in_vain = dead.questions();
  EXPECT_EQ(client.text(named(*server, "b.example.test")), "200 there");
  EXPECT_EQ(dead.questions(), asked_in_vain);
}

TEST(Resolver, ALookupGoesOnWhenItsRequestHasNoTimeLeft) {
  DnsServer dead(DnsServer::Kind::kDead);
  DnsServer living(DnsServer::Kind::kLiving);
  const auto server = testing::serve([](const ServerRequest&) { return testing::text("there"); });
  ClientWithDns client(dead.address() + ',' + living.address());
  const std::string url = named(*server, "a.example.test");
  const auto hurried = [&] {
    Request request = request_to(url);
    request.timeout_ns = 500'000'000;  // less than the dead server is given
    return client.text(std::move(request));
  };
  EXPECT_EQ(hurried(), "Get \"" + url + "\": context deadline exceeded");
  EXPECT_TRUE(testing::eventually([&] { return hurried() == "200 there"; }));
}

}  // namespace
}  // namespace narthex::net
