#include "tests/bench/scrape_load/load_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <random>

namespace narthex::bench {
namespace {

struct Family {
  const char* name;
  const char* type;
  const char* labels;  // of series i; %d is i
  int series;
  bool integer;
};

// What a machine with many disks and interfaces shows, in the proportions of a real body.
constexpr Family kFamilies[] = {
    {"node_cpu_seconds_total", "counter", "cpu=\"%d\",mode=\"idle\"", 64, false},
    {"node_cpu_guest_seconds_total", "counter", "cpu=\"%d\",mode=\"user\"", 64, true},
    {"node_disk_read_bytes_total", "counter", "device=\"nvme%dn1\"", 40, true},
    {"node_disk_io_time_seconds_total", "counter", "device=\"nvme%dn1\"", 40, false},
    {"node_filesystem_avail_bytes", "gauge", "device=\"/dev/sd%d\",fstype=\"ext4\",mountpoint=\"/var/lib/data\"", 48,
     true},
    {"node_network_receive_bytes_total", "counter", "device=\"eth%d\"", 48, true},
    {"node_netstat_Tcp_InSegs", "untyped", "", 1, true},
    {"node_memory_Active_bytes", "gauge", "", 1, true},
    {"node_systemd_unit_state", "gauge", "name=\"service-%d.service\",state=\"active\",type=\"simple\"", 120, true},
    {"node_load1", "gauge", "", 1, false},
};

void append(std::string& out, const char* format, auto... arguments) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, format, arguments...);
  out += buffer;
}

struct Series {
  std::string text;
  double value;
  bool integer;
};

// Lines without values, and HELP and TYPE lines as series without text behind them.
std::vector<Series> make_series(int wanted, std::mt19937& random) {
  std::vector<Series> lines;
  std::uniform_real_distribution<double> start(0, 1e7);
  for (int round = 0, made = 0; made < wanted; ++round) {
    for (const Family& family : kFamilies) {
      std::string name = family.name;
      if (round > 0) name.insert(5, "part" + std::to_string(round) + "_");
      std::string head = "# HELP " + name + " What the kernel says of it.\n# TYPE " + name + " " + family.type + "\n";
      for (int i = 0; i < family.series && made < wanted; ++i, ++made) {
        std::string line = i == 0 ? head + name : name;
        if (*family.labels) {
          line += '{';
          char labels[256];
          std::snprintf(labels, sizeof labels, family.labels, i);
          line += labels;
          line += '}';
        }
        lines.push_back({line + ' ', start(random), family.integer});
      }
    }
  }
  return lines;
}

}  // namespace

std::vector<std::string> make_bodies(int series, int versions) {
  std::mt19937 random(1);
  std::vector<Series> lines = make_series(series, random);
  std::vector<std::string> bodies;
  for (int version = 0; version < versions; ++version) {
    std::string body;
    for (Series& line : lines) {
      const auto step = static_cast<double>(random() % 5000);
      if (version > 0 && random() % 10 >= 6) line.value += line.integer ? step : step / 1000;
      body += line.text;
      append(body, line.integer ? "%.0f\n" : "%.2f\n", line.value);
    }
    bodies.push_back(std::move(body));
  }
  return bodies;
}

LoadServer::LoadServer(std::vector<std::string> bodies) {
  for (const std::string& body : bodies) {
    answers_.push_back("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 1024);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  epoll_ = ::epoll_create1(0);
  if (::pipe(wake_) != 0) return;
  watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
  watch(wake_[0], EPOLLIN, EPOLL_CTL_ADD);
  thread_ = std::thread([this] { run(); });
}

LoadServer::~LoadServer() {
  ::close(wake_[1]);
  if (thread_.joinable()) thread_.join();
  for (const auto& [socket, connection] : connections_) ::close(socket);
  for (int file : {listener_, epoll_, wake_[0]}) ::close(file);
}

void LoadServer::watch(int socket, uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  ::epoll_ctl(epoll_, operation, socket, &event);
}

void LoadServer::run() {
  epoll_event events[64];
  while (true) {
    const int count = ::epoll_wait(epoll_, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[i].data.fd;
      if (socket == wake_[0]) return;
      if (socket == listener_) {
        accept_all();
      } else {
        on_event(socket, events[i].events);
      }
    }
  }
}

void LoadServer::accept_all() {
  for (int socket; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_[socket].version = static_cast<size_t>(socket) % answers_.size();
    watch(socket, EPOLLIN, EPOLL_CTL_ADD);
  }
}

void LoadServer::on_event(int socket, uint32_t events) {
  Connection& connection = connections_[socket];
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    char buffer[4096];
    const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return close(socket);
    if (n > 0) connection.received.append(buffer, static_cast<size_t>(n));
    answer_if_asked(connection);
  }
  if (!send_rest(socket, connection)) return close(socket);
  watch(socket, connection.unsent.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void LoadServer::answer_if_asked(Connection& connection) {
  if (!connection.unsent.empty() || connection.received.find("\r\n\r\n") == std::string::npos) return;
  connection.received.clear();
  connection.unsent = answers_[connection.version++ % answers_.size()];
}

bool LoadServer::send_rest(int socket, Connection& connection) {
  while (!connection.unsent.empty()) {
    const ssize_t n = ::send(socket, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    connection.unsent.remove_prefix(static_cast<size_t>(n));
    if (connection.unsent.empty()) ++answered_;
  }
  return true;
}

void LoadServer::close(int socket) {
  connections_.erase(socket);
  ::close(socket);
}

}  // namespace narthex::bench
