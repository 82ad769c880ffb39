#include "tests/bench/scrape_load/load_server.h"

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

std::vector<std::string> as_answers(std::vector<std::string> bodies) {
  for (std::string& body : bodies) {
    body.insert(0, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n");
  }
  return bodies;
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

LoadServer::LoadServer(std::vector<std::string> bodies)
    : answers_(as_answers(std::move(bodies))), server_([this](int connection, std::string_view, std::string& answer) {
        const size_t version = versions_.try_emplace(connection, connection).first->second++;
        answer = answers_[version % answers_.size()];
      }) {}

}  // namespace narthex::bench
