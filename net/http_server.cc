#include "net/http_server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>

#include "net/detail/listen.h"
#include "net/detail/request_head.h"
#include "net/detail/session.h"
#include "net/detail/thread.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

using Acceptor = asio::ip::tcp::acceptor;
using WorkGuard = asio::executor_work_guard<Executor>;

constexpr auto kNoDescriptorsPause = std::chrono::milliseconds(100);

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(endpoint.port());
}

Task<void> run(std::unique_ptr<Session> session) { co_await session->run(); }

// Room for one more connection: there is, or is made by ending the oldest idle one.
bool make_room(ServerCore& core) {
  return core.registry.open() < core.options.max_connections || core.registry.end_oldest_idle();
}

Task<void> accept_all(std::shared_ptr<ServerCore> core, std::shared_ptr<Acceptor> acceptor) {
  asio::steady_timer pause(core->control);
  while (acceptor->is_open()) {
    ServerSocket socket(core->io);
    asio::ip::tcp::endpoint peer;
    auto [error] = co_await acceptor->async_accept(socket, peer, asio::as_tuple(use_task));
    if (error == asio::error::operation_aborted || core->stopping) break;
    if (error) {
      // No descriptor left, or the client is gone already. Accepting again at once would spin.
      pause.expires_after(kNoDescriptorsPause);
      co_await pause.async_wait(asio::as_tuple(use_task));
      continue;
    }
    core->accepted.fetch_add(1, std::memory_order_relaxed);
    if (!make_room(*core)) {
      core->rejected.fetch_add(1, std::memory_order_relaxed);
      continue;  // closes the socket
    }
    auto session = std::make_unique<Session>(core, std::move(socket), text_of(peer));
    asio::co_spawn(core->io, run(std::move(session)), asio::detached);
  }
}

// Deadlines are looked at now and then instead of having a timer each: setting one costs a store.
Task<void> end_expired(std::shared_ptr<ServerCore> core, std::shared_ptr<asio::steady_timer> timer) {
  const ServerOptions& options = core->options;
  const int64_t shortest =
      std::min({options.header_timeout_ns, options.body_timeout_ns, options.idle_timeout_ns, options.write_timeout_ns});
  const auto period = std::chrono::nanoseconds(std::clamp<int64_t>(shortest / 4, 5'000'000, 1'000'000'000));
  while (!core->stopping) {
    timer->expires_after(period);
    co_await timer->async_wait(asio::as_tuple(use_task));
    core->registry.end_expired(system_clock().steady_ns());
  }
}

class Server final : public HttpServer {
 public:
  explicit Server(std::shared_ptr<ServerCore> core)
      : core_(std::move(core)),
        sweep_(std::make_shared<asio::steady_timer>(core_->control)),
        control_guard_(asio::make_work_guard(core_->control)),
        io_guard_(asio::make_work_guard(core_->io)),
        worker_guards_{asio::make_work_guard(core_->quick.workers)} {
    for (const WorkerLane& lane : core_->options.lanes) {
      core_->lanes.push_back(std::make_unique<Lane>());
      core_->lanes.back()->takes = lane.takes;
      worker_guards_.push_back(asio::make_work_guard(core_->lanes.back()->workers));
    }
  }

  ~Server() override { stop(0); }

  Result<> listen() {
    for (const std::string& address : core_->options.listen) {
      auto acceptor = listen_on(core_->control, address);
      if (!acceptor) return acceptor.error();
      ports_.push_back(acceptor->local_endpoint().port());
      acceptors_.push_back(std::make_shared<Acceptor>(std::move(*acceptor)));
    }
    return {};
  }

  void run_threads() {
    for (const auto& acceptor : acceptors_) {
      asio::co_spawn(core_->control, accept_all(core_, acceptor), asio::detached);
    }
    asio::co_spawn(core_->control, end_expired(core_, sweep_), asio::detached);
    threads_.emplace_back([core = core_] {
      prepare_thread("http-accept");
      core->control.run();
    });
    for (int i = 0; i < std::max(1, core_->options.io_threads); ++i) {
      threads_.emplace_back([core = core_] {
        prepare_thread("http-io");
        core->io.run();
      });
    }
    run_workers(core_->quick, std::max(1, core_->options.worker_threads), "http-worker");
    for (size_t i = 0; i < core_->lanes.size(); ++i) {
      const WorkerLane& lane = core_->options.lanes[i];
      run_workers(*core_->lanes[i], std::max(1, lane.threads), lane.name);
    }
  }

  void run_workers(Lane& lane, int count, const std::string& name) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([core = core_, &lane, name] {
        prepare_thread(name);
        // Linux: of this thread alone. Refused or not, it works.
        ::setpriority(PRIO_PROCESS, 0, core->options.worker_nice);
        lane.workers.run();
      });
    }
  }

  std::vector<uint16_t> ports() const override { return ports_; }

  ServerStats stats() const override {
    return ServerStats{.connections_accepted = core_->accepted,
                       .connections_open = core_->registry.open(),
                       .requests = core_->requests,
                       .rejected = core_->rejected};
  }

  void stop(int64_t grace_ns) override {
    if (core_->stopping.exchange(true)) return;
    asio::post(core_->control, [acceptors = acceptors_, sweep = sweep_] {
      boost::system::error_code ignored;
      for (const auto& acceptor : acceptors) acceptor->close(ignored);
      sweep->cancel();
    });
    core_->registry.end_idle();
    core_->registry.wait_until_empty(std::max<int64_t>(grace_ns, 0));
    core_->registry.end_all();
    constexpr int64_t kForever = -1;
    core_->registry.wait_until_empty(kForever);
    control_guard_.reset();
    io_guard_.reset();
    worker_guards_.clear();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  const std::shared_ptr<ServerCore> core_;
  const std::shared_ptr<asio::steady_timer> sweep_;
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
  std::vector<uint16_t> ports_;
  WorkGuard control_guard_;
  WorkGuard io_guard_;
  std::vector<WorkGuard> worker_guards_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::string_view ServerRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return "";
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options, Handler handler) {
  auto core = std::make_shared<ServerCore>();
  core->options = options;
  core->handler = std::move(handler);
  auto server = std::make_unique<Server>(std::move(core));
  if (auto listening = server->listen(); !listening) return listening.error();
  server->run_threads();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace narthex::net
