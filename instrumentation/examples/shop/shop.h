// A small web shop as people write them, instrumented: it takes orders, keeps a stock, and packs what was ordered.
//
//   GET  /              what there is
//   GET  /api/products  the stock
//   POST /api/orders    orders one of a product (?product=lamp); 409 when sold out
//   GET  /api/report    slow on purpose
//   GET  /metrics       Prometheus text format
#pragma once

#include <httplib.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace narthex::examples {

// Thread-safe: httplib calls handlers on several threads.
class Shop {
 public:
  Shop();
  // Ends the packing thread.
  ~Shop();

  // Adds the routes and the instrumentation around them to a server that must not outlive the shop.
  void mount(httplib::Server& server);

 private:
  struct Product {
    int stock;
    prometheus::Gauge& stock_gauge;
    prometheus::Counter& orders;
  };

  void handle_products(const httplib::Request&, httplib::Response&);
  void handle_order(const httplib::Request&, httplib::Response&);
  void handle_report(const httplib::Request&, httplib::Response&);
  void handle_metrics(const httplib::Request&, httplib::Response&);
  using Route = void (Shop::*)(const httplib::Request&, httplib::Response&);
  httplib::Server::Handler observed(std::string path, Route route);

  void add_product(const std::string& name, int stock);
  void pack_orders();

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& orders_;
  prometheus::Family<prometheus::Gauge>& stock_;
  prometheus::Gauge& in_flight_;
  prometheus::Gauge& unpacked_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Product> products_;  // guarded by mutex_, like the two below
  std::deque<std::string> queue_;
  bool stop_ = false;
  std::thread packer_;
};

}  // namespace narthex::examples
